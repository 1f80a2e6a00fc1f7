import ECGCore
import Reproducibility
import Synchronization

/// A converted dataset, open for reading. All methods may be called from several threads at once.
///
/// ```swift
/// let store = try Store("ptb-xl.store")
/// let signal = try store.signal(at: 0)
/// ```
public final class Store: Sendable {
  /// As given.
  public let path: String
  /// What `store.json` says.
  public let description: StoreDescription
  /// Names of the recordings, in order.
  public let identifiers: [RecordingID]

  private let indexes: [RecordingID: Int]
  /// The first recording of each shard, and one more at the end.
  private let starts: [Int]
  let codec: ChunkCodec
  private let open: Mutex<[(shard: Int, reader: ShardReader)]>

  /// Shards that stay open at once; a process may have some thousand open files, and a store more shards than that.
  static let openShards = 64

  /// Opens the store in the folder `path`.
  ///
  /// - Throws: ``StoreError`` `unsupported-schema`, `missing-shard` or `malformed-store`; `ReproducibilityError`
  ///   `missing-file` or `malformed-json` where there is no readable `store.json`.
  public init(_ path: String) throws {
    let file = path + "/" + StoreDescription.fileName
    let description = try Self.description(ofStoreAt: path)
    let codec = ChunkCodec(description.codec, level: description.level)
    var identifiers: [RecordingID] = []
    var starts = [0]
    var readers: [(shard: Int, reader: ShardReader)] = []
    for (index, shard) in description.shards.enumerated() {
      let shardPath = path + "/" + shard.name
      guard FileBytes.exists(shardPath) else {
        throw StoreError(
          .missingShard, at: ErrorPlace(shardPath), found: "no such file", expected: "a shard named in \(file)",
          advice: "Fetch or convert this shard again")
      }
      let reader = try ShardReader(shardPath, shard, description, codec: codec)
      identifiers += reader.identifiers.map { RecordingID($0) }
      starts.append(identifiers.count)
      if readers.count < Self.openShards { readers.append((index, reader)) }
    }
    guard identifiers.count == description.recordings else {
      throw Self.malformed(file, "recordings", "\(identifiers.count) in the shards", "\(description.recordings)")
    }
    indexes = Dictionary(zip(identifiers, identifiers.indices), uniquingKeysWith: { first, _ in first })
    guard indexes.count == identifiers.count else {
      throw Self.malformed(file, "recordings", "names that stand twice", "a name of its own for each")
    }
    self.path = path
    self.description = description
    self.identifiers = identifiers
    self.starts = starts
    self.codec = codec
    open = Mutex(readers)
  }

  private struct SchemaNumber: Decodable {
    let schema: Int
  }

  /// What `store.json` in the folder `path` says, checked as far as that can be done without the shards.
  ///
  /// - Throws: ``StoreError`` `unsupported-schema` or `malformed-store`; `ReproducibilityError`.
  static func description(ofStoreAt path: String) throws -> StoreDescription {
    let file = path + "/" + StoreDescription.fileName
    let schema = try CanonicalJSON.read(SchemaNumber.self, fromFile: file).schema
    guard schema == StoreDescription.currentSchema else {
      throw StoreError(
        .unsupportedSchema, at: ErrorPlace(file, .item("key schema")), found: "schema \(schema)",
        expected: "schema \(StoreDescription.currentSchema)", advice: "Use a version of this program that reads it")
    }
    let description = try CanonicalJSON.read(StoreDescription.self, fromFile: file)
    try check(description, file)
    return description
  }

  /// How many recordings.
  public var count: Int { identifiers.count }

  /// The digest of everything decoded, as `store.json` states it; ``StoreVerification`` recomputes it.
  public var contentDigest: Digest { description.contentDigest }

  /// Where the recording named `id` stands, or nil.
  public func index(of id: RecordingID) -> Int? { indexes[id] }

  /// The digital samples and calibration of the recording at `index`.
  ///
  /// Only the chunk's bytes are fetched under HDF5's lock; several threads decode at once.
  public func signal(at index: Int) throws -> DigitalSignal {
    let (reader, row) = try locate(index)
    return try reader.signal(at: row)
  }

  /// Marks of the recording at `index`, in the order stored. The shard's marks are loaded once.
  public func annotations(at index: Int) throws -> [Annotation] {
    let (reader, row) = try locate(index)
    return try reader.loadedMarks().annotations(of: row)
  }

  /// P, QRS and T of the recording at `index`, or nil where the store has none.
  public func fiducials(at index: Int) throws -> Fiducials? {
    let (reader, row) = try locate(index)
    return try reader.loadedMarks().fiducials(of: row)
  }

  // MARK: Shards

  /// The reader of shard `index`, opened anew where it was closed.
  func reader(ofShard index: Int) throws(StoreError) -> ShardReader {
    let known = open.withLock { open in open.first { $0.shard == index }?.reader }
    if let known { return known }
    let shard = description.shards[index]
    let reader = try ShardReader(path + "/" + shard.name, shard, description, codec: codec)
    open.withLock { open in
      if open.count >= Self.openShards { open.removeFirst() }
      open.append((index, reader))
    }
    return reader
  }

  /// The recordings of shard `index`.
  func recordings(ofShard index: Int) -> Range<Int> { starts[index]..<starts[index + 1] }

  private func locate(_ index: Int) throws(StoreError) -> (reader: ShardReader, row: Int) {
    precondition((0..<count).contains(index), "recording \(index) of \(count)")
    // The last shard that starts at or before the recording: shards need not be of one size.
    var low = 0
    var high = description.shards.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if starts[middle] <= index { low = middle } else { high = middle }
    }
    return (try reader(ofShard: low), index - starts[low])
  }

  private static func check(_ description: StoreDescription, _ file: String) throws(StoreError) {
    for (index, column) in description.columns.enumerated() where column.definition == nil {
      throw malformed(
        file, "columns.\(index)", "kind '\(column.kind)' in group '\(column.group)'", "a kind and group of schema 1")
    }
    if description.layout == .fixed, description.signalLayout == nil {
      throw malformed(
        file, "layout", "a fixed layout without leads, sampling frequency or length",
        "lead_names, sampling_frequency "
          + "and sample_count")
    }
    // Names lead to files: none may leave the folder.
    for shard in description.shards where shard.name.contains("/") || shard.recordings < 1 {
      throw malformed(file, "shards", "'\(shard.name)' with \(shard.recordings) recordings", "a file of this folder")
    }
  }

  static func malformed(_ file: String, _ key: String, _ found: String, _ expected: String) -> StoreError {
    StoreError(
      .malformedStore, at: ErrorPlace(file, .item("key \(key)")), found: found, expected: expected,
      advice: "Fetch or convert the store again")
  }
}
