import CFLAC
import Reproducibility

/// A file compressed with FLAC: one channel for each signal. Every range is sought, so a slice decodes little more than
/// itself.
final class FLACFile: FrameSource {
  let samplesPerFrame: Int
  let frameCount: Int
  private let library: einthoven_flac
  private let decoder: OpaquePointer
  private let stream: Stream
  private let width: Int
  private let channels: Int
  private let byteOffset: Int
  private var interleaved: [Int32] = []

  private static let loaded: einthoven_flac? = {
    var table = einthoven_flac()
    return einthoven_flac_load(&table) != 0 ? table : nil
  }()

  /// Opens `file`, which must hold one channel for each of `columns` with at most `bits` bits.
  ///
  /// - Throws: ``WFDBError`` `missing-library` or `malformed-signal`.
  init(file: any RecordFile, bits: Int, byteOffset: Int, columns: [FrameColumn]) throws(WFDBError) {
    guard let library = Self.loaded, let decoder = library.make() else {
      throw WFDBError(
        .missingLibrary, at: ErrorPlace(file.path), found: "a signal compressed with FLAC, and no libFLAC",
        expected: "libFLAC 1.2 or later", advice: "Install it: apt-get install libflac12, or your system's package")
    }
    self.library = library
    self.decoder = decoder
    self.byteOffset = byteOffset
    width = columns.first?.width ?? 1
    channels = columns.count
    samplesPerFrame = width * channels
    stream = Stream(file: file)
    let description = try StreamDescription(of: file)
    frameCount = max(0, description.sampleCount - byteOffset) / width
    let client = Unmanaged.passUnretained(stream).toOpaque()
    let started =
      library.start(
        decoder, Stream.read, Stream.seek, Stream.tell, Stream.length, Stream.isAtEnd, Stream.write, { _, _, _ in },
        Stream.fail, client) == 0 && library.read_metadata(decoder) != 0
    guard started, stream.failure == nil else {
      throw error(found: "metadata that cannot be read", expected: "a FLAC file")
    }
    guard columns.allSatisfy({ $0.width == width }) else {
      throw error(found: "signals of different samples per frame", expected: "one sampling frequency in a FLAC file")
    }
    guard description.channels == channels, description.bits <= bits else {
      throw error(
        found: "\(description.channels) channels of \(description.bits) bits",
        expected: "\(channels) of at most \(bits), as the header says")
    }
  }

  deinit { library.destroy(decoder) }

  /// A stream says how long it is, or says nothing (0), and need not be right. Where it claims, or the header wants, more
  /// than real signals compress to, it is decoded once to see.
  func available(of wanted: Int) throws(WFDBError) -> Int {
    if frameCount > 0, frameCount < wanted { return frameCount }
    let (samples, overflow) = wanted.multipliedReportingOverflow(by: samplesPerFrame)
    if frameCount > 0, !overflow, samples / 64 <= stream.file.size { return wanted }
    stream.clear(channels: channels)
    guard library.seek(decoder, UInt64(byteOffset)) != 0 else { return 0 }
    var found = 0
    while found / width < wanted {
      found += stream.takeCount()
      guard library.read_frame(decoder) != 0, library.state(decoder) != EINTHOVEN_FLAC_STATE_END else { break }
      if let failure = stream.failure { throw failure }
    }
    return min(wanted, (found + stream.takeCount()) / width)
  }

  func byteCount(of frames: Int) -> Int? { nil }

  func forEachPiece(of frames: Range<Int>, _ body: (FramePiece) throws(WFDBError) -> Void) throws(WFDBError) {
    guard !frames.isEmpty else { return }
    stream.clear(channels: channels)
    guard library.seek(decoder, UInt64(frames.lowerBound * width + byteOffset)) != 0 else {
      throw stream.failure ?? error(found: "no frame \(frames.lowerBound)", expected: "\(frames.upperBound) frames")
    }
    var next = frames.lowerBound
    while next < frames.upperBound {
      // Whole record frames only; the rest of a block waits for the next one.
      let count = min(frames.upperBound - next, (stream.decoded.first?.count ?? 0) / width)
      if count > 0 {
        interleave(count)
        let piece = next..<next + count
        try interleaved.withUnsafeBufferPointer { buffer throws(WFDBError) in
          guard let base = buffer.baseAddress else { return }
          try body(FramePiece(frames: piece, samples: .int32(base)))
        }
        next += count
        continue
      }
      let isWhole = library.read_frame(decoder) != 0 && library.state(decoder) != EINTHOVEN_FLAC_STATE_END
      if let failure = stream.failure { throw failure }
      guard isWhole || (stream.decoded.first?.count ?? 0) >= width else {
        throw error(found: "the end of the stream at frame \(next)", expected: "\(frames.upperBound) frames")
      }
    }
  }

  /// Takes `count` record frames off what is decoded and puts them into file order: each frame's samples of the first
  /// signal, then of the second, ...
  private func interleave(_ count: Int) {
    if interleaved.count < count * samplesPerFrame {
      interleaved = Array(repeating: 0, count: count * samplesPerFrame)
    }
    for channel in 0..<channels {
      for frame in 0..<count {
        for sample in 0..<width {
          interleaved[frame * samplesPerFrame + channel * width + sample] =
            stream.decoded[channel][frame * width + sample]
        }
      }
      stream.decoded[channel].removeFirst(count * width)
    }
  }

