import ECGCore
import Reproducibility

/// Finds the bytes that a failed check is about. Only used once something is known to be wrong.
struct DamageSearch: Sendable {
  private let rows: ShardRows
  private var reader: ShardReader { rows.reader }
  private var file: String { reader.path }

  init(_ rows: ShardRows) { self.rows = rows }

  /// A recording of which a chunk does not decode.
  func unreadableRecording(_ row: Int, _ error: any Error) -> StoreDamage {
    for origin in reader.chunkOrigins(of: row) where reader.decodedChunk(at: origin) == nil {
      guard let range = reader.file.chunkRange(at: origin) else { break }
      return StoreDamage(
        .damagedChunk, file, recording: reader.identifiers[row], regions: [ByteRegion(item: StoreNames.signal, range)],
        found: "a chunk that does not decode", expected: "\(reader.leadCount * reader.chunkWidth) samples")
    }
    return StoreDamage(
      .damagedChunk, file, recording: reader.identifiers[row], item: StoreNames.signal,
      found: "no readable chunk where the file's index says that it is", expected: "the recording's samples",
      cause: error)
  }

  /// A recording that decodes to something else than was stored.
  func changedRecording(_ row: Int, found: Digest?) -> StoreDamage {
    let tables = rows.regions(ofRow: row)
    let chunks = reader.chunkOrigins(of: row).compactMap { reader.file.chunkRange(at: $0) }
      .map { ByteRegion(item: StoreNames.signal, $0) }
    // A chunk with a checksum of its own that decodes is what was written.
    let isSound = reader.codec.codec.detectsDamage
    return StoreDamage(
      .digestMismatch, file, recording: reader.identifiers[row], regions: isSound ? tables : chunks + tables,
      found: "content digest \(found.map(\.hex) ?? "unknown"), which "
        + (isSound
          ? "comes from its row in the tables: its samples are sound"
          : "comes from its samples or its row in the tables"),
      expected: rows.contentDigests[row])
  }

  /// A sound recording of which the shard states a wrong digest.
  func wrongStatement(_ row: Int) -> StoreDamage {
    StoreDamage(
      .digestMismatch, file, recording: reader.identifiers[row],
      regions: rows.regions(of: StoreNames.contentDigest, rows: row..<row + 1),
      found: "the content digest '\(rows.contentDigests[row])' stated of a recording that is sound",
      expected: "the digest of its content")
  }

  /// A file whose every recording is what it should be, and that yet is not the file that was sealed.
  func withoutEffect(_ file: String, _ found: Digest, _ expected: Digest) -> StoreDamage {
    let chunks = reader.oddChunks()
    if let first = chunks.first {
      return StoreDamage(
        .digestMismatch, file, recording: first.row.map { reader.identifiers[$0] },
        regions: chunks.map { ByteRegion(item: StoreNames.signal, $0.bytes) },
        found: "a chunk with bytes that no sample comes from, which are not those that were written",
        expected: "SHA-256 \(expected)")
    }
    return StoreDamage(
      .digestMismatch, file,
      found: "SHA-256 \(found), though every recording is what it was: bytes of HDF5's structures, of attributes or "
        + "between the arrays were changed",
      expected: "SHA-256 \(expected)")
  }

  /// Where the array `item`, which could not be read or does not fit, lies in the shard at `path`, and the offsets that
  /// say how long it should be.
  static func regions(about item: String, in path: String) -> [ByteRegion] {
    let offsets = [StoreNames.offset, StoreNames.annotationOffset, StoreNames.fiducialOffset].filter { offset in
      let group = offset.dropLast("offset".count)
      return offset != item && (group == "/" ? item == StoreNames.signal : item.hasPrefix(group))
    }
    return ([item] + offsets).flatMap { regions(ofItem: $0, in: path) }
  }

  /// Where the array `item` lies in the shard at `path`: its chunks that do not inflate, or all of it.
  private static func regions(ofItem item: String, in path: String) -> [ByteRegion] {
    guard let file = try? HDF5File.open(path), let storage = file.storage(of: item) else { return [] }
    guard storage.isChunked, let shards = try? ReadableFile(path) else {
      return storage.blocks.map { ByteRegion(item: item, $0.bytes) }
    }
    let chunkRows = storage.blocks.map(\.rows.count).max() ?? 0
    let codec = ChunkCodec(.deflate)
    let bad = storage.blocks.filter { block in
      guard let bytes = try? shards.read(offset: block.bytes.lowerBound, count: block.bytes.count) else { return true }
      var plain = [UInt8](repeating: 0, count: chunkRows * storage.rowSize)
      return !bytes.withUnsafeBytes { bytes in plain.withUnsafeMutableBytes { codec.inflate(bytes, into: $0) } }
    }
    return (bad.isEmpty ? storage.blocks : bad).map { ByteRegion(item: item, $0.bytes) }
  }
}

extension Codec {
  /// Whether chunks carry a checksum: zlib's Adler-32.
  fileprivate var detectsDamage: Bool { self == .deflate }
}

extension ShardReader {
  /// First elements of the chunks that hold samples of the recording in `row`, in order.
  func chunkOrigins(of row: Int) -> [[Int]] {
    guard let offsets else { return [[row, 0, 0]] }
    let (start, end) = (Int(offsets[row]), Int(offsets[row + 1]))
    guard start < end else { return [] }
    return (start / chunkWidth...(end - 1) / chunkWidth).map { [0, $0 * chunkWidth] }
  }

  func decodedChunk(at origin: [Int]) -> [Int16]? {
    file.chunk(at: origin).flatMap { codec.decode($0, count: leadCount * chunkWidth) }
  }

  /// Chunks that are not byte for byte what their samples are encoded to, with the first recording in each; none where
  /// that is true of more than a few, since then another encoder wrote them.
  fileprivate func oddChunks() -> [(row: Int?, bytes: Range<Int>)] {
    let origins = (0..<count).map { chunkOrigins(of: $0) }
    var (seen, odd): (Set<[Int]>, [(row: Int?, bytes: Range<Int>)]) = ([], [])
    for (row, origins) in origins.enumerated() {
      for origin in origins where seen.insert(origin).inserted {
        guard let bytes = file.chunk(at: origin), let samples = codec.decode(bytes, count: leadCount * chunkWidth),
          codec.encode(samples) != bytes || hasPadding(samples, from: origin), let range = file.chunkRange(at: origin)
        else { continue }
        odd.append((row, range))
      }
    }
    return odd.count <= max(1, seen.count / 8) ? odd : []
  }

  /// Whether anything but zeros stands behind the last recording of the variable layout.
  private func hasPadding(_ samples: [Int16], from origin: [Int]) -> Bool {
    guard let total = offsets?.last.map({ Int($0) }), origin.count == 2, total - origin[1] < chunkWidth else {
      return false
    }
    return (0..<leadCount).contains { lead in
      samples[lead * chunkWidth + max(0, total - origin[1])..<(lead + 1) * chunkWidth].contains { $0 != 0 }
    }
  }
}
