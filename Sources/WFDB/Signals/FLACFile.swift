import CFLAC
import Reproducibility

/// A file compressed with FLAC: one channel for each signal. Every range is sought, so a slice decodes little more than
/// itself.
final class FLACFile: FrameSource {
  let samplesPerFrame: Int
  let frameCount: Int
  var size: Int { stream.file.size }
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
    let description = try StreamDescription(of: file)
    guard let library = Self.loaded, let decoder = library.make() else {
      throw WFDBError(
        .missingLibrary, at: ErrorPlace(file.path), found: "a signal compressed with FLAC, and no libFLAC",
        expected: "libFLAC 1.2 or later", advice: "Install it: apt-get install libflac-dev, or your system's package")
    }
    self.library = library
    self.decoder = decoder
    self.byteOffset = byteOffset
    width = columns.first?.width ?? 1
    channels = columns.count
    samplesPerFrame = width * channels
    let stream = Stream(file: file, bits: description.bits)
    self.stream = stream
    let client = Unmanaged.passUnretained(stream).toOpaque()
    let started =
      library.start(
        decoder, Stream.read, Stream.seek, Stream.tell, Stream.length, Stream.isAtEnd, Stream.write, { _, _, _ in },
        Stream.fail, client) == 0 && library.read_metadata(decoder) != 0
    var samples = description.sampleCount
    if started, samples == 0, description.channels == columns.count {
      // The stream does not say how long it is.
      do throws(WFDBError) {
        samples = try Self.count(library, decoder, stream, channels: columns.count, from: 0, wanted: .max)
      } catch {
        library.destroy(decoder)
        throw error
      }
    }
    frameCount = max(0, samples - byteOffset) / width
    guard started, stream.failure == nil else {
      throw stream.failure ?? error(found: "metadata that cannot be read", expected: "a FLAC file")
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

  /// A stream need not be as long as it says. Where it claims more than real signals compress to, it is decoded once to
  /// see.
  func available(of wanted: Int) throws(WFDBError) -> Int {
    guard frameCount >= wanted else { return frameCount }
    let (samples, overflow) = wanted.multipliedReportingOverflow(by: samplesPerFrame)
    if !overflow, samples / 64 <= stream.file.size { return wanted }
    let found = try Self.count(
      library, decoder, stream, channels: channels, from: byteOffset, wanted: overflow ? .max : wanted * width)
    return min(wanted, found / width)
  }

  /// Samples of a channel from sample `first` on, or `wanted` where there are more.
  private static func count(
    _ library: einthoven_flac, _ decoder: OpaquePointer, _ stream: Stream, channels: Int, from first: Int, wanted: Int
  ) throws(WFDBError) -> Int {
    stream.clear(channels: channels)
    guard library.seek(decoder, UInt64(max(0, first))) != 0 else { return 0 }
    var found = stream.takeCount()
    while found < wanted {
      // A flat line takes a byte for some hundred samples; more is made up to keep readers busy.
      guard found / 1024 <= stream.file.size else {
        throw WFDBError(
          .malformedSignal, at: ErrorPlace(stream.file.path, .byte(stream.position)),
          found: "more than \(found) samples in \(stream.file.size) bytes", expected: "a signal",
          advice: "Do not trust this file")
      }
      guard library.read_frame(decoder) != 0, library.state(decoder) != EINTHOVEN_FLAC_STATE_END else { break }
      if let failure = stream.failure { throw failure }
      found += stream.takeCount()
    }
    return found + stream.takeCount()
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
  private let bits: Int
  private(set) var position = 0
  fileprivate(set) var failure: WFDBError?
  /// `[channel][sample]`: decoded and not yet taken.
  var decoded: [[Int32]] = []

  /// A stream whose frames have `bits` bits at most, as it says at its beginning.
  init(file: any RecordFile, bits: Int) {
    self.file = file
    self.bits = bits
  }

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
    guard frame.pointee.bits_per_sample <= stream.bits else {
      stream.failure = WFDBError(
        .malformedSignal, at: ErrorPlace(stream.file.path, .byte(stream.position)),
        found: "a frame of \(frame.pointee.bits_per_sample) bits", expected: "\(stream.bits), as the stream says",
        advice: "The file may be damaged: fetch it again")
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
