import Reproducibility

/// How a network is trained.
public struct TrainingSettings: Sendable {
  /// What is minimised.
  public let loss: Loss
  /// Recordings a step.
  public let batchSize: Int
  /// At most so many passes over the examples.
  public let epochs: Int
  /// Adam's, in the first epoch.
  public let learningRate: Double
  /// Its factor from one epoch to the next.
  public let decay: Double
  /// Epochs without a better validation value before training stops.
  public let patience: Int
  /// Seed of initial weights, order and dropout.
  public let seed: UInt64

  /// Settings.
  public init(
    loss: Loss, batchSize: Int, epochs: Int, learningRate: Double, decay: Double, patience: Int, seed: UInt64
  ) {
    self.loss = loss
    self.batchSize = batchSize
    self.epochs = epochs
    self.learningRate = learningRate
    self.decay = decay
    self.patience = patience
    self.seed = seed
  }
}

/// What one epoch came to: a line of the training log.
public struct EpochLog: Sendable, Codable, Equatable {
  /// From 0.
  public let epoch: Int
  /// Adam's in this epoch.
  public let learningRate: Double
  /// Mean over the epoch's recordings.
  public let trainingLoss: Double
  /// What the caller's validation gave.
  public let validation: Double
  /// Whether this is the best so far.
  public let isBest: Bool

  enum CodingKeys: String, CodingKey {
    case epoch
    case learningRate = "learning_rate"
    case trainingLoss = "training_loss"
    case validation
    case isBest = "is_best"
  }
}

/// Where training stands, for a progress line.
public struct TrainingProgress: Sendable {
  /// From 0.
  public let epoch: Int
  /// Recordings trained on so far, over all epochs.
  public let recordingsDone: Int
  /// Recordings that all epochs would come to.
  public let recordingsPlanned: Int
  /// Of the last step.
  public let loss: Double
}

/// What training came to. The network holds the best epoch's weights.
public struct TrainingOutcome: Sendable {
  /// One an epoch.
  public let log: [EpochLog]
  /// The epoch whose weights were kept.
  public let bestEpoch: Int
  /// A copy of those weights.
  public let weights: Weights
}

/// Trains a network and predicts with it.
///
/// The order of an epoch is a function of (seed, epoch), dropout of (seed, layer, epoch, recording); sums have a fixed
/// order: the same settings and examples give the same bits with any number of threads.
public final class Trainer {
  let network: any Layer
  private let compute: Compute
  private let input = Tensor()
  private let lossGradient = Tensor()

  /// Trains `network` with `compute`.
  public init(network: any Layer, compute: Compute) {
    self.network = network
    self.compute = compute
  }

  /// Draws every parameter anew from its own stream.
  public func initialise(seed: UInt64) {
    for parameter in network.parameters { parameter.initialise(seed: seed) }
    for statistic in network.statistics {
      statistic.values = Array(repeating: statistic.initial, count: statistic.values.count)
    }
  }

  /// Trains on `examples` with one target each. After each epoch `validate` looks at the network through this trainer's
  /// ``predict(_:)`` and returns a value, better when higher where `higherIsBetter`; the weights of the best epoch are
  /// copied then and put back at the end.
  ///
  /// - Throws: ``TrainingError`` `diverged-loss` naming epoch, step and recordings (or the epoch where the
  ///   validation value is not finite), or `invalid-set-up`; what `validate` throws.
  public func train(
    on examples: some TrainingExamples, targets: [Double], settings: TrainingSettings, higherIsBetter: Bool,
    validate: (Trainer) throws -> Double, progress: (TrainingProgress) -> Void = { _ in }
  ) throws -> TrainingOutcome {
    guard examples.count == targets.count, examples.count > 0, settings.batchSize > 1, settings.epochs > 0 else {
      throw TrainingError(
        .invalidSetUp, at: ErrorPlace("training"), found: "\(examples.count) examples, \(targets.count) targets",
        expected: "one target for each of one or more examples, batches of at least 2, at least 1 epoch")
    }
    var adam = Adam()
    var log: [EpochLog] = []
    var best: (epoch: Int, value: Double, weights: Weights)?
    var rate = settings.learningRate
    for epoch in 0..<settings.epochs {
      let loss = try trainEpoch(epoch, on: examples, targets, settings, rate, &adam, progress)
      let value = try validate(self)
      // Nothing is better than NaN, so it would keep the first epoch's weights whatever came later.
      guard value.isFinite else {
        throw TrainingError(
          .divergedLoss, at: ErrorPlace("training", .item("epoch \(epoch)")), found: "a validation value of \(value)",
          expected: "a finite number", advice: "Lower the learning rate, or look at the validation recordings")
      }
      let isBest = best.map { higherIsBetter ? value > $0.value : value < $0.value } ?? true
      if isBest { best = (epoch, value, Weights(copying: network)) }
      log.append(
        EpochLog(epoch: epoch, learningRate: rate, trainingLoss: loss, validation: value, isBest: isBest))
      rate *= settings.decay
      if let best, epoch - best.epoch >= settings.patience { break }
    }
    guard let best else {
      throw TrainingError(.invalidSetUp, at: ErrorPlace("training"), found: "no epoch", expected: "at least one")
    }
    try best.weights.load(into: network, named: "best weights")
    return TrainingOutcome(log: log, bestEpoch: best.epoch, weights: best.weights)
  }

