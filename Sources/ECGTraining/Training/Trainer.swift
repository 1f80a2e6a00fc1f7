import Reproducibility

/// Trains a network and predicts with it.
///
/// The order of an epoch is a function of (seed, epoch), dropout of (seed, layer, epoch, recording); sums have a fixed
/// order: the same settings and examples give the same bits with any number of threads, and with any number of stops in
/// between where there are checkpoints.
public final class Trainer {
  let network: any Layer
  let compute: Compute
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

  /// Trains with one target a recording instead of several.
  public func train(
    on examples: some TrainingExamples, targets: [Double], settings: TrainingSettings, higherIsBetter: Bool,
    checkpoints: Checkpointing? = nil, validate: (Trainer) throws -> Double,
    progress: (TrainingProgress) -> Void = { _ in }, afterEpoch: (EpochLog) throws -> Void = { _ in }
  ) throws -> TrainingOutcome {
    try train(
      on: examples, targets: targets.map { [$0] }, settings: settings, higherIsBetter: higherIsBetter,
      checkpoints: checkpoints, validate: validate, progress: progress, afterEpoch: afterEpoch)
  }

  /// Trains on `examples` with `targets` `[recordings][targets]`, as the loss wants them. After each epoch `validate` looks
  /// at the network through this trainer's ``predict(_:batchSize:)`` and returns a value, better when higher where
  /// `higherIsBetter`; the weights of the best epoch are copied then and put back at the end. `afterEpoch` gets each line
  /// of the log as it is made, and none of those that stand in a checkpoint.
  ///
  /// Where there is a file of `checkpoints` training goes on from it, to the same bits as without the stop.
  ///
  /// - Throws: ``TrainingError`` `diverged-loss` naming epoch, step, layer and recordings (or the epoch where the
  ///   validation value is not finite), `invalid-set-up`, `unsuitable-checkpoint`; file errors; what `validate` and
  ///   `afterEpoch` throw.
  public func train(
    on examples: some TrainingExamples, targets: [[Double]], settings: TrainingSettings, higherIsBetter: Bool,
    checkpoints: Checkpointing? = nil, validate: (Trainer) throws -> Double,
    progress: (TrainingProgress) -> Void = { _ in }, afterEpoch: (EpochLog) throws -> Void = { _ in }
  ) throws -> TrainingOutcome {
    try check(examples, targets, settings)
    forgetMoments()
    let keeper = checkpoints.map {
      CheckpointKeeper($0, network: network, identity: identity(of: examples, targets, settings))
    }
    var (state, best) = try keeper?.restore() ?? (TrainingState(), nil)
    let resumedAtStep = state.step
    while !state.isOver(settings) {
      try finishEpoch(of: &state, on: examples, targets, settings, progress) { try keeper?.afterStep($0, best) }
      let value = try validate(self)
      // Nothing is better than NaN, so it would keep the first epoch's weights whatever came later.
      guard value.isFinite else {
        throw TrainingError(
          .divergedLoss, at: ErrorPlace("training", .item("epoch \(state.epoch)")),
          found: "a validation value of \(value)", expected: "a finite number",
          advice: "Lower the learning rate, or look at the validation recordings")
      }
      let line = state.finishEpoch(validation: value, higherIsBetter: higherIsBetter)
      if line.isBest { best = Weights(copying: network) }
      try keeper?.save(state, best)
      try afterEpoch(line)
    }
    guard let best, let bestEpoch = state.best?.epoch else {
      throw TrainingError(.invalidSetUp, at: ErrorPlace("training"), found: "no epoch", expected: "at least one")
    }
    try best.load(into: network, named: "best weights")
    return TrainingOutcome(log: state.log, bestEpoch: bestEpoch, weights: best, resumedAtStep: resumedAtStep)
  }

  /// The optimiser's, which an earlier training may have left.
  private func forgetMoments() {
    for parameter in network.parameters {
      parameter.firstMoment.update(repeating: 0, count: parameter.count)
      parameter.secondMoment.update(repeating: 0, count: parameter.count)
    }
  }

