/// One step's outputs, loss and gradients, without any change to the parameters: what tests compare with other
/// implementations and with finite differences.
public struct GradientCheck: Sendable {
  /// The loss of the batch.
  public let loss: Double
  /// The network's outputs in training, `[recordings][outputs]`.
  public let outputs: [[Float]]
  /// Gradients by parameter name.
  public let gradients: [String: [Float]]
}

extension Trainer {
  /// One forward pass in training over all `examples`: batch norm's running statistics move, nothing else does.
  public func trainingPass(on examples: some TrainingExamples, settings: TrainingSettings) -> [[Float]] {
    trainingOutputs(on: examples, at: Array(0..<examples.count), settings, epoch: 0)
  }

  /// Loss, outputs and gradients of all `examples` as one batch, for one target a recording.
  public func gradients(
    on examples: some TrainingExamples, targets: [Double], settings: TrainingSettings
  ) -> GradientCheck {
    gradients(on: examples, targets: targets.map { [$0] }, settings: settings)
  }

  /// Loss, outputs and gradients of all `examples` as one batch, for `targets` as the loss wants them.
  public func gradients(
    on examples: some TrainingExamples, targets: [[Double]], settings: TrainingSettings
  ) -> GradientCheck {
    let batch = Array(0..<examples.count)
    let outputs = trainingOutputs(on: examples, at: batch, settings, epoch: 0)
    let loss = step(on: examples, at: batch, targets: targets, settings, epoch: 0)
    return GradientCheck(
      loss: loss, outputs: outputs,
      gradients: network.parameters.reduce(into: [:]) { $0[$1.name] = $1.gradients })
  }
}
