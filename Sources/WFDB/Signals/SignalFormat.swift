import CKernels

/// One row of the table of storage formats: signal(5) of the WFDB applications guide. Everything in which formats differ
/// stands here; whoever reads, writes, checks or mutates goes through the table.
///
/// A class, since rows are looked up for every signal of every record and never change.
public final class SignalFormat: Sendable {
  /// The number in headers.
  public let number: Int
  /// One line for people.
  public let summary: String
  /// What a sample can be.
  public let range: ClosedRange<Int>
  /// The value that stands for a missing sample; nil where the format has none.
  public let missingValue: Int?
  /// Bits of a sample in the file; for compressed formats at most.
  public let bitsPerSample: Int
  let coding: Coding
  /// Whether every sample fits 16 bits.
  let fits16: Bool

  /// How samples stand in the file.
  enum Coding: Sendable {
    /// Blocks of whole samples in whole bytes.
    case packed(Packing)
    /// FLAC, one channel a signal.
    case flac
  }

  /// Samples in blocks. `tails[k]` is how many bytes the first k samples of a block take when the file ends behind them.
  struct Packing: Sendable {
    let bytesPerBlock: Int
    let tails: [Int]
    /// What a last block of k samples takes when it is written.
    let writtenTails: [Int]
    let unpack: Unpacking
    let pack: @Sendable (_ samples: ArraySlice<Int32>, _ bytes: inout [UInt8]) -> Void

    var samplesPerBlock: Int { tails.count }
  }

  /// The kernel that decodes, by the integers that it gives.
  enum Unpacking: Sendable {
    /// As they are in memory on a little-endian machine.
    case none16
    /// The same, 32 bits.
    case none32
    /// To 16 bits.
    case to16(@convention(c) (UnsafePointer<UInt8>?, Int, UnsafeMutablePointer<Int16>?) -> Void)
    /// To 32 bits.
    case to32(@convention(c) (UnsafePointer<UInt8>?, Int, UnsafeMutablePointer<Int32>?) -> Void)
    /// To 32-bit differences of each signal.
    case differences(@convention(c) (UnsafePointer<UInt8>?, Int, UnsafeMutablePointer<Int32>?) -> Void)
  }

  /// The kernels for this processor.
  static let kernels = ek_wfdb_kernels_for(ek_preferred_instruction_set()).pointee

  /// Every format, by number.
  public static let all: [SignalFormat] = [
    packed(
      8, "8-bit first differences", range: Int(Int32.min)...Int(Int32.max), missing: nil, bits: 8,
      unpack: .differences(kernels.unpack8), pack: SamplePacking.bytes),
    packed(
      16, "16-bit two's complement, low byte first", bits: 16, bytes: 2, unpack: .none16, pack: SamplePacking.words),
    packed(
      24, "24-bit two's complement, low byte first", bits: 24, bytes: 3, unpack: .to32(kernels.unpack24),
      pack: SamplePacking.triples),
    packed(
      32, "32-bit two's complement, low byte first", bits: 32, bytes: 4, unpack: .none32, pack: SamplePacking.doubles),
    packed(
      61, "16-bit two's complement, high byte first", bits: 16, bytes: 2, unpack: .to16(kernels.unpack61),
      pack: SamplePacking.swappedWords),
    packed(80, "8-bit offset binary", bits: 8, unpack: .to16(kernels.unpack80), pack: SamplePacking.offsetBytes),
    packed(
      160, "16-bit offset binary, low byte first", bits: 16, bytes: 2, unpack: .to16(kernels.unpack160),
      pack: SamplePacking.offsetWords),
    packed(
      212, "12-bit two's complement, two samples in three bytes", bits: 12, bytes: 3, tails: [0, 2],
      unpack: .to16(kernels.unpack212), pack: SamplePacking.pairs212),
    packed(
      310, "10-bit two's complement, three samples in four bytes", bits: 10, bytes: 4, tails: [0, 2, 4],
      unpack: .to16(kernels.unpack310), pack: SamplePacking.threes310),
    // Other readers want the whole last block of 311, so it is written whole.
    packed(
      311, "10-bit two's complement, three samples in a 32-bit word", bits: 10, bytes: 4, tails: [0, 2, 3],
      writtenTails: [0, 2, 4], unpack: .to16(kernels.unpack311), pack: SamplePacking.threes311),
    flac(508, bits: 8), flac(516, bits: 16), flac(524, bits: 24),
  ]

