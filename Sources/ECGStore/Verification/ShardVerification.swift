import ECGCore
import Reproducibility

/// One shard: its digests are computed by anybody, then judged in one place.
struct ShardVerification: Sendable {
  let file: String
  private let shard: StoreDescription.Shard
  private let place: Int
  private let all: [StoreDescription.Shard]
  private let opened: Result<ShardRows, any Error>

  /// Opens shard `index` of the store in the folder `path` and loads its tables.
  init(_ path: String, _ description: StoreDescription, shard index: Int) {
    all = description.shards
    shard = all[index]
    place = index
    let file = path + "/" + shard.name
    self.file = file
    let shard = shard
    opened = Result {
      let codec = ChunkCodec(description.codec, level: description.level)
      let reader = try ShardReader(file, shard, description, codec: codec)
      return try ShardRows(reader, description.columns.compactMap(\.definition))
    }
  }

  /// Recordings that can be checked one by one: none where the shard could not be opened.
  var count: Int { rows?.reader.count ?? 0 }

  /// Names of the recordings.
  var identifiers: [String] { rows?.reader.identifiers ?? [] }

  private var rows: ShardRows? { try? opened.get() }

  /// SHA-256 of the file.
  func fileDigest() -> Result<Digest, any Error> { Result { try FileBytes.digest(ofFile: file) } }

  /// Content digest of the recording in `row`, decoded from the file.
  func recordingDigest(_ row: Int) -> Result<Digest, any Error> {
    Result {
      let rows = try opened.get()
      let samples = try rows.reader.samples(at: row)
      return rows.row(row, sampleCount: samples.count).contentDigest(samples: samples)
    }
  }

  /// The digests of the recordings, which are those that `store.json` and the shard itself state.
  ///
  /// - Throws: ``StoreDamage`` of the first thing that is wrong.
  func verify(file found: Result<Digest, any Error>, recordings: [Result<Digest, any Error>]) throws -> [Digest] {
    let digest: Digest
    do { digest = try found.get() } catch { throw unreadable(error) }
    if digest != shard.sha256, let other = all.first(where: { $0.sha256 == digest }) {
      throw StoreDamage(
        .digestMismatch, file, found: "the file that \(other.name) should be (SHA-256 \(digest))",
        expected: "SHA-256 \(shard.sha256)", advice: "Give the shards their own names again, or fetch the store again")
    }
    let rows: ShardRows
    do { rows = try opened.get() } catch { throw malformed(error, digest) }
    let search = DamageSearch(rows)
    try checkRecordings(rows, recordings, search)
    let digests = try recordings.map { try $0.get() }
    let content = ContentDigests.shard(digests)
    guard content == shard.contentDigest else {
      // Every recording is what the shard says of it, so store.json speaks of other recordings.
      throw StoreDamage(
        .digestMismatch, file, found: "recordings with content digest \(content)",
        expected: "\(shard.contentDigest), as \(StoreDescription.fileName) says",
        advice: digest == shard.sha256
          ? "The digest in \(StoreDescription.fileName) was changed: fetch it again" : StoreDamage.advice)
    }
    guard digest == shard.sha256 else { throw search.withoutEffect(file, digest, shard.sha256) }
    return digests
  }

  /// Compares every recording with the digest that the shard states of it.
  private func checkRecordings(
    _ rows: ShardRows, _ recordings: [Result<Digest, any Error>], _ search: DamageSearch
  ) throws {
    let computed = recordings.map { try? $0.get() }
    let stated = rows.contentDigests.map { Digest(hex: $0) }
    guard let row = computed.indices.first(where: { computed[$0] == nil || computed[$0] != stated[$0] }) else { return }
    if case .failure(let error) = recordings[row] { throw search.unreadableRecording(row, error) }
    // Which of the two is wrong, the recording or what the shard says of it, store.json decides.
    let whole = computed.compactMap(\.self)
    if whole.count == computed.count, ContentDigests.shard(whole) == shard.contentDigest {
      throw search.wrongStatement(row)
    }
    throw search.changedRecording(row, found: whole.isEmpty ? nil : computed[row])
  }

  private func unreadable(_ error: any Error) -> StoreDamage {
    guard FileBytes.exists(file) else {
      return StoreDamage(
        .missingShard, file, found: "no such file",
        expected: "shard \(place) of the \(all.count) that \(StoreDescription.fileName) names",
        advice: "Fetch or convert this shard again")
    }
    return StoreDamage(.fileSystem, file, found: "it cannot be read", expected: "a readable shard", cause: error)
  }

  /// A shard that HDF5 cannot open, or that lacks what the schema asks for.
  private func malformed(_ error: any Error, _ digest: Digest) -> StoreDamage {
    guard digest != shard.sha256 else {
      return StoreDamage(
        .malformedStore, file, found: "the file that was sealed, which \(StoreDescription.fileName) does not describe",
        expected: "a description of this shard", advice: "\(StoreDescription.fileName) was changed: fetch it again",
        cause: error)
    }
    let located = error as? any LocatedError
    let item = located?.place.coordinates.compactMap { if case .item(let name) = $0 { name } else { nil } }.first
    return StoreDamage(
      .malformedStore, file, item: item, regions: item.map { DamageSearch.regions(about: $0, in: file) } ?? [],
      found: "SHA-256 \(digest), and content that cannot be read", expected: "SHA-256 \(shard.sha256)", cause: error)
  }
}