  private func trainEpoch(
    _ epoch: Int, on examples: some TrainingExamples, _ targets: [Double], _ settings: TrainingSettings,
    _ rate: Double, _ adam: inout Adam, _ progress: (TrainingProgress) -> Void
  ) throws -> Double {
    var stream = RandomStream(seed: settings.seed, purpose: "order", epoch: UInt64(epoch))
    let order = stream.shuffled(Array(0..<examples.count))
    var total = 0.0
    var trainedOn = 0
    for (step, start) in stride(from: 0, to: order.count, by: settings.batchSize).enumerated() {
      let batch = Array(order[start..<min(order.count, start + settings.batchSize)])
      // A batch of one has no variance for batch norm to divide by.
      if batch.count == 1 && order.count > 1 { continue }
      let loss = self.step(on: examples, at: batch, targets: batch.map { targets[$0] }, settings, epoch: epoch)
      guard loss.isFinite else {
        let names = batch.prefix(8).map { examples.name(of: $0) }.joined(separator: " ")
        throw TrainingError(
          .divergedLoss, at: ErrorPlace("training", .item("epoch \(epoch)"), .item("step \(step)")),
          found: "a loss of \(loss) on recordings \(names)\(batch.count > 8 ? " ..." : "")", expected: "a finite loss",
          advice: "Lower the learning rate, or look at these recordings")
      }
      adam.update(network.parameters, learningRate: rate, compute)
      total += loss * Double(batch.count)
      trainedOn += batch.count
      progress(
        TrainingProgress(
          epoch: epoch, recordingsDone: epoch * order.count + start + batch.count,
          recordingsPlanned: settings.epochs * order.count, loss: loss))
    }
    return total / Double(trainedOn)
  }

  /// Loss and gradients of one batch; the parameters stay.
  func step(
    on examples: some TrainingExamples, at batch: [Int], targets: [Double], _ settings: TrainingSettings, epoch: Int
  ) -> Double {
    let pass = Pass(
      compute: compute, isTraining: true, recordings: batch, seed: settings.seed, epoch: epoch)
    let signals = input.view(groups: pass.groups, channels: examples.channelCount, length: examples.length)
    signals.fill(from: examples, at: batch, compute)
    let outputs = network.forward(signals, pass)
    let gradient = lossGradient.view(groups: pass.groups, channels: outputs.channels, length: 1)
    let loss = settings.loss.evaluate(outputs: outputs, targets: targets, gradient: gradient)
    _ = network.backward(gradient, pass)
    return loss
  }

  /// The network's outputs for every example, `[examples][outputs]`, with running statistics and without dropout.
  public func predict(_ examples: some TrainingExamples, batchSize: Int = 32) -> [[Float]] {
    var predictions: [[Float]] = []
    predictions.reserveCapacity(examples.count)
    for start in stride(from: 0, to: examples.count, by: batchSize) {
      let batch = Array(start..<min(examples.count, start + batchSize))
      let pass = Pass(compute: compute, isTraining: false, recordings: batch, seed: 0, epoch: 0)
      predictions += forward(examples, at: batch, pass).rows(batch.count)
    }
    return predictions
  }

  /// The network's outputs in training, dropout included.
  func trainingOutputs(
    on examples: some TrainingExamples, at batch: [Int], _ settings: TrainingSettings, epoch: Int
  ) -> [[Float]] {
    let pass = Pass(compute: compute, isTraining: true, recordings: batch, seed: settings.seed, epoch: epoch)
    return forward(examples, at: batch, pass).rows(batch.count)
  }

  private func forward(_ examples: some TrainingExamples, at batch: [Int], _ pass: Pass) -> TensorView {
    let signals = input.view(groups: pass.groups, channels: examples.channelCount, length: examples.length)
    signals.fill(from: examples, at: batch, compute)
    return network.forward(signals, pass)
  }
}
