import CKernels

/// Encodes and decodes chunks of 16-bit samples outside HDF5, so that it can be done on several threads at once, with
/// memory that is used again.
struct ChunkCodec: Sendable {
  static let kernels = ek_store_kernels_for(ek_preferred_instruction_set()).pointee

  let codec: Codec
  /// Nil where the codec has none.
  let level: Int?
  /// What szip has to know of the chunks; nil until they are known.
  let szip: SzipFilter?
  private let tools: Pool<ChunkTools>

  /// `level` must be one of the codec's.
  init(_ codec: Codec, level: Int? = nil) {
    let level = level ?? codec.defaultLevel
    self.init(codec, level, nil, Pool { ChunkTools(level: level) })
  }

  private init(_ codec: Codec, _ level: Int?, _ szip: SzipFilter?, _ tools: Pool<ChunkTools>) {
    (self.codec, self.level, self.szip, self.tools) = (codec, level, szip, tools)
  }

  /// The same codec for chunks of `rows` rows of `width` samples.
  func forChunks(rows: Int, width: Int) -> ChunkCodec {
    ChunkCodec(codec, level, codec == .szip ? SzipFilter(rows: rows, width: width) : nil, tools)
  }

  /// Bytes that no encoded chunk of `count` samples exceeds.
  func longestEncoding(ofSamples count: Int) -> Int {
    codec == .none ? count * 2 : count * 2 + count / 8 + 1024
  }

  // MARK: Encoding

  /// The bytes that stand in the file for `samples`, or nil where memory is short.
  func encode(_ samples: [Int16]) -> [UInt8]? {
    guard codec != .none else { return samples.withUnsafeBytes { Array($0) } }
    return tools.with { tools in
      tools.withOutput(longestEncoding(ofSamples: samples.count)) { bytes in
        samples.withUnsafeBufferPointer { encode($0, into: bytes) }.map { Array(bytes[..<$0]) }
      }
    }
  }

  /// Writes the bytes that stand in the file for `samples` to `bytes`, which holds ``longestEncoding(ofSamples:)``, and
  /// returns how many there are; nil where memory is short.
  func encode(_ samples: UnsafeBufferPointer<Int16>, into bytes: UnsafeMutableRawBufferPointer) -> Int? {
    switch codec {
    case .none:
      bytes.copyMemory(from: UnsafeRawBufferPointer(samples))
      return samples.count * 2
    case .deflate:
      return tools.with { tools in
        tools.withScratch(samples.count * 2 + ChunkTools.readAhead) { shuffled in
          Self.kernels.shuffle16(
            samples.baseAddress, samples.count, shuffled.baseAddress?.assumingMemoryBound(to: UInt8.self))
          return tools.deflate(UnsafeRawBufferPointer(rebasing: shuffled[..<(samples.count * 2)]), into: bytes)
        }
      }
    case .szip:
      return szip?.encode(samples, into: bytes)
    }
  }

  // MARK: Decoding

  /// The `count` samples that `bytes` stand for, or nil where they are damaged.
  func decode(_ bytes: [UInt8], count: Int) -> [Int16]? {
    var isWhole = false
    let samples = [Int16](unsafeUninitializedCapacity: count) { buffer, initialized in
      isWhole = bytes.withUnsafeBytes { decode($0, into: UnsafeMutableBufferPointer(rebasing: buffer[..<count])) }
      initialized = isWhole ? count : 0
    }
    return isWhole ? samples : nil
  }

  /// Writes the samples that `bytes` stand for to `samples`; false where `bytes` are damaged or stand for another
  /// number of samples.
  func decode(_ bytes: UnsafeRawBufferPointer, into samples: UnsafeMutableBufferPointer<Int16>) -> Bool {
    switch codec {
    case .none:
      guard bytes.count == samples.count * 2 else { return false }
      UnsafeMutableRawBufferPointer(samples).copyMemory(from: bytes)
      return true
    case .deflate:
      return tools.with { tools in
        tools.withScratch(samples.count * 2) { shuffled in
          guard tools.inflate(bytes, into: shuffled) else { return false }
          Self.kernels.unshuffle16(
            shuffled.baseAddress?.assumingMemoryBound(to: UInt8.self), samples.count, samples.baseAddress)
          return true
        }
      }
    case .szip:
      return szip?.decode(bytes, into: samples) ?? false
    }
  }

  /// Inflates `bytes` to exactly `shuffled.count` bytes, still shuffled; false where they are damaged.
  func inflate(_ bytes: UnsafeRawBufferPointer, into shuffled: UnsafeMutableRawBufferPointer) -> Bool {
    tools.with { $0.inflate(bytes, into: shuffled) }
  }
}
