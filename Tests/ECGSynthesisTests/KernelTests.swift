import CKernels
import ECGSynthesis
import Reproducibility
import Testing

@Suite struct KernelTests {
  private let sets = [EK_AVX2, EK_AVX512].filter { ek_supports($0) != 0 }

  /// Every kernel's output for odd and even lengths, one after the other.
  private func outputs(_ set: ek_instruction_set, count: Int) -> [UInt64] {
    let kernels = ek_synthesis_kernels_for(set).pointee
    var numbers = [Int32](repeating: 0, count: 9 * count)
    kernels.uniform_sums([0x1234_5678, 0x9ABC_DEF0], 0xFFFF_FFFF_0000_0003, 0xFFFF_FFFE, 9 * count, &numbers)
    var band = [Double](repeating: 0, count: 8 * count)
    kernels.band_to_leads(numbers, count, 0.171, 0.778, &band)
    var cosine = [Double](repeating: 0, count: 3 * count)
    var sine = cosine
    kernels.turning(3, [0.999, 0.9, 0.5], [0.044_710_2, 0.435_889_9, 0.866_025_4], count, &cosine, &sine)
    let amplitudes = (0..<24).map { Double($0) * 0.07 - 0.8 }
    var waves = band
    kernels.sinusoids(3, amplitudes, amplitudes.reversed(), cosine, sine, count, &waves)
    let squares = kernels.sum_of_squares(waves, 8 * count)
    var sum = band
    kernels.scaled(waves, 0.37, 8 * count, &sum)
    kernels.add_scaled(band, 1.3e-6, 8 * count, &sum)
    var (x, y, z) = (Array(sum[0..<count]), Array(sum[count..<2 * count]), Array(sum[2 * count..<3 * count]))
    kernels.add_gaussian(1e-5, 1.2, 0.999, [0.3, -0.2, 0.1], 1, count - 1, &x, &y, &z)
    var leads = band
    let variance = kernels.project(amplitudes, x, y, z, count, &leads)
    var digital = [Int16](repeating: 0, count: 12 * count)
    kernels.digitise(leads, sum, 0.71, 1000, count, &digital)
    return numbers.map { UInt64(UInt32(bitPattern: $0)) }
      + [band, cosine, sine, waves, sum, x, y, z, leads, [squares, variance]].flatMap { $0.map(\.bitPattern) }
      + digital.map { UInt64(UInt16(bitPattern: $0)) }
  }

  @Test func everyInstructionSetGivesTheSameBits() {
    for count in [1000, 1001, 1003, 17] {
      let baseline = outputs(EK_BASELINE, count: count)
      for set in sets { #expect(outputs(set, count: count) == baseline, "\(set) \(count)") }
    }
  }

  @Test func uniformSumsAreThoseOfTheStream() {
    var stream = RandomStream(seed: 3, purpose: "test", index: 99)
    var copy = stream
    let expected = (0..<37).map { _ in
      let bits = stream.nextUInt64()
      return Int32(bits & 0xFFFF) + Int32(bits >> 16 & 0xFFFF) + Int32(bits >> 32 & 0xFFFF) + Int32(bits >> 48)
        - 131_070
    }
    for set in sets + [EK_BASELINE] {
      var again = copy
      let position = again.takeBlocks(19)
      var numbers = [Int32](repeating: 0, count: 37)
      ek_synthesis_kernels_for(set).pointee.uniform_sums(
        [position.key.0, position.key.1], position.index, position.block, 37, &numbers)
      #expect(numbers == expected)
    }
    _ = copy.takeBlocks(19)
    _ = stream.nextUInt64()
    #expect(copy.nextUInt64() == stream.nextUInt64(), "the stream goes on behind the blocks that were taken")
  }

  // Halves away from 0; the number below a half, which adding a half would round up; the edges of the range.
  @Test func digitisingRoundsToTheNearest() {
    let values = [0.5, -0.5, 1.5, 2.5, -2.5, 0.499_999_999_999_999_94, -0.4, 32_766.5, 40_000, -40_000, 0, -0.0]
    for set in sets + [EK_BASELINE] {
      var leads = [Double](repeating: 0, count: 8 * values.count)
      for (position, value) in values.enumerated() { leads[2 * values.count + position] = value }
      var digital = [Int16](repeating: 0, count: 12 * values.count)
      ek_synthesis_kernels_for(set).pointee.digitise(leads, nil, 0, 1, values.count, &digital)
      let v1 = digital[6 * values.count..<7 * values.count]
      #expect(Array(v1) == [1, -1, 2, 3, -3, 0, 0, 32_767, 32_767, -32_767, 0, 0])
    }
  }
}