  private func check(
    _ examples: some TrainingExamples, _ targets: [[Double]], _ settings: TrainingSettings
  ) throws(TrainingError) {
    guard examples.count == targets.count, examples.count > 0, settings.batchSize > 1, settings.epochs > 0 else {
      throw TrainingError(
        .invalidSetUp, at: ErrorPlace("training"), found: "\(examples.count) examples, \(targets.count) targets",
        expected: "one target for each of one or more examples, batches of at least 2, at least 1 epoch")
    }
    let pass = Pass(compute: compute, isTraining: false, recordings: [0], seed: 0, epoch: 0)
    let outputs = forward(examples, at: [0], pass).channels
    if let problem = settings.loss.problem(of: targets, outputs: outputs) {
      throw TrainingError(
        .invalidSetUp, at: ErrorPlace("training", .record(examples.name(of: problem.recording))),
        found: problem.found, expected: "\(problem.expected), for a network of \(outputs) outputs and this loss")
    }
  }

  /// The steps of the state's epoch that are not done yet.
  private func finishEpoch(
    of state: inout TrainingState, on examples: some TrainingExamples, _ targets: [[Double]],
    _ settings: TrainingSettings, _ progress: (TrainingProgress) -> Void, afterStep: (TrainingState) throws -> Void
  ) throws {
    let epoch = state.epoch
    var stream = RandomStream(seed: settings.seed, purpose: "order", epoch: UInt64(epoch))
    let order = stream.shuffled(Array(0..<examples.count))
    let starts = Array(stride(from: 0, to: order.count, by: settings.batchSize))
    for start in starts.dropFirst(state.batchesDone) {
      let batch = Array(order[start..<min(order.count, start + settings.batchSize)])
      // A batch of one has no variance for batch norm to divide by.
      if batch.count == 1 && order.count > 1 { continue }
      let loss = step(on: examples, at: batch, targets: batch.map { targets[$0] }, settings, epoch: epoch)
      let norm = GradientClipping.norm(network.parameters, compute)
      guard loss.isFinite, norm.isFinite else {
        throw divergence(on: examples, at: batch, loss: loss, settings, epoch: epoch, step: state.batchesDone)
      }
      if let clip = settings.clip { GradientClipping.clip(network.parameters, norm: norm, to: clip, compute) }
      let position = Schedule.Position(
        step: state.step, epoch: epoch, totalSteps: settings.steps(examples: order.count) * settings.epochs)
      let rate = settings.schedule.learningRate(settings.learningRate, at: position)
      settings.optimizer.update(
        network.parameters, step: state.step + 1, learningRate: rate,
        momentum: settings.schedule.momentum(at: position), compute)
      state.batchesDone += 1
      state.finishStep(loss: loss, recordings: batch.count, learningRate: rate)
      progress(
        TrainingProgress(
          epoch: epoch, recordingsDone: epoch * order.count + start + batch.count,
          recordingsPlanned: settings.epochs * order.count, loss: loss))
      try afterStep(state)
    }
  }

  /// Loss and gradients of one batch; the parameters stay.
  func step(
    on examples: some TrainingExamples, at batch: [Int], targets: [[Double]], _ settings: TrainingSettings, epoch: Int
  ) -> Double {
    let pass = Pass(
      compute: compute, isTraining: true, recordings: batch, seed: settings.seed, epoch: epoch)
    let outputs = forward(examples, at: batch, pass)
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

  func forward(_ examples: some TrainingExamples, at batch: [Int], _ pass: Pass) -> TensorView {
    network.forward(signals(examples, at: batch, pass), pass)
  }

  /// The batch's signals as the network gets them.
  func signals(_ examples: some TrainingExamples, at batch: [Int], _ pass: Pass) -> TensorView {
    let signals = input.view(groups: pass.groups, channels: examples.channelCount, length: examples.length)
    signals.fill(from: examples, at: batch, compute)
    return signals
  }

  /// What decides the bits of a training, by name, beside the initial weights, which the caller knows.
  private func identity(
    of examples: some TrainingExamples, _ targets: [[Double]], _ settings: TrainingSettings
  ) -> [String: String] {
    var hasher = ContentHasher()
    for row in targets { hasher.update(array: row) }
    for index in 0..<examples.count { hasher.update(examples.name(of: index)) }
    return settings.identity.merging(
      [
        "recordings": "\(examples.count)", "channels": "\(examples.channelCount)", "length": "\(examples.length)",
        "names_and_targets": hasher.digest.hex,
      ]
    ) { $1 }
  }
}

extension TrainingSettings {
  /// Optimiser steps of an epoch over so many examples: a last batch of one is left out.
  func steps(examples: Int) -> Int {
    let rest = examples % batchSize
    return examples / batchSize + (rest > 1 || (rest == 1 && examples == 1) ? 1 : 0)
  }
}
