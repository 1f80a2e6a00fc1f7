import Foundation
import Reproducibility
import TestSupport
import Testing

@testable import ECGTraining

/// Training as a whole: the same bits however it is computed, and the best weights kept.
@Suite struct TrainerTests {
  /// Two noisy classes: bumps upwards and downwards.
  struct Bumps: TrainingExamples {
    let count: Int
    let channelCount = 4
    var length = 130
    var broken = false
    func name(of index: Int) -> String { "bump \(index)" }
    func write(_ index: Int, into buffer: UnsafeMutableBufferPointer<Float>) {
      var stream = RandomStream(seed: 5, purpose: "bumps", index: UInt64(index))
      for place in buffer.indices { buffer[place] = Float(stream.normal()) * 0.3 }
      let height: Float = index % 2 == 0 ? 1 : -1
      for channel in 0..<channelCount { for t in 30..<50 { buffer[channel * length + t] += height } }
      if broken, index == 7 { buffer[3] = .nan }
    }
  }

  private func network() -> Chain {
    Chain([
      Convolution1D(name: "c", inputs: 4, outputs: 8, taps: 39, needsInputGradient: false),
      BatchNorm1D(name: "n", channels: 8, rectify: true),
      MaxPool3(),
      Convolution1D(name: "p", inputs: 8, outputs: 8, taps: 1),
      ConcatenatedPooling(),
      Dropout(name: "d", rate: 0.2),
      Linear(name: "l", inputs: 16, outputs: 2),
    ])
  }

  private func settings(epochs: Int, patience: Int = 100) -> TrainingSettings {
    TrainingSettings(
      loss: .crossEntropy, batchSize: 24, epochs: epochs, learningRate: 0.01, decay: 0.95, patience: patience, seed: 3)
  }

  private func train(_ compute: Compute, epochs: Int = 3) throws -> TrainingOutcome {
    let trainer = Trainer(network: network(), compute: compute)
    trainer.initialise(seed: 3)
    let examples = Bumps(count: 70)
    return try trainer.train(
      on: examples, targets: (0..<70).map { Double($0 % 2) }, settings: settings(epochs: epochs), higherIsBetter: true,
      validate: { Self.accuracy($0, Bumps(count: 40)) })
  }

  private static func accuracy(_ trainer: Trainer, _ examples: Bumps) -> Double {
    let outputs = trainer.predict(examples)
    return Double(outputs.enumerated().count { ($1[1] > $1[0] ? 1 : 0) == $0 % 2 }) / Double(examples.count)
  }

  @Test func trainingLearnsAndItsLossFalls() throws {
    let outcome = try train(Compute(workers: Workers(2)), epochs: 6)
    #expect((outcome.log.last?.trainingLoss ?? 1) < (outcome.log.first?.trainingLoss ?? 0) * 0.7)
    #expect((outcome.log.map(\.validation).max() ?? 0) > 0.9)
  }

  @Test func weightsAreTheSameBitsWithAnyNumberOfThreadsAndInstructionSet() throws {
    let digests = try [1, 2, 4].map { try train(Compute(workers: Workers($0))).weights.digest }
    #expect(Set(digests).count == 1)
    for set in InstructionSet.allCases where set.isSupported {
      let compute = Compute(workers: Workers(2), instructionSet: set)
      #expect(try train(compute).weights.digest == digests[0], "\(set)")
    }
  }

  @Test func theBestEpochsWeightsAreARealCopyAndArePutBack() throws {
    let network = network()
    let trainer = Trainer(network: network, compute: Compute(workers: Workers(2)))
    trainer.initialise(seed: 1)
    // The caller's metric calls epoch 1 the best; training goes on to epoch 4 and stops for want of patience.
    let values = [0.5, 0.9, 0.1, 0.2, 0.3, 0.4]
    var epoch = 0
    var seen: [Weights] = []
    let outcome = try trainer.train(
      on: Bumps(count: 48), targets: (0..<48).map { Double($0 % 2) }, settings: settings(epochs: 6, patience: 3),
      higherIsBetter: true,
      validate: { _ in
        seen.append(Weights(copying: network))
        epoch += 1
        return values[epoch - 1]
      })
    #expect(outcome.bestEpoch == 1)
    #expect(outcome.log.count == 5)
    #expect(outcome.weights == seen[1])
    #expect(Weights(copying: network) == seen[1])
    #expect(seen[4] != seen[1])
  }

  @Test func aLossThatIsNoNumberStopsWithTheStepAndTheRecordings() throws {
    let trainer = Trainer(network: network(), compute: Compute(workers: Workers(1)))
    trainer.initialise(seed: 1)
    var examples = Bumps(count: 20)
    examples.broken = true
    let error = #expect(throws: TrainingError.self) {
      try trainer.train(
        on: examples, targets: (0..<20).map { Double($0 % 2) }, settings: settings(epochs: 1), higherIsBetter: true,
        validate: { _ in 0 })
    }
    #expect(error?.code == .divergedLoss)
    #expect(error?.description.contains("epoch 0, step 0") == true)
    #expect(error?.description.contains("bump") == true)
  }

  @Test func aValidationValueThatIsNoNumberStopsWithTheEpoch() throws {
    let trainer = Trainer(network: network(), compute: Compute(workers: Workers(1)))
    trainer.initialise(seed: 1)
    let error = #expect(throws: TrainingError.self) {
      try trainer.train(
        on: Bumps(count: 20), targets: (0..<20).map { Double($0 % 2) }, settings: settings(epochs: 2),
        higherIsBetter: true, validate: { _ in .nan })
    }
    #expect(error?.code == .divergedLoss && error?.description.contains("epoch 0") == true)
  }

  /// A batch of 5 leaves 11 lanes empty: what they hold must not matter.
  @Test func lanesWithoutARecordingChangeNothing() throws {
    let trainer = Trainer(network: network(), compute: Compute(workers: Workers(1)))
    trainer.initialise(seed: 1)
    let few = Bumps(count: 5)
    let targets = (0..<5).map { Double($0 % 2) }
    let clean = trainer.gradients(on: few, targets: targets, settings: settings(epochs: 1))
    // A full batch leaves other numbers in the memory behind those lanes.
    _ = trainer.gradients(
      on: Bumps(count: 16), targets: (0..<16).map { Double($0 % 2) }, settings: settings(epochs: 1))
    let again = trainer.gradients(on: few, targets: targets, settings: settings(epochs: 1))
    #expect(clean.loss == again.loss)
    #expect(clean.gradients == again.gradients)
  }
}
