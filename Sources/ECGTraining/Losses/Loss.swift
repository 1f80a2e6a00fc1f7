import Reproducibility

/// What training minimises: a mean over the recordings of a batch and, but for cross-entropy, over the outputs, as
/// PyTorch's losses with `reduction="mean"`; with its gradient to the network's outputs. Computed in double precision
/// from `PortableMath`. x is an output, y its target.
public enum Loss: Sendable, Equatable {
  /// L1: |x - y|; one target an output.
  case absolute
  /// L2: (x - y)^2; one target an output.
  case squared
  /// Huber's (1964): (x - y)^2 / 2 within `delta`, else delta (|x - y| - delta / 2); one target an output.
  case huber(delta: Double)
  /// -log softmax(outputs)[class]; one output a class, one target: the class's index.
  case crossEntropy
  /// Binary cross-entropy with logits: -y log s(x) - (1 - y) log(1 - s(x)), s(x) = 1 / (1 + exp(-x)); one target from 0
  /// to 1 an output. For labels that do not exclude one another.
  case binaryCrossEntropy

  /// The loss of `outputs` `[channels, 1]` against `targets`, `[recordings][targets]` as ``problem(of:outputs:)`` wants
  /// them; writes its gradient to `gradient`, 0 in lanes without a recording. O(recordings * outputs).
  func evaluate(outputs: TensorView, targets: [[Double]], gradient: TensorView) -> Double {
    gradient.clear()
    let count = Double(targets.count)
    var total = 0.0
    for (recording, target) in targets.enumerated() {
      let row = (0..<outputs.channels).map { Double(outputs[recording: recording, channel: $0, time: 0]) }
      let (loss, slopes) = evaluate(row, targets: target)
      total += loss
      for (channel, slope) in slopes.enumerated() {
        gradient[recording: recording, channel: channel, time: 0] = Float(slope / count)
      }
    }
    return total / count
  }

  /// One recording's loss and its gradient, for one target.
  func evaluate(_ outputs: [Double], target: Double) -> (loss: Double, gradient: [Double]) {
    evaluate(outputs, targets: [target])
  }

  /// One recording's loss and its gradient.
  func evaluate(_ outputs: [Double], targets: [Double]) -> (loss: Double, gradient: [Double]) {
    switch self {
    case .crossEntropy: return Self.crossEntropy(outputs, chosen: Int(targets[0]))
    case .absolute:
      return mean(outputs, targets) { x, y in
        let difference = x - y
        return (difference.magnitude, difference > 0 ? 1 : difference < 0 ? -1 : 0)
      }
    case .squared:
      return mean(outputs, targets) { x, y in ((x - y) * (x - y), 2 * (x - y)) }
    case .huber(let delta):
      return mean(outputs, targets) { x, y in
        let difference = x - y
        if difference.magnitude <= delta { return (difference * difference / 2, difference) }
        return (delta * (difference.magnitude - delta / 2), difference > 0 ? delta : -delta)
      }
    case .binaryCrossEntropy:
      return mean(outputs, targets) { x, y in
        // In a form in which no exponential overflows.
        let small = PortableMath.exp(-x.magnitude)
        return (max(x, 0) - x * y + PortableMath.log(1 + small), Self.sigmoid(x) - y)
      }
    }
  }

  private static func crossEntropy(_ outputs: [Double], chosen: Int) -> (loss: Double, gradient: [Double]) {
    // The largest output is taken off first, so that no exponential overflows.
    let largest = outputs.max() ?? 0
    let exponentials = outputs.map { PortableMath.exp($0 - largest) }
    let sum = exponentials.reduce(0, +)
    let gradient = exponentials.enumerated().map { $1 / sum - ($0 == chosen ? 1 : 0) }
    return (PortableMath.log(sum) - (outputs[chosen] - largest), gradient)
  }

  /// The mean over the outputs of a loss that looks at one output at a time.
  private func mean(
    _ outputs: [Double], _ targets: [Double], _ term: (_ x: Double, _ y: Double) -> (loss: Double, slope: Double)
  ) -> (loss: Double, gradient: [Double]) {
    let terms = zip(outputs, targets).map(term)
    let count = Double(terms.count)
    return (terms.reduce(0) { $0 + $1.loss } / count, terms.map { $0.slope / count })
  }

  /// Why `targets` do not suit a network with so many `outputs`, with the first recording's index; nil where they do.
  /// O(targets).
  func problem(of targets: [[Double]], outputs: Int) -> (recording: Int, found: String, expected: String)? {
    for (recording, row) in targets.enumerated() {
      let wanted = self == .crossEntropy ? 1 : outputs
      guard row.count == wanted else { return (recording, "\(row.count) targets", "\(wanted)") }
      let isInRange =
        switch self {
        case .crossEntropy: Int(exactly: row[0]).map { (0..<outputs).contains($0) } ?? false
        case .binaryCrossEntropy: row.allSatisfy { $0 >= 0 && $0 <= 1 }
        case .absolute, .squared, .huber: row.allSatisfy(\.isFinite)
        }
      guard isInRange else {
        return (recording, "target \(row)", expectedTarget(outputs: outputs))
      }
    }
    return nil
  }

  private func expectedTarget(outputs: Int) -> String {
    switch self {
    case .crossEntropy: "a class from 0 to \(outputs - 1)"
    case .binaryCrossEntropy: "numbers from 0 to 1"
    case .absolute, .squared, .huber: "finite numbers"
    }
  }

  /// Class probabilities of raw outputs.
  public static func softmax(_ outputs: [Double]) -> [Double] {
    let largest = outputs.max() ?? 0
    let exponentials = outputs.map { PortableMath.exp($0 - largest) }
    let sum = exponentials.reduce(0, +)
    return exponentials.map { $0 / sum }
  }

  /// 1 / (1 + exp(-x)): the probability that goes with a raw output of a network for binary cross-entropy.
  public static func sigmoid(_ x: Double) -> Double {
    let small = PortableMath.exp(-x.magnitude)
    return x >= 0 ? 1 / (1 + small) : small / (1 + small)
  }
}
