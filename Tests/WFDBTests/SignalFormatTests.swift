import CKernels
import Foundation
import Reproducibility
import TestSupport
import Testing

@testable import WFDB

/// Every storage format, against wfdb-python (see Golden/MAKERS.md) and against the samples that the files were made of.
@Suite struct SignalFormatTests {
  private struct Golden: Decodable {
    let expanded: Digest?
    let slice: Digest?
    let physical: Digest
    let smoothed: Digest

    enum CodingKeys: String, CodingKey {
      case expanded = "expanded_int32"
      case slice = "slice_int32"
      case physical = "physical_float64"
      case smoothed = "smoothed_int32"
    }
  }

  static let folder = Repository.root + "/Tests/WFDBTests/Golden/Formats"
  static let formats = SignalFormat.all.map(\.number)
  static let hasFLAC: Bool = (try? RecordReader(path: folder + "/s516").read()) != nil

  private static func digest(_ values: [some Sendable]) -> Digest { values.withUnsafeBytes { Digest(of: $0) } }

  /// The numbers of scripts/golden/wfdb_formats.py.
  private func samples(_ signal: Int, _ count: Int, _ format: SignalFormat) -> [Int32] {
    let modulus = 1 << format.bitsPerSample - 1
    let values = (0..<count).map { index in
      format.number != 8 && index % 17 == 5
        ? -(1 << (format.bitsPerSample - 1)) : (index * 7919 + signal * 104_729 + 31) % modulus - modulus / 2
    }
    guard format.number == 8 else { return values.map { Int32($0) } }
    return values.reduce(into: []) { $0.append(($0.last ?? 0) + Int32($1)) }
  }

  @Test(arguments: formats) func everyFormatIsReadAsWfdbPythonReadsIt(number: Int) throws {
    let format = try #require(SignalFormat.numbered(number))
    if format.isCompressed && !Self.hasFLAC { return print("format \(number) is not read: libFLAC is not installed") }
    let golden = try CanonicalJSON.read([String: Golden].self, fromFile: Self.folder + "/golden.json")
    for layout in ["s", "f"] {
      let name = "\(layout)\(number)"
      let reader = try RecordReader(path: "\(Self.folder)/\(name)")
      let expected = try #require(golden[name])
      let selection = RecordSelection(alignsSkew: number != 8)
      let read = try reader.read(selection)
      let digital = read.signals.indices.map { read.digital(of: $0) }
      // Skewed signals lie two frames further on.
      let skew = number != 8 && !format.isCompressed && layout == "f" ? 2 : 0
      for (index, values) in digital.enumerated() {
        let made = samples(index, values.count, format)
        #expect(index == 0 ? Array(values.dropLast(skew)) == Array(made.dropFirst(skew)) : values == made, "\(name)")
      }
      if let expanded = expected.expanded { #expect(Self.digest(digital.flatMap { $0 }) == expanded, "\(name)") }
      let physical = read.signals.indices.flatMap { read.physical(of: $0) }
      #expect(Self.digest(physical.map { $0.isNaN ? Double.nan : $0 }) == expected.physical, "\(name)")
      let smoothed = read.smoothed(.countingMissing)
      #expect(
        Self.digest(smoothed.signals.indices.flatMap { smoothed.digital(of: $0) }) == expected.smoothed, "\(name)")
      if let slice = expected.slice {
        var part = selection
        part.frames = 11..<64
        let digest = Self.digest(try reader.digital(part).flatMap { $0 })
        #expect(digest == slice, "\(name)")
      }
    }
  }

