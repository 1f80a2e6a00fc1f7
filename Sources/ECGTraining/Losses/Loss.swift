import Reproducibility

/// What training minimises: a mean over the recordings of a batch, with its gradient to the network's outputs.
/// Computed in double precision from `PortableMath`.
public enum Loss: Sendable, Equatable {
  /// Mean of |prediction - target| over recordings; one output.
  case absolute
  /// Mean of -log softmax(outputs)[class] over recordings; one output a class.
  case crossEntropy

  /// The loss of `outputs` `[channels, 1]` against `targets`, one a recording (for cross-entropy the class's index);
  /// writes its gradient to `gradient`, 0 in lanes without a recording.
  func evaluate(outputs: TensorView, targets: [Double], gradient: TensorView) -> Double {
    gradient.clear()
    let count = Double(targets.count)
    var total = 0.0
    for (recording, target) in targets.enumerated() {
      let row = (0..<outputs.channels).map { Double(outputs[recording: recording, channel: $0, time: 0]) }
      let (loss, slopes) = evaluate(row, target: target)
      total += loss
      for (channel, slope) in slopes.enumerated() {
        gradient[recording: recording, channel: channel, time: 0] = Float(slope / count)
      }
    }
    return total / count
  }

  /// One recording's loss and its gradient.
  func evaluate(_ outputs: [Double], target: Double) -> (loss: Double, gradient: [Double]) {
    switch self {
    case .absolute:
      let difference = outputs[0] - target
      return (difference.magnitude, [difference > 0 ? 1 : difference < 0 ? -1 : 0])
    case .crossEntropy:
      // The largest output is taken off first, so that no exponential overflows.
      let largest = outputs.max() ?? 0
      let exponentials = outputs.map { PortableMath.exp($0 - largest) }
      let sum = exponentials.reduce(0, +)
      let chosen = Int(target)
      let gradient = exponentials.enumerated().map { $1 / sum - ($0 == chosen ? 1 : 0) }
      return (PortableMath.log(sum) - (outputs[chosen] - largest), gradient)
    }
  }

  /// Class probabilities of raw outputs.
  public static func softmax(_ outputs: [Double]) -> [Double] {
    let largest = outputs.max() ?? 0
    let exponentials = outputs.map { PortableMath.exp($0 - largest) }
    let sum = exponentials.reduce(0, +)
    return exponentials.map { $0 / sum }
  }
}
