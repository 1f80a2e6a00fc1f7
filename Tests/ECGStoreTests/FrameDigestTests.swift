import Reproducibility
import Testing

@testable import ECGStore

@Suite struct FrameDigestTests {
  /// Lead counts on both sides of eight, lengths on both sides of a block's.
  @Test(arguments: [1, 2, 3, 7, 8, 9, 12, 15, 16, 17], [0, 1, 7, 8, 9, 2731, 5000])
  func framesAreHashedInTheirOrder(leads: Int, count: Int) {
    let samples = (0..<leads * count).map { Int16(truncatingIfNeeded: $0 &* 2_654_435_761) }
    var hasher = ContentHasher()
    for sample in 0..<count { for lead in 0..<leads { hasher.update(samples[lead * count + sample]) } }
    #expect(FrameDigest.of(samples, leadCount: leads) == hasher.digest)
  }

  /// Lengths around the register's width and the counters' capacity.
  @Test(arguments: [0, 1, 15, 16, 17, 100, 600_000]) func missingSamplesAreCounted(count: Int) {
    let samples = (0..<count).map { Int16($0 % 3 == 0 ? -32_768 : $0 % 100) }
    #expect(kernelsCounts(samples) == (count + 2) / 3)
    #expect(kernelsCounts(Array(repeating: -32_768, count: count)) == count)
  }

  private func kernelsCounts(_ samples: [Int16]) -> Int {
    samples.withUnsafeBufferPointer { ChunkCodec.kernels.count_equal16($0.baseAddress, $0.count, -32_768) }
  }
}
