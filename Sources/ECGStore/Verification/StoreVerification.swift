import ECGCore
import Reproducibility
import Synchronization

/// Proof that a store is what its `store.json` says: decodes every chunk and recomputes every digest.
///
/// The file digests in `store.json` cover every byte of every shard, so no damage to a shard goes unseen. What is
/// reported is the first in the store's order, whatever the number of workers: the first bad shard, in it the first bad
/// recording, and the bytes that are wrong as far as they can be told (``StoreDamage``).
public struct StoreVerification: Sendable {
  /// The store's folder.
  public let path: String
  /// Threads that decode and hash.
  public let workers: Workers

  /// Shards that are open at once: as many as hold so many recordings together, 64 at most.
  private static let recordingsAtOnce = ShardPlan.defaultRecordingsPerShard

  /// A verification of all of the store in the folder `path`.
  public init(path: String, workers: Workers = .all) {
    self.path = path
    self.workers = workers
  }

  /// A verification of all of `store`.
  public init(store: Store, workers: Workers = .all) { self.init(path: store.path, workers: workers) }

  /// Recomputes file digests, decodes every chunk, recomputes the content digests. `progress` gets recordings done and
  /// recordings in all, from any thread.
  ///
  /// O(bytes of the store); memory for the tables of some shards and one recording a worker.
  ///
  /// - Returns: What `store.json` says, proved.
  /// - Throws: ``StoreDamage``; ``StoreError`` `unsupported-schema` or `malformed-store`, and `ReproducibilityError`,
  ///   where `store.json` cannot be read.
  @discardableResult
  public func run(progress: (@Sendable (_ done: Int, _ total: Int) -> Void)? = nil) throws -> StoreDescription {
    let description = try Store.description(ofStoreAt: path)
    let file = path + "/" + StoreDescription.fileName
    let total = description.shards.reduce(0) { $0 + $1.recordings }
    let done = Mutex(0)
    var digests: [Digest] = []
    var names = Set<String>()
    for wave in waves(description.shards) {
      let shards = try workers.map(wave.count) { ShardVerification(path, description, shard: wave.lowerBound + $0) }
      // The digest of a file is the longest piece of work: it comes before the shard's recordings.
      let units = shards.indices.flatMap { shard in
        [Unit(shard: shard, row: nil)] + (0..<shards[shard].count).map { Unit(shard: shard, row: $0) }
      }
      let results = try workers.map(units.count) { index -> UnitResult in
        let (shard, row) = (shards[units[index].shard], units[index].row)
        guard let row else { return .file(shard.fileDigest()) }
        let result = UnitResult.recording(shard.recordingDigest(row))
        if let progress {
          done.withLock {
            $0 += 1; progress($0, total)
          }
        }
        return result
      }
      var next = 0
      for shard in shards {
        let own = results[next..<next + 1 + shard.count]
        next += own.count
        let recordings = own.compactMap(\.recording)
        guard let fileDigest = own.first?.file else { continue }
        digests += try shard.verify(file: fileDigest, recordings: recordings)
        for name in shard.identifiers where !names.insert(name).inserted {
          throw StoreDamage(
            .malformedStore, shard.file, recording: name, item: StoreNames.id, found: "a name that stands twice",
            expected: "a name of its own for each recording")
        }
      }
    }
    guard digests.count == description.recordings else {
      throw StoreDamage(
        .malformedStore, file, item: "key recordings", found: "\(description.recordings)",
        expected: "\(digests.count), as in the shards")
    }
    let content = ContentDigests.store(description, recordings: digests)
    guard content == description.contentDigest else {
      throw StoreDamage(
        .digestMismatch, file, item: "key content_digest",
        found: "\(description.contentDigest)",
        expected: "\(content), which the shards and what this file says of them give",
        advice: "Dataset, version, licence, citation, layout, columns or transforms were changed in this file, or the "
          + "digest itself: fetch it again")
    }
    return description
  }

  /// One piece of work: a file's digest, or a recording's.
  private struct Unit: Sendable {
    let shard: Int
    let row: Int?
  }

  private enum UnitResult: Sendable {
    case file(Result<Digest, any Error>)
    case recording(Result<Digest, any Error>)

    var file: Result<Digest, any Error>? { if case .file(let digest) = self { digest } else { nil } }
    var recording: Result<Digest, any Error>? { if case .recording(let digest) = self { digest } else { nil } }
  }

  private func waves(_ shards: [StoreDescription.Shard]) -> [Range<Int>] {
    var waves: [Range<Int>] = []
    var (first, recordings) = (0, 0)
    for (index, shard) in shards.enumerated() {
      recordings += min(shard.recordings, Self.recordingsAtOnce)
      if recordings >= Self.recordingsAtOnce || index - first + 1 == Store.openShards || index == shards.count - 1 {
        waves.append(first..<index + 1)
        (first, recordings) = (index + 1, 0)
      }
    }
    return waves
  }
}

extension ContentDigests {
  /// Of a store that says `description` and holds recordings of these digests.
  fileprivate static func store(_ description: StoreDescription, recordings: [Digest]) -> Digest {
    let source = SourceDescription(
      dataset: description.dataset, version: description.version, licence: description.licence,
      citation: description.citation, publishedRecordings: description.publishedRecordings)
    return store(
      source,
      description.layout == .fixed ? description.signalLayout ?? .variable(leadCount: 0) : .variable(leadCount: 0),
      columns: description.columns, transforms: description.transforms, recordings: recordings)
  }
}
