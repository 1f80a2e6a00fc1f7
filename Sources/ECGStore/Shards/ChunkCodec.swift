import CDeflate
import Synchronization

/// Encodes and decodes chunks of 16-bit samples outside HDF5, so that it can be done on several threads at once.
/// The only file that calls libdeflate.
final class ChunkCodec: Sendable {
  /// libdeflate's level: on ECG, higher ones cost several times the time for a per cent of size.
  static let level: Int32 = 4

  private struct Handles: @unchecked Sendable {
    // Each pointer is used by one thread between its removal from here and its return.
    var compressors: [OpaquePointer] = []
    var decompressors: [OpaquePointer] = []
  }

  let codec: Codec
  private let idle = Mutex(Handles())

  init(_ codec: Codec) { self.codec = codec }

  deinit {
    idle.withLock { idle in
      for compressor in idle.compressors { libdeflate_free_compressor(compressor) }
      for decompressor in idle.decompressors { libdeflate_free_decompressor(decompressor) }
    }
  }

  /// The bytes that stand in the file for `samples`, or nil where libdeflate is out of memory.
  func encode(_ samples: [Int16]) -> [UInt8]? {
    guard codec == .deflate else { return samples.withUnsafeBytes { Array($0) } }
    let shuffled = Self.shuffle(samples)
    guard
      let taken = idle.withLock({ idle in idle.compressors.popLast().map { UInt(bitPattern: $0) } })
        ?? libdeflate_alloc_compressor(Self.level).map({ UInt(bitPattern: $0) }),
      let compressor = OpaquePointer(bitPattern: taken)
    else { return nil }
    let bound = libdeflate_zlib_compress_bound(compressor, shuffled.count)
    let encoded = [UInt8](unsafeUninitializedCapacity: bound) { buffer, count in
      count = shuffled.withUnsafeBytes {
        libdeflate_zlib_compress(compressor, $0.baseAddress, $0.count, buffer.baseAddress, bound)
      }
    }
    idle.withLock { idle in OpaquePointer(bitPattern: taken).map { idle.compressors.append($0) } }
    return encoded.isEmpty ? nil : encoded
  }

  /// The `count` samples that `bytes` stand for, or nil where they are damaged.
  func decode(_ bytes: [UInt8], count: Int) -> [Int16]? {
    guard codec == .deflate else {
      guard bytes.count == count * 2 else { return nil }
      return [Int16](unsafeUninitializedCapacity: count) { buffer, initialized in
        UnsafeMutableRawBufferPointer(buffer).copyBytes(from: bytes)
        initialized = count
      }
    }
    guard
      let taken = idle.withLock({ idle in idle.decompressors.popLast().map { UInt(bitPattern: $0) } })
        ?? libdeflate_alloc_decompressor().map({ UInt(bitPattern: $0) }),
      let decompressor = OpaquePointer(bitPattern: taken)
    else { return nil }
    var outcome = LIBDEFLATE_BAD_DATA
    let shuffled = [UInt8](unsafeUninitializedCapacity: count * 2) { buffer, initialized in
      // No place for the actual size: libdeflate then demands exactly this many bytes, and checks the Adler-32.
      outcome = bytes.withUnsafeBytes {
        libdeflate_zlib_decompress(decompressor, $0.baseAddress, $0.count, buffer.baseAddress, count * 2, nil)
      }
      initialized = outcome == LIBDEFLATE_SUCCESS ? count * 2 : 0
    }
    idle.withLock { idle in OpaquePointer(bitPattern: taken).map { idle.decompressors.append($0) } }
    return outcome == LIBDEFLATE_SUCCESS ? Self.unshuffle(shuffled) : nil
  }

  /// Inflates `bytes` to exactly `shuffled.count` bytes, still shuffled; false where they are damaged.
  func inflate(_ bytes: UnsafeRawBufferPointer, into shuffled: UnsafeMutableRawBufferPointer) -> Bool {
    guard
      let taken = idle.withLock({ idle in idle.decompressors.popLast().map { UInt(bitPattern: $0) } })
        ?? libdeflate_alloc_decompressor().map({ UInt(bitPattern: $0) }),
      let decompressor = OpaquePointer(bitPattern: taken)
    else { return false }
    let outcome = libdeflate_zlib_decompress(
      decompressor, bytes.baseAddress, bytes.count, shuffled.baseAddress, shuffled.count, nil)
    idle.withLock { idle in OpaquePointer(bitPattern: taken).map { idle.decompressors.append($0) } }
    return outcome == LIBDEFLATE_SUCCESS
  }

  /// HDF5's shuffle for elements of two bytes: all low bytes, then all high bytes.
  static func shuffle(_ samples: [Int16]) -> [UInt8] {
    let count = samples.count
    return [UInt8](unsafeUninitializedCapacity: count * 2) { bytes, initialized in
      samples.withUnsafeBufferPointer { samples in
        guard let source = samples.baseAddress, let low = bytes.baseAddress else { return }
        let high = low + count
        for index in 0..<count {
          let bits = UInt16(bitPattern: source[index])
          low[index] = UInt8(truncatingIfNeeded: bits)
          high[index] = UInt8(truncatingIfNeeded: bits >> 8)
        }
      }
      initialized = count * 2
    }
  }

  /// The inverse of `shuffle`.
  static func unshuffle(_ bytes: [UInt8]) -> [Int16] {
    let count = bytes.count / 2
    return [Int16](unsafeUninitializedCapacity: count) { samples, initialized in
      bytes.withUnsafeBufferPointer { bytes in
        guard let low = bytes.baseAddress, let target = samples.baseAddress else { return }
        let high = low + count
        for index in 0..<count {
          target[index] = Int16(bitPattern: UInt16(low[index]) | UInt16(high[index]) << 8)
        }
      }
      initialized = count
    }
  }
}