  /// The row of `number`, or nil. O(1).
  public static func numbered(_ number: Int) -> SignalFormat? {
    byNumber.indices.contains(number) ? byNumber[number] : nil
  }

  private static let byNumber: [SignalFormat?] = all.reduce(into: []) { rows, format in
    while rows.count <= format.number { rows.append(nil) }
    rows[format.number] = format
  }

  private init(
    number: Int, summary: String, range: ClosedRange<Int>, missingValue: Int?, bitsPerSample: Int, coding: Coding
  ) {
    self.number = number
    self.summary = summary
    self.range = range
    self.missingValue = missingValue
    self.bitsPerSample = bitsPerSample
    self.coding = coding
    fits16 = range.upperBound <= Int(Int16.max) && range.lowerBound >= Int(Int16.min)
  }

  /// Whether samples are compressed with FLAC, which needs libFLAC to read and cannot be written.
  public var isCompressed: Bool {
    if case .flac = coding { true } else { false }
  }

  private static func twosComplement(_ bits: Int) -> ClosedRange<Int> { -(1 << (bits - 1))...(1 << (bits - 1)) - 1 }

  private static func packed(
    _ number: Int, _ summary: String, bits: Int, bytes: Int = 1, tails: [Int] = [0], writtenTails: [Int]? = nil,
    unpack: Unpacking, pack: @escaping @Sendable (ArraySlice<Int32>, inout [UInt8]) -> Void
  ) -> SignalFormat {
    let range = twosComplement(bits)
    return SignalFormat(
      number: number, summary: summary, range: range, missingValue: range.lowerBound, bitsPerSample: bits,
      coding: .packed(
        Packing(
          bytesPerBlock: bytes, tails: tails, writtenTails: writtenTails ?? tails, unpack: unpack, pack: pack)))
  }

  private static func packed(
    _ number: Int, _ summary: String, range: ClosedRange<Int>, missing: Int?, bits: Int, unpack: Unpacking,
    pack: @escaping @Sendable (ArraySlice<Int32>, inout [UInt8]) -> Void
  ) -> SignalFormat {
    SignalFormat(
      number: number, summary: summary, range: range, missingValue: missing, bitsPerSample: bits,
      coding: .packed(Packing(bytesPerBlock: 1, tails: [0], writtenTails: [0], unpack: unpack, pack: pack)))
  }

  private static func flac(_ number: Int, bits: Int) -> SignalFormat {
    let range = twosComplement(bits)
    return SignalFormat(
      number: number, summary: "\(bits)-bit, compressed with FLAC", range: range, missingValue: range.lowerBound,
      bitsPerSample: bits, coding: .flac)
  }
}

extension SignalFormat.Packing {
  /// Bytes that hold `samples` (at least 0) samples; nil where that overflows.
  func byteCount(ofSamples samples: Int, written: Bool = false) -> Int? {
    let (blocks, rest) = samples.quotientAndRemainder(dividingBy: samplesPerBlock)
    let (bytes, overflow) = blocks.multipliedReportingOverflow(by: bytesPerBlock)
    let (sum, tooMuch) = bytes.addingReportingOverflow(written ? writtenTails[rest] : tails[rest])
    return overflow || tooMuch ? nil : sum
  }

  /// Whole samples in `bytes` (at least 0) bytes.
  func sampleCount(inBytes bytes: Int) -> Int {
    let (blocks, rest) = bytes.quotientAndRemainder(dividingBy: bytesPerBlock)
    return blocks * samplesPerBlock + (tails.lastIndex { $0 <= rest } ?? 0)
  }
}
