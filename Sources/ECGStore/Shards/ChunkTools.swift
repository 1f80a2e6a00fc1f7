import CDeflate
import CKernels

/// What one thread at a time needs for a chunk: memory of libdeflate and of our own encoder, made when it is first needed,
/// and room for shuffled bytes. The only file that calls libdeflate. Sendable by agreement: a ``Pool`` hands each to one
/// thread at a time.
final class ChunkTools: @unchecked Sendable {
  /// Of our own encoder: see `deflate_body.h`. Levels above are libdeflate's.
  static let ownLevel = 1
  /// Bytes that may be read behind shuffled ones.
  static let readAhead = 8

  private let level: Int
  private var encoder = UnsafeMutableRawBufferPointer(start: nil, count: 0)
  private var compressor: OpaquePointer?
  private var decompressor: OpaquePointer?
  private var scratch = UnsafeMutableRawBufferPointer(start: nil, count: 0)
  private var output = UnsafeMutableRawBufferPointer(start: nil, count: 0)

  init(level: Int?) { self.level = level ?? Self.ownLevel }

  deinit {
    if let compressor { libdeflate_free_compressor(compressor) }
    if let decompressor { libdeflate_free_decompressor(decompressor) }
    encoder.deallocate()
    scratch.deallocate()
    output.deallocate()
  }

  /// Calls `body` with `count` bytes of any content.
  func withScratch<Result>(_ count: Int, _ body: (UnsafeMutableRawBufferPointer) -> Result) -> Result {
    Self.grow(&scratch, to: count)
    return body(UnsafeMutableRawBufferPointer(rebasing: scratch[..<count]))
  }

  /// Calls `body` with `count` other bytes of any content.
  func withOutput<Result>(_ count: Int, _ body: (UnsafeMutableRawBufferPointer) -> Result) -> Result {
    Self.grow(&output, to: count)
    return body(UnsafeMutableRawBufferPointer(rebasing: output[..<count]))
  }

  private static func grow(_ bytes: inout UnsafeMutableRawBufferPointer, to count: Int) {
    guard bytes.count < count else { return }
    bytes.deallocate()
    bytes = .allocate(byteCount: count, alignment: 64)
  }

  /// Writes the zlib stream (RFC 1950) of `plain`, shuffled samples with ``readAhead`` bytes behind them, to `bytes` and
  /// returns its length; nil where it does not fit or memory is short.
  func deflate(_ plain: UnsafeRawBufferPointer, into bytes: UnsafeMutableRawBufferPointer) -> Int? {
    level == Self.ownLevel ? ownDeflate(plain, into: bytes) : libraryDeflate(plain, into: bytes)
  }

  private func libraryDeflate(_ plain: UnsafeRawBufferPointer, into bytes: UnsafeMutableRawBufferPointer) -> Int? {
    compressor = compressor ?? libdeflate_alloc_compressor(Int32(clamping: level))
    guard let compressor else { return nil }
    let count = libdeflate_zlib_compress(compressor, plain.baseAddress, plain.count, bytes.baseAddress, bytes.count)
    return count > 0 ? count : nil
  }

  private func ownDeflate(_ plain: UnsafeRawBufferPointer, into bytes: UnsafeMutableRawBufferPointer) -> Int? {
    let header: [UInt8] = [0x78, 0x01]
    let checksumSize = 4
    guard bytes.count > header.count + checksumSize, let start = bytes.baseAddress, let samples = plain.baseAddress
    else { return nil }
    Self.grow(&encoder, to: ek_deflate_memory())
    let count = ChunkCodec.kernels.deflate16(
      samples.assumingMemoryBound(to: UInt8.self), plain.count / 2, encoder.baseAddress,
      (start + header.count).assumingMemoryBound(to: UInt8.self), bytes.count - header.count - checksumSize)
    guard count >= 0 else { return nil }
    bytes.copyBytes(from: header)
    let checksum = libdeflate_adler32(1, plain.baseAddress, plain.count)
    bytes.storeBytes(of: checksum.bigEndian, toByteOffset: header.count + count, as: UInt32.self)
    return header.count + count + checksumSize
  }

  /// Inflates `bytes` to exactly `plain.count` bytes; false where they are damaged.
  func inflate(_ bytes: UnsafeRawBufferPointer, into plain: UnsafeMutableRawBufferPointer) -> Bool {
    decompressor = decompressor ?? libdeflate_alloc_decompressor()
    guard let decompressor else { return false }
    // No place for the actual size: libdeflate then demands exactly this many bytes, and checks the Adler-32.
    return libdeflate_zlib_decompress(
      decompressor, bytes.baseAddress, bytes.count, plain.baseAddress, plain.count, nil) == LIBDEFLATE_SUCCESS
  }
}