  private func error(found: String, expected: String) -> WFDBError {
    WFDBError(
      .malformedSignal, at: ErrorPlace(stream.file.path, .byte(stream.position)), found: found, expected: expected,
      advice: "The file may be damaged: fetch it again")
  }
}

/// A stream's first block of metadata (FLAC format, METADATA_BLOCK_STREAMINFO), which the library tells only after the
/// first frame.
private struct StreamDescription {
  let channels: Int
  let bits: Int
  /// Samples in each channel; 0 where the stream does not say.
  let sampleCount: Int

  init(of file: any RecordFile) throws(WFDBError) {
    let bytes = try file.read(at: 0, count: min(26, file.size))
    guard bytes.count == 26, bytes.starts(with: Array("fLaC".utf8)), bytes[4] & 0x7F == 0 else {
      throw WFDBError(
        .malformedSignal, at: ErrorPlace(file.path, .byte(0)), found: "no FLAC stream", expected: "a FLAC file",
        advice: "The file may be damaged: fetch it again")
    }
    // Behind the block sizes: 20 bits of frequency, 3 of channels, 5 of bits, 36 of samples.
    let word = bytes[18..<26].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    channels = Int(word >> 41 & 7) + 1
    bits = Int(word >> 36 & 31) + 1
    sampleCount = Int(word & (1 << 36 - 1))
  }
}

/// What libFLAC reads from and writes to.
private final class Stream {
  let file: any RecordFile
  private(set) var position = 0
  fileprivate(set) var failure: WFDBError?
  /// `[channel][sample]`: decoded and not yet taken.
  var decoded: [[Int32]] = []

  init(file: any RecordFile) { self.file = file }

  func clear(channels: Int) { decoded = Array(repeating: [], count: channels) }

  /// Drops what is decoded and returns how many samples of a channel that was.
  func takeCount() -> Int {
    defer { for channel in decoded.indices { decoded[channel].removeAll(keepingCapacity: true) } }
    return decoded.first?.count ?? 0
  }

  private static func of(_ client: UnsafeMutableRawPointer?) -> Stream? {
    client.map { Unmanaged<Stream>.fromOpaque($0).takeUnretainedValue() }
  }

  static let read: einthoven_flac_read = { _, buffer, bytes, client in
    guard let stream = of(client), let buffer, let bytes else { return Int32(EINTHOVEN_FLAC_READ_ABORT) }
    let count = min(bytes.pointee, stream.file.size - stream.position)
    bytes.pointee = max(0, count)
    guard count > 0 else { return Int32(EINTHOVEN_FLAC_READ_END) }
    do throws(WFDBError) {
      try stream.file.read(at: stream.position, into: .init(start: buffer, count: count))
    } catch {
      stream.failure = error
      return Int32(EINTHOVEN_FLAC_READ_ABORT)
    }
    stream.position += count
    return Int32(EINTHOVEN_FLAC_GO_ON)
  }

  static let seek: einthoven_flac_seek = { _, offset, client in
    guard let stream = of(client), let place = Int(exactly: offset), place <= stream.file.size else {
      return Int32(EINTHOVEN_FLAC_FAILED)
    }
    stream.position = place
    return Int32(EINTHOVEN_FLAC_GO_ON)
  }

  static let tell: einthoven_flac_tell = { _, offset, client in
    guard let stream = of(client) else { return Int32(EINTHOVEN_FLAC_FAILED) }
    offset?.pointee = UInt64(stream.position)
    return Int32(EINTHOVEN_FLAC_GO_ON)
  }

  static let length: einthoven_flac_tell = { _, length, client in
    guard let stream = of(client) else { return Int32(EINTHOVEN_FLAC_FAILED) }
    length?.pointee = UInt64(stream.file.size)
    return Int32(EINTHOVEN_FLAC_GO_ON)
  }

  static let isAtEnd: einthoven_flac_eof = { _, client in
    of(client).map { $0.position >= $0.file.size ? 1 : 0 } ?? 1
  }

  static let write: einthoven_flac_write = { _, frame, channels, client in
    guard let stream = of(client), let frame, let channels, frame.pointee.channels == stream.decoded.count else {
      return Int32(EINTHOVEN_FLAC_FAILED)
    }
    for channel in stream.decoded.indices {
      guard let samples = channels[channel] else { return Int32(EINTHOVEN_FLAC_FAILED) }
      stream.decoded[channel] += UnsafeBufferPointer(start: samples, count: Int(frame.pointee.block_size))
    }
    return Int32(EINTHOVEN_FLAC_GO_ON)
  }

  /// Lost synchronisation, a damaged header or a frame whose sum is wrong: samples would be missing or made up.
  static let fail: einthoven_flac_error = { _, status, client in
    guard let stream = of(client), stream.failure == nil else { return }
    let found = ["lost synchronisation", "a damaged frame header", "a frame whose checksum is wrong"]
    stream.failure = WFDBError(
      .malformedSignal, at: ErrorPlace(stream.file.path, .byte(stream.position)),
      found: found.indices.contains(Int(status)) ? found[Int(status)] : "a FLAC stream that cannot be parsed",
      expected: "a whole FLAC stream", advice: "The file is damaged: fetch it again")
  }
}
