import Reproducibility

/// Where numbers ceased to be finite: the cause that a `diverged-loss` carries.
public struct Divergence: Error, Sendable, Equatable, Codable, CustomStringConvertible {
  /// What was the first not to be finite.
  public enum Origin: String, Sendable, Codable {
    /// A sample of a recording.
    case signal
    /// A trained number, before this step.
    case parameter
    /// The output of a layer, whose input and parameters are finite.
    case layer
    /// The gradient to a parameter; the loss is finite.
    case gradient
    /// The loss alone.
    case loss
  }

  /// From 0.
  public let epoch: Int
  /// Batches of the epoch before this one.
  public let step: Int
  /// The loss as text, since JSON has no word for what it may be.
  public let loss: String
  /// What was the first not to be finite.
  public let origin: Origin
  /// The recording, parameter or layer.
  public let name: String
  /// Where in it.
  public let detail: String
  /// Names of all the batch's recordings, in its order.
  public let recordings: [String]

  /// One line; of many recordings only the first 8 are named.
  public var description: String {
    let shown = recordings.prefix(8).joined(separator: " ")
    let rest = recordings.count > 8 ? " and \(recordings.count - 8) more" : ""
    return "first not finite: \(origin.rawValue)\(name.isEmpty ? "" : " " + name)\(detail.isEmpty ? "" : ", " + detail)"
      + "; the batch: \(shown)\(rest)"
  }

  fileprivate var advice: String {
    switch origin {
    case .signal: "Correct the recording, or leave it out"
    case .parameter, .layer, .gradient, .loss:
      "Lower the learning rate, clip the gradients, or look at these recordings"
    }
  }

  fileprivate var error: TrainingError {
    TrainingError(
      .divergedLoss,
      at: ErrorPlace("training", .item("epoch \(epoch)"), .item("step \(step)"), .item("\(origin.rawValue) \(name)")),
      found: origin == .gradient ? "a gradient that is not finite, at a loss of \(loss)" : "a loss of \(loss)",
      expected: "finite numbers", advice: advice, cause: self)
  }
}

extension Trainer {
  /// Why the step on `batch` came to something that is not finite: the signals are looked at first, then the parameters,
  /// then the forward pass is repeated layer by layer, then the gradients are looked at from the loss backwards. The
  /// parameters must be those of the step.
  func divergence(
    on examples: some TrainingExamples, at batch: [Int], loss: Double, _ settings: TrainingSettings, epoch: Int,
    step: Int
  ) -> TrainingError {
    let names = batch.map { examples.name(of: $0) }
    func found(_ origin: Divergence.Origin, _ name: String, _ detail: String) -> TrainingError {
      Divergence(
        epoch: epoch, step: step, loss: loss.word, origin: origin, name: name, detail: detail, recordings: names
      ).error
    }
    // The repeated pass overwrites nothing that the gradients' names need.
    let gradient = network.parameters.reversed().compactMap { parameter in
      parameter.gradients.firstNotFinite.map { (parameter.name, $0) }
    }.first
    let probe = Probe(recordings: batch.count)
    var pass = Pass(compute: compute, isTraining: true, recordings: batch, seed: settings.seed, epoch: epoch)
    pass.probe = probe
    let signals = signals(examples, at: batch, pass)
    if let sample = signals.firstNotFinite(recordings: batch.count) {
      return found(
        .signal, names[sample.place], "channel \(sample.channel), sample \(sample.time): \(sample.value.word)")
    }
    for parameter in network.parameters {
      if let index = parameter.values.firstNotFinite {
        return found(.parameter, parameter.name, "number \(index): \(parameter.value[index].word)")
      }
    }
    let outputs = network.forward(signals, pass)
    // Layers that show nothing to the probe end here.
    probe.look(at: outputs, of: "output")
    if let finding = probe.finding {
      return found(
        .layer, finding.layer,
        "recording \(names[finding.place]), channel \(finding.channel), sample \(finding.time): \(finding.value.word)")
    }
    if let gradient { return found(.gradient, gradient.0, "number \(gradient.1)") }
    return found(.loss, "", "")
  }
}

extension BinaryFloatingPoint {
  /// As text, without the sign of what is not a number: that depends on the processor.
  fileprivate var word: String { isNaN ? "nan" : "\(self)" }
}

extension [Float] {
  /// The index of the first number that is not finite.
  fileprivate var firstNotFinite: Int? { firstIndex { !$0.isFinite } }
}
