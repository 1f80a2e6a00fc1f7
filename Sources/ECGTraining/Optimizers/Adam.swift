import CKernels
import Reproducibility

/// Adam (Kingma and Ba 2015, algorithm 1), as PyTorch computes it:
///
///     m = b1 m + (1 - b1) g,  v = b2 v + (1 - b2) g^2
///     w = w - rate / (1 - b1^t) m / (sqrt(v / (1 - b2^t)) + 1e-8)
///
/// with b1 = 0.9 and b2 = 0.999.
struct Adam {
  private var step = 0
  private var firstPower = 1.0
  private var secondPower = 1.0
  private static let firstDecay = 0.9
  private static let secondDecay = 0.999

  /// One step of all parameters along their gradients. O(numbers).
  mutating func update(_ parameters: [Parameter], learningRate: Double, _ compute: Compute) {
    step += 1
    firstPower *= Self.firstDecay
    secondPower *= Self.secondDecay
    let constants = ek_adam_step(
      first_decay: Float(Self.firstDecay), second_decay: Float(Self.secondDecay),
      step_size: Float(learningRate / (1 - firstPower)), second_correction: Float(1 / (1 - secondPower)),
      epsilon: 1e-8)
    compute.workers.forEach(parameters.count) { index in
      let parameter = parameters[index]
      withUnsafePointer(to: constants) {
        compute.kernels.adam(
          parameter.value, parameter.gradient, parameter.firstMoment, parameter.secondMoment, parameter.count, $0)
      }
    }
  }
}
