import Foundation
import Reproducibility
import TestSupport
import Testing

@testable import ECGTraining

/// A training that was stopped goes on to the same bits.
@Suite struct CheckpointTests {
  private struct Stop: Error {}

  private func settings(learningRate: Double = 0.01) -> TrainingSettings {
    TrainingSettings(
      loss: .crossEntropy, batchSize: 24, epochs: 4, learningRate: learningRate, optimizer: .adamW(),
      schedule: .oneCycle(OneCycle()), clip: 1, patience: 9, seed: 3)
  }

  /// Trains with a checkpoint in `file` every 2 steps, until `stops` steps are done.
  private func train(
    _ file: String?, threads: Int = 2, stopAfter stops: Int = .max, settings: TrainingSettings? = nil,
    identity: [String: String] = [:], progress: (TrainingProgress) -> Void = { _ in }
  ) throws -> (outcome: TrainingOutcome, predictions: [[Float]]) {
    let network = Chain([
      Convolution1D(name: "c", inputs: 4, outputs: 8, taps: 9, needsInputGradient: false),
      BatchNorm1D(name: "n", channels: 8, rectify: true), ConcatenatedPooling(), Dropout(name: "d", rate: 0.2),
      Linear(name: "l", inputs: 16, outputs: 2),
    ])
    let trainer = Trainer(network: network, compute: Compute(workers: Workers(threads)))
    trainer.initialise(seed: 3)
    let examples = TrainerTests.Bumps(count: 70)
    // 3 steps an epoch; the validation value goes up and down, so that the best weights are older ones.
    let outcome = try trainer.train(
      on: examples, targets: (0..<70).map { Double($0 % 2) }, settings: settings ?? self.settings(),
      higherIsBetter: true, checkpoints: file.map { Checkpointing(file: $0, everySteps: 2, identity: identity) },
      validate: { trainer in
        let outputs = trainer.predict(TrainerTests.Bumps(count: 16))
        let sum = outputs.reduce(0) { $0 + Double($1[0]) }
        return (sum * 1000).rounded().truncatingRemainder(dividingBy: 7)
      },
      progress: progress, afterEpoch: { if $0.step >= stops { throw Stop() } })
    return (outcome, trainer.predict(TrainerTests.Bumps(count: 16)))
  }

  @Test func aStoppedTrainingGoesOnToTheSameBitsWithOtherThreads() throws {
    let folder = try TemporaryFolder()
    let whole = try train(nil)
    for stop in [3, 6, 9, 12] {
      let file = folder.file("c\(stop)")
      #expect(throws: Stop.self) { try train(file, threads: 1, stopAfter: stop) }
      let resumed = try train(file, threads: 4)
      #expect(resumed.outcome.resumedAtStep == stop)
      #expect(resumed.outcome.weights == whole.outcome.weights)
      #expect(resumed.outcome.log == whole.outcome.log)
      #expect(resumed.outcome.bestEpoch == whole.outcome.bestEpoch)
      #expect(resumed.predictions == whole.predictions)
    }
  }

  /// Every checkpoint that is ever written, within epochs too, is one to go on from.
  @Test func everyCheckpointGoesOnToTheSameBits() throws {
    let folder = try TemporaryFolder()
    let whole = try train(nil)
    // The file as it stood when each step was told of, before that step's own checkpoint.
    let file = folder.file("c")
    var copies: [String] = []
    _ = try train(
      file,
      progress: { _ in
        let copy = folder.file("copy\(copies.count)")
        copies.append(copy)
        try? FileManager.default.copyItem(atPath: file, toPath: copy)
      })
    #expect(copies.count == 12)
    for (step, copy) in copies.enumerated().dropFirst(2) {
      let resumed = try train(copy)
      #expect(resumed.outcome.resumedAtStep > 0 && resumed.outcome.resumedAtStep <= step)
      #expect(resumed.outcome.weights == whole.outcome.weights, "step \(step)")
      #expect(resumed.outcome.log == whole.outcome.log, "step \(step)")
    }
  }

  @Test func aCheckpointOfAnotherTrainingIsRefusedWithWhatDiffers() throws {
    let folder = try TemporaryFolder()
    let file = folder.file("c")
    _ = try train(file, identity: ["store_digest": "abc"])
    let error = #expect(throws: TrainingError.self) {
      try train(file, settings: settings(learningRate: 0.02), identity: ["store_digest": "def"])
    }
    #expect(error?.code == .unsuitableCheckpoint)
    #expect(error?.found.contains("learning_rate 0.01, store_digest abc") == true, "\(String(describing: error))")
    #expect(error?.expected == "learning_rate 0.02, store_digest def")
  }

  @Test func aDamagedCheckpointIsRefused() throws {
    let folder = try TemporaryFolder()
    let file = folder.file("c")
    _ = try train(file)
    var bytes = try FileBytes.read(file)
    bytes[bytes.count - 3] ^= 1
    try AtomicFile.write(bytes, to: file)
    let error = #expect(throws: TrainingError.self) { try train(file) }
    #expect(error?.code == .malformedWeights)
  }
}
