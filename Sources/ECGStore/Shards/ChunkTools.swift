import CDeflate

/// What one thread at a time needs for a chunk: libdeflate's memory, made when it is first needed, and room for shuffled
/// bytes. The only file that calls libdeflate. Sendable by agreement: a ``Pool`` hands each to one thread at a time.
final class ChunkTools: @unchecked Sendable {
  private let level: Int32
  private var compressor: OpaquePointer?
  private var decompressor: OpaquePointer?
  private var scratch = UnsafeMutableRawBufferPointer(start: nil, count: 0)
  private var output = UnsafeMutableRawBufferPointer(start: nil, count: 0)

  init(level: Int?) { self.level = Int32(clamping: level ?? 1) }

  deinit {
    if let compressor { libdeflate_free_compressor(compressor) }
    if let decompressor { libdeflate_free_decompressor(decompressor) }
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

  /// Writes the zlib stream of `plain` to `bytes` and returns its length; nil where it does not fit or memory is short.
  func deflate(_ plain: UnsafeRawBufferPointer, into bytes: UnsafeMutableRawBufferPointer) -> Int? {
    compressor = compressor ?? libdeflate_alloc_compressor(level)
    guard let compressor else { return nil }
    let count = libdeflate_zlib_compress(compressor, plain.baseAddress, plain.count, bytes.baseAddress, bytes.count)
    return count > 0 ? count : nil
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
