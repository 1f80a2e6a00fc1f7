import ECGCore
import Reproducibility

/// Proof that a store is what its `store.json` says: recomputes every digest from the files.
public struct StoreVerification: Sendable {
  /// The store.
  public let store: Store
  /// Threads that decode and hash.
  public let workers: Workers

  /// A verification of all of `store`.
  public init(store: Store, workers: Workers = .all) {
    self.store = store
    self.workers = workers
  }

  /// Recomputes file digests, decodes every chunk, recomputes the content digests.
  ///
  /// - Throws: ``StoreError`` `digest-mismatch` or `damaged-chunk` that names the first bad shard, and the first bad
  ///   recording in it where one is.
  public func run() throws {
    let description = store.description
    var digests: [Digest] = []
    for (index, shard) in description.shards.enumerated() {
      let file = store.path + "/" + shard.name
      let found = try FileBytes.digest(ofFile: file)
      // Content comes first, since only it can tell which recording is bad.
      let recordings = try verifiedRecordings(ofShard: index)
      let content = ContentDigests.shard(recordings)
      guard content == shard.contentDigest else {
        throw mismatch(file, "content digest \(content)", "\(shard.contentDigest)")
      }
      guard found == shard.sha256 else { throw mismatch(file, "SHA-256 \(found)", "\(shard.sha256)") }
      digests += recordings
    }
    let source = SourceDescription(
      dataset: description.dataset, version: description.version, licence: description.licence,
      citation: description.citation, publishedRecordings: description.publishedRecordings)
    let content = ContentDigests.store(
      source, description.signalLayout ?? .variable(leadCount: 0), columns: description.columns,
      transforms: description.transforms, recordings: digests)
    guard content == description.contentDigest else {
      throw mismatch(
        store.path + "/" + StoreDescription.fileName, "content digest \(content)", "\(description.contentDigest)")
    }
  }

  private func verifiedRecordings(ofShard index: Int) throws -> [Digest] {
    let reader = try store.reader(ofShard: index)
    let rows = try ShardRows(reader, store.description.columns.compactMap(\.definition))
    return try workers.map(reader.count) { row in
      let samples = try reader.samples(at: row)
      let digest = rows.row(row, sampleCount: samples.count).contentDigest(samples: samples)
      guard digest.hex == rows.contentDigests[row] else {
        throw mismatch(reader.path, "content digest \(digest)", rows.contentDigests[row], reader.identifiers[row])
      }
      return digest
    }
  }

  private func mismatch(_ file: String, _ found: String, _ expected: String, _ record: String? = nil) -> StoreError {
    StoreError(
      .digestMismatch, at: record.map { ErrorPlace(file, .record($0)) } ?? ErrorPlace(file), found: found,
      expected: expected, advice: "The file is damaged or was changed: fetch or convert it again")
  }
}
