/// One row of the table of storage formats. Everything in which formats differ stands here; whoever reads, checks or
/// converts goes through the table.
public struct SignalFormat: Sendable {
  /// The number in headers.
  public let number: Int
  /// Bits of each sample in the file.
  public let bitsPerSample: Int
  /// The value that stands for a missing sample.
  public let missingValue: Int16
  /// One line for people.
  public let summary: String
  /// Decodes the first `out.count` samples of `bytes`, which hold at least as many.
  let decode: @Sendable (_ bytes: UnsafeRawBufferPointer, _ out: UnsafeMutableBufferPointer<Int16>) -> Void

  /// Formats that this version reads, by number.
  public static let all: [SignalFormat] = [
    SignalFormat(
      number: 16, bitsPerSample: 16, missingValue: .min, summary: "16-bit two's complement, little-endian",
      decode: decode16),
    SignalFormat(
      number: 212, bitsPerSample: 12, missingValue: -2048,
      summary: "12-bit two's complement, two samples in three bytes",
      decode: decode212),
  ]

  /// The row of `number`, or nil.
  public static func numbered(_ number: Int) -> SignalFormat? { all.first { $0.number == number } }

  /// Bytes that hold `samples` samples; nil where that overflows.
  public func byteCount(ofSamples samples: Int) -> Int? {
    let (bits, overflow) = samples.multipliedReportingOverflow(by: bitsPerSample)
    return overflow || samples < 0 ? nil : bits / 8 + (bits % 8 == 0 ? 0 : 1)
  }

  /// Whole samples in `bytes` bytes.
  public func sampleCount(inBytes bytes: Int) -> Int {
    bytes / bitsPerSample * 8 + bytes % bitsPerSample * 8 / bitsPerSample
  }

  @Sendable private static func decode16(_ bytes: UnsafeRawBufferPointer, _ out: UnsafeMutableBufferPointer<Int16>) {
    for index in out.indices {
      out[index] = Int16(littleEndian: bytes.loadUnaligned(fromByteOffset: 2 * index, as: Int16.self))
    }
  }

  /// First sample: byte 0 and the low half of byte 1; second: byte 2 and the high half of byte 1.
  @Sendable private static func decode212(_ bytes: UnsafeRawBufferPointer, _ out: UnsafeMutableBufferPointer<Int16>) {
    for pair in 0..<out.count / 2 {
      let middle = UInt16(bytes[3 * pair + 1])
      out[2 * pair] = extended(UInt16(bytes[3 * pair]) | middle << 8)
      out[2 * pair + 1] = extended(UInt16(bytes[3 * pair + 2]) | (middle >> 4) << 8)
    }
    if out.count % 2 == 1 {
      let pair = out.count / 2
      out[2 * pair] = extended(UInt16(bytes[3 * pair]) | UInt16(bytes[3 * pair + 1]) << 8)
    }
  }

  /// The low 12 bits with their sign.
  private static func extended(_ bits: UInt16) -> Int16 { Int16(bitPattern: bits << 4) >> 4 }
}
