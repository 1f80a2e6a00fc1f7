import CKernels
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
  private let kernels: ek_batch_kernels
  private let paths: [String]
  private let files: [ReadableFile]
  private let places: [Place]
  /// `[recordings][leads]`
  private let gain: [Double]
  private let baseline: [Int32]
  private let encoded: Pool<AlignedBytes>
  private let shuffled: Pool<AlignedBytes>

  init(_ store: Store, _ kernels: ek_batch_kernels) throws {
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
    // No zlib stream of our making is much longer than what it stands for.
    let longest = bytes + bytes / 8 + 1024
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
    self.kernels = kernels
    self.paths = paths
    self.places = places
    self.gain = gain
    self.baseline = baseline
    codec = store.codec
    identifiers = store.identifiers
    files = try paths.prefix(Self.openFiles).map { try ReadableFile($0) }
    encoded = Pool { AlignedBytes(count: longest) }
    shuffled = Pool { AlignedBytes(count: bytes) }
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
    guard codec.codec == .deflate else { return try file.read(offset: place.address, into: target) }
    try encoded.with { encoded in
      let bytes = UnsafeMutableRawBufferPointer(rebasing: encoded.bytes[..<place.size])
      try file.read(offset: place.address, into: bytes)
      try shuffled.with { shuffled in
        let plain = UnsafeMutableRawBufferPointer(rebasing: shuffled.bytes[..<target.count])
        guard codec.inflate(UnsafeRawBufferPointer(bytes), into: plain) else {
          throw StoreError(
            .damagedChunk, at: ErrorPlace(paths[place.shard], .record(identifiers[index].text)),
            found: "a chunk that does not decode", expected: "\(target.count / 2) samples",
            advice: "Fetch or convert this shard again")
        }
        kernels.unshuffle16(
          plain.baseAddress?.assumingMemoryBound(to: UInt8.self), target.count / 2,
          target.baseAddress?.assumingMemoryBound(to: Int16.self))
      }
    }
  }
}