  @Test func theTableIsSound() {
    #expect(Self.formats == [8, 16, 24, 32, 61, 80, 160, 212, 310, 311, 508, 516, 524])
    for format in SignalFormat.all {
      #expect(SignalFormat.numbered(format.number) === format)
      guard case .packed(let packing) = format.coding else { continue }
      #expect(packing.tails.count == packing.samplesPerBlock && packing.tails[0] == 0)
      for samples in 0..<20 {
        let bytes = packing.byteCount(ofSamples: samples) ?? -1
        // Two samples of format 310 take the bytes of three.
        #expect(
          packing.sampleCount(inBytes: bytes) == (format.number == 310 && samples % 3 == 2 ? samples + 1 : samples))
        if samples > 0 { #expect(packing.sampleCount(inBytes: bytes - 1) < samples) }
      }
      #expect(packing.byteCount(ofSamples: .max) == nil || packing.bytesPerBlock == 1)
    }
    for number in [-1, 0, 1, 15, 213, 525, 1 << 40] { #expect(SignalFormat.numbered(number) == nil) }
  }

  /// Whatever the instruction set: the same values, whatever the length and where it ends.
  @Test func everyInstructionSetUnpacksAlike() {
    var stream = RandomStream(seed: 4, purpose: "bytes")
    let bytes = (0..<1000).map { _ in UInt8(truncatingIfNeeded: stream.nextUInt32()) }
    let numbers = [80, 61, 160, 212, 310, 311]
    func table(_ set: ek_instruction_set) -> [([UInt8], Int) -> [Int16]] {
      let kernels = ek_wfdb_kernels_for(set).pointee
      return [
        kernels.unpack80, kernels.unpack61, kernels.unpack160, kernels.unpack212, kernels.unpack310, kernels.unpack311,
      ].map { unpack in
        { bytes, count in
          var out = [Int16](repeating: 0, count: count)
          unpack?(bytes, count, &out)
          return out
        }
      }
    }
    for set in [EK_AVX2, EK_AVX512] where ek_supports(set) != 0 {
      for (number, (kernel, reference)) in zip(numbers, zip(table(set), table(EK_BASELINE))) {
        guard case .packed(let packing)? = SignalFormat.numbered(number)?.coding else { continue }
        for count in 0..<300 {
          // A copy of just the bytes, so that a sanitizer would see what is read beyond them.
          let exact = Array(bytes.prefix(packing.byteCount(ofSamples: count) ?? 0))
          #expect(kernel(exact, count) == reference(exact, count))
        }
      }
    }
  }

  @Test func framesAreSplitAlikeByEveryInstructionSet() {
    var stream = RandomStream(seed: 5, purpose: "frames")
    for signals in [1, 2, 3, 7, 8, 9, 12, 15, 16, 17] {
      for frames in [0, 1, 7, 8, 9, 15, 16, 17, 100] {
        let interleaved = (0..<signals * frames).map { _ in Int16(truncatingIfNeeded: stream.nextUInt32()) }
        let expected = (0..<signals).map { signal in (0..<frames).map { interleaved[$0 * signals + signal] } }
        for set in [EK_BASELINE, EK_AVX2, EK_AVX512] where ek_supports(set) != 0 {
          var sums = [UInt16](repeating: 7, count: signals)
          let memory = UnsafeMutablePointer<Int16>.allocate(capacity: max(1, signals * frames))
          defer { memory.deallocate() }
          var pointers: [UnsafeMutablePointer<Int16>?] = (0..<signals).map { memory + $0 * frames }
          ek_wfdb_kernels_for(set).pointee.split16(interleaved, frames, signals, &pointers, &sums)
          #expect(Array(UnsafeBufferPointer(start: memory, count: signals * frames)) == expected.flatMap { $0 })
          #expect(sums == expected.map { $0.reduce(UInt16(7)) { $0 &+ UInt16(bitPattern: $1) } })
        }
      }
    }
  }

  /// The quotient itself, to the last bit, in every instruction set.
  @Test func physicalValuesAreTheQuotientToTheLastBit() {
    let digital = (Int(Int16.min)...Int(Int16.max)).map { Int16($0) }
    var cases = [
      (0.0, 200.0), (1024, 200), (-3, 201.5), (12345, 2963.77), (0, 1.052e4), (-1605, 12.84), (7, -3), (0, 1e-120),
      (5, 1e120),
    ]
    var stream = RandomStream(seed: 8, purpose: "gains")
    for _ in 0..<40 {
      let gain = PortableMath.exp(stream.uniform(in: -12...12))
      cases.append(
        (
          Double(stream.integer(below: 65_536) - 32_768),
          stream.integer(below: 2) == 0 ? gain : gain.nextUp.rounded() + 1
        ))
    }
    for (baseline, gain) in cases {
      let expected = digital.map { $0 == -2048 ? Double.nan : (Double($0) - baseline) / gain }
      for set in [EK_BASELINE, EK_AVX2, EK_AVX512] where ek_supports(set) != 0 {
        var out = [Double](repeating: 0, count: digital.count)
        ek_wfdb_kernels_for(set).pointee.physical16(digital, digital.count, baseline, gain, -2048, &out)
        #expect(zip(out, expected).allSatisfy { $0.bitPattern == $1.bitPattern || $0.isNaN && $1.isNaN })
      }
    }
  }
}
