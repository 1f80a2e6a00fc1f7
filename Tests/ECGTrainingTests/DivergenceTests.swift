import Reproducibility
import TestSupport
import Testing

@testable import ECGTraining

/// What makes a training stop, and what it says then.
@Suite struct DivergenceTests {
  private func network() -> Chain {
    Chain([
      Convolution1D(name: "c", inputs: 4, outputs: 8, taps: 9, needsInputGradient: false),
      BatchNorm1D(name: "n", channels: 8, rectify: true), MaxPool3(), ConcatenatedPooling(),
      Linear(name: "l", inputs: 16, outputs: 2),
    ])
  }

  private func stop(
    _ examples: TrainerTests.Bumps, optimizer: Optimizer = .adam(), learningRate: Double = 0.01,
    change: (Chain) -> Void = { _ in }
  ) throws -> (error: TrainingError, divergence: Divergence) {
    let network = network()
    let trainer = Trainer(network: network, compute: Compute(workers: Workers(2)))
    trainer.initialise(seed: 1)
    change(network)
    let settings = TrainingSettings(
      loss: .crossEntropy, batchSize: 20, epochs: 5, learningRate: learningRate, optimizer: optimizer,
      schedule: .constant, patience: 9, seed: 1)
    let error = #expect(throws: TrainingError.self) {
      try trainer.train(
        on: examples, targets: (0..<examples.count).map { Double($0 % 2) }, settings: settings, higherIsBetter: true,
        validate: { _ in 0 })
    }
    let found = try #require(error)
    #expect(found.code == .divergedLoss)
    return (found, try #require(found.cause as? Divergence))
  }

  @Test func aSampleThatIsNoNumberIsNamedWithItsRecordingAndTheWholeBatch() throws {
    var examples = TrainerTests.Bumps(count: 40)
    examples.broken = true
    let (error, divergence) = try stop(examples)
    #expect(divergence.origin == .signal && divergence.name == "bump 7")
    #expect(divergence.detail == "channel 0, sample 3: nan")
    #expect(divergence.recordings.count == 20 && Set(divergence.recordings).count == 20)
    #expect(divergence.recordings.contains("bump 7"))
    #expect(error.description.contains("and 12 more"))
    #expect(error.description.contains("epoch 0, step \(divergence.step), signal bump 7"))
    let read = try CanonicalJSON.decode(Divergence.self, from: CanonicalJSON.compact(divergence), named: "d")
    #expect(read == divergence)
  }

  @Test func aParameterThatIsNoNumberIsNamed() throws {
    let (_, divergence) = try stop(TrainerTests.Bumps(count: 40)) { $0.parameters[3].value[5] = .nan }
    #expect(divergence.origin == .parameter && divergence.name == "l.weight" && divergence.detail == "number 5: nan")
    #expect(divergence.step == 0 && divergence.epoch == 0)
  }

  @Test func theFirstLayerWhoseOutputOverflowsIsNamed() throws {
    // The weights are finite; what the convolution makes of them is not.
    let (_, divergence) = try stop(TrainerTests.Bumps(count: 40)) { network in
      for index in 0..<network.parameters[0].count { network.parameters[0].value[index] = 3e38 }
    }
    #expect(divergence.origin == .layer && divergence.name == "c")
    let (_, later) = try stop(TrainerTests.Bumps(count: 40)) { network in
      for index in 0..<network.parameters[3].count { network.parameters[3].value[index] = 3e38 }
    }
    #expect(later.origin == .layer && later.name == "l")
  }

  @Test func anEnormousLearningRateStopsWithinAFewSteps() throws {
    let (error, divergence) = try stop(TrainerTests.Bumps(count: 40), optimizer: .sgd(), learningRate: 1e38)
    #expect([.layer, .parameter, .gradient].contains(divergence.origin))
    #expect(!divergence.name.isEmpty && divergence.recordings.count == 20)
    #expect(error.advice.contains("learning rate"))
  }

  @Test func aLayerWithoutANameIsNamedByTypeAndPlace() {
    let probe = Probe(recordings: 2)
    let tensor = Tensor()
    let view = tensor.view(groups: 1, channels: 1, length: 1)
    // A lane without a recording may hold anything.
    view[recording: 5, channel: 0, time: 0] = .nan
    probe.look(at: view, of: "c")
    #expect(probe.finding == nil)
    view[recording: 1, channel: 0, time: 0] = .infinity
    probe.look(at: view, of: MaxPool3.self)
    probe.look(at: view, of: "later")
    #expect(probe.finding?.layer == "MaxPool3 after c" && probe.finding?.place == 1)
  }

  @Test func targetsThatDoNotSuitTheNetworkAreRefusedBeforeTraining() throws {
    let trainer = Trainer(network: network(), compute: Compute(workers: Workers(1)))
    trainer.initialise(seed: 1)
    let settings = TrainingSettings(
      loss: .crossEntropy, batchSize: 4, epochs: 1, learningRate: 0.01, decay: 1, patience: 1, seed: 1)
    let error = #expect(throws: TrainingError.self) {
      try trainer.train(
        on: TrainerTests.Bumps(count: 4), targets: [0, 1, 2, 0], settings: settings, higherIsBetter: true,
        validate: { _ in 0 })
    }
    #expect(error?.code == .invalidSetUp && error?.description.contains("bump 2") == true)
  }
}
