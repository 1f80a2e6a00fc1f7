import ECGCore
import Reproducibility

/// The recordings of a fixed-length store as chunks at known places of its files, read and decoded without HDF5.
final class ChunkFiles: Sendable {
  private struct Place: Sendable {
    let shard: Int
    let address: Int
    let size: Int
  }

  /// Files kept open; those of further shards are opened for each read.
  private static let openFiles = 256

  let leadCount: Int
  let sampleCount: Int
  private let identifiers: [RecordingID]
  private let codec: ChunkCodec
  private let paths: [String]
  private let files: [ReadableFile]
  private let places: [Place]
  /// `[recordings][leads]`
  private let gain: [Double]
  private let baseline: [Int32]
  private let encoded: Pool<AlignedBytes>

  init(_ store: Store) throws {
    guard case .fixed(let leads, let sampleCount, _)? = store.description.signalLayout,
      store.description.layout == .fixed
    else {
      throw StoreError(
        .unsuitableLayout, at: ErrorPlace(store.path), found: "recordings of variable length",
        expected: "a store of fixed layout", advice: "Convert the dataset with --window and, if need be, --rate")
    }
    var (places, paths, gain, baseline): ([Place], [String], [Double], [Int32]) = ([], [], [], [])
    for (index, shard) in store.description.shards.enumerated() {
      let reader = try store.reader(ofShard: index)
      places += try reader.chunkPlaces().map { Place(shard: index, address: $0.address, size: $0.size) }
      for row in 0..<reader.count {
        let calibration = reader.calibration(of: row)
        gain += calibration.gain
        baseline += calibration.baseline
      }
      paths.append(store.path + "/" + shard.name)
    }
    let bytes = leads.count * sampleCount * 2
    let codec = store.codec.forChunks(rows: leads.count, width: sampleCount)
    let longest = codec.longestEncoding(ofSamples: bytes / 2)
    if let place = places.first(where: { $0.size > longest || store.description.codec == .none && $0.size != bytes }) {
      throw StoreError(
        .damagedChunk, at: ErrorPlace(paths[place.shard], .byte(place.address)),
        found: "a chunk of \(place.size) bytes",
        expected: "at most \(longest)", advice: "Fetch or convert this shard again")
    }
    if let bad = gain.first(where: { !$0.isFinite || $0 == 0 }) {
      throw StoreError(
        .malformedStore, at: ErrorPlace(store.path, .item(StoreNames.gain)), found: "a gain of \(bad)",
        expected: "a finite number other than 0", advice: "Fetch or convert the store again")
    }
    leadCount = leads.count
    self.sampleCount = sampleCount
    self.paths = paths
    self.places = places
    self.gain = gain
    self.baseline = baseline
    self.codec = codec
    identifiers = store.identifiers
    files = try paths.prefix(Self.openFiles).map { try ReadableFile($0) }
    encoded = Pool { AlignedBytes(count: longest) }
  }

  /// Whether there is a recording at `index`.
  func has(_ index: Int) -> Bool { places.indices.contains(index) }

  /// Gain and baseline of `lead` of recording `index`.
  func calibration(of index: Int, lead: Int) -> (gain: Double, baseline: Int32) {
    (gain[index * leadCount + lead], baseline[index * leadCount + lead])
  }

  /// Reads and decodes recording `index` into `target`, `[leads][samples]`.
  func read(_ index: Int, into target: UnsafeMutableRawBufferPointer) throws {
    let place = places[index]
    let file = place.shard < files.count ? files[place.shard] : try ReadableFile(paths[place.shard])
    if codec.codec == .none { return try file.read(offset: place.address, into: target) }
    try encoded.with { encoded in
      let bytes = UnsafeMutableRawBufferPointer(rebasing: encoded.bytes[..<place.size])
      try file.read(offset: place.address, into: bytes)
      guard codec.decode(UnsafeRawBufferPointer(bytes), into: target.assumingMemoryBound(to: Int16.self)) else {
        throw StoreError(
          .damagedChunk, at: ErrorPlace(paths[place.shard], .record(identifiers[index].text)),
          found: "a chunk that does not decode", expected: "\(target.count / 2) samples",
          advice: "Fetch or convert this shard again")
      }
    }
  }
}
