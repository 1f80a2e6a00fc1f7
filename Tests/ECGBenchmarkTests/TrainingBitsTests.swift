import ECGBenchmark
import Reproducibility
import Testing

@testable import ECGTraining

/// inception1d trained for fifty steps comes out the same to the bit, whatever it is computed with.
@Suite struct TrainingBitsTests {
  /// A bump whose place is the target, in noise; 20 recordings, so that the second group is not full.
  private struct Signals: TrainingExamples {
    let count = 20
    let channelCount = 8
    let length = 250
    func name(of index: Int) -> String { "\(index)" }
    func write(_ index: Int, into buffer: UnsafeMutableBufferPointer<Float>) {
      var stream = RandomStream(seed: 11, purpose: "bits", index: UInt64(index))
      for place in buffer.indices { buffer[place] = Float(stream.normal()) * 0.2 }
      for channel in 0..<channelCount {
        for t in 0..<20 { buffer[channel * length + 10 + 10 * index + t] += 1 }
      }
    }
  }

  private func weightsAfterFiftySteps(_ compute: Compute) throws -> Digest {
    let trainer = Trainer(network: Inception1D(leads: 8, outputs: 1), compute: compute)
    trainer.initialise(seed: 7)
    let settings = TrainingSettings(
      loss: .absolute, batchSize: 20, epochs: 50, learningRate: 0.001, decay: 0.98, patience: 50, seed: 7)
    var last: Weights?
    _ = try trainer.train(
      on: Signals(), targets: (0..<20).map { Double($0) / 20 }, settings: settings, higherIsBetter: true,
      validate: { trainer in
        last = Weights(copying: trainer.network)
        return 0
      })
    return try #require(last).digest
  }

  /// Found once on an x86-64 processor with AVX-512; any other with fused multiply-add has to find it again.
  private static let expected = "6b59e8fe83751dbb5516be6feea61d206c9e2f78e64e2ae8f9af4ea872e4f4d6"

  @Test(arguments: [1, 2, 4])
  func theWeightsAreTheSameWithAnyNumberOfThreads(threads: Int) throws {
    let digest = try weightsAfterFiftySteps(Compute(workers: Workers(threads)))
    #expect(digest.description == Self.expected)
  }

  @Test(arguments: [InstructionSet.avx2, .avx512].filter(\.isSupported))
  func theWeightsAreTheSameWithAnyInstructionSet(set: InstructionSet) throws {
    let digest = try weightsAfterFiftySteps(Compute(workers: Workers(2), instructionSet: set))
    #expect(digest.description == Self.expected)
  }
}
