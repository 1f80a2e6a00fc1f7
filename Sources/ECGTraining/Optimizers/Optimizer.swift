import CKernels
import Reproducibility

/// How parameters move along their gradients. The formulas and defaults are PyTorch's; w is the parameter, g its gradient,
/// r the learning rate, d the weight decay.
public struct Optimizer: Sendable, Equatable {
  /// The formula.
  public enum Rule: Sendable, Equatable {
    /// Stochastic gradient descent with momentum (Sutskever et al. 2013), which Nesterov's form applies once more:
    ///
    ///     g = g + d w,  v = momentum v + g,  w = w - r v,  or with Nesterov  w = w - r (g + momentum v)
    case sgd(momentum: Double, nesterov: Bool)
    /// Adam (Kingma and Ba 2015, algorithm 1), the decay added to the gradient:
    ///
    ///     g = g + d w,  m = b1 m + (1 - b1) g,  v = b2 v + (1 - b2) g^2
    ///     w = w - r / (1 - b1^t) m / (sqrt(v / (1 - b2^t)) + epsilon)
    case adam(firstDecay: Double, secondDecay: Double, epsilon: Double)
    /// Adam with the decay apart from the gradient (Loshchilov and Hutter 2019, algorithm 2): w = w (1 - r d) first.
    case adamW(firstDecay: Double, secondDecay: Double, epsilon: Double)
  }

  /// The formula.
  public let rule: Rule
  /// d, at least 0; 0 for none.
  public let weightDecay: Double

  /// `rule` with weight decay.
  public init(_ rule: Rule, weightDecay: Double = 0) {
    self.rule = rule
    self.weightDecay = weightDecay
  }

  /// Stochastic gradient descent.
  public static func sgd(momentum: Double = 0, nesterov: Bool = false, weightDecay: Double = 0) -> Optimizer {
    Optimizer(.sgd(momentum: momentum, nesterov: nesterov), weightDecay: weightDecay)
  }

  /// Adam with b1 = 0.9, b2 = 0.999, epsilon = 1e-8.
  public static func adam(weightDecay: Double = 0) -> Optimizer {
    Optimizer(.adam(firstDecay: 0.9, secondDecay: 0.999, epsilon: 1e-8), weightDecay: weightDecay)
  }

  /// AdamW with b1 = 0.9, b2 = 0.999, epsilon = 1e-8.
  public static func adamW(weightDecay: Double = 0.01) -> Optimizer {
    Optimizer(.adamW(firstDecay: 0.9, secondDecay: 0.999, epsilon: 1e-8), weightDecay: weightDecay)
  }

  /// Step number `step`, from 1, of all parameters along their gradients, whose moments each parameter holds. `momentum`
  /// takes the place of the rule's own momentum or b1 where a schedule moves it. O(numbers).
  func update(
    _ parameters: [Parameter], step: Int, learningRate: Double, momentum: Double? = nil, _ compute: Compute
  ) {
    switch rule {
    case .sgd(let own, let nesterov):
      var constants = ek_sgd_step()
      constants.rate = Float(learningRate)
      constants.momentum = Float(momentum ?? own)
      constants.penalty = Float(weightDecay)
      constants.nesterov = nesterov ? 1 : 0
      let fixed = constants
      compute.workers.forEach(parameters.count) { index in
        let parameter = parameters[index]
        withUnsafePointer(to: fixed) {
          compute.kernels.sgd(parameter.value, parameter.gradient, parameter.firstMoment, parameter.count, $0)
        }
      }
    case .adam(let first, let second, let epsilon):
      adam(
        parameters, step, learningRate, momentum ?? first, second, epsilon, penalty: weightDecay, shrink: 1, compute)
    case .adamW(let first, let second, let epsilon):
      adam(
        parameters, step, learningRate, momentum ?? first, second, epsilon, penalty: 0,
        shrink: 1 - learningRate * weightDecay, compute)
    }
  }

  private func adam(
    _ parameters: [Parameter], _ step: Int, _ learningRate: Double, _ firstDecay: Double, _ secondDecay: Double,
    _ epsilon: Double, penalty: Double, shrink: Double, _ compute: Compute
  ) {
    let constants = ek_adam_step(
      first_decay: Float(firstDecay), second_decay: Float(secondDecay),
      step_size: Float(learningRate / (1 - Self.power(firstDecay, step))),
      second_correction: Float(1 / (1 - Self.power(secondDecay, step))), epsilon: Float(epsilon),
      penalty: Float(penalty), shrink: Float(shrink))
    compute.workers.forEach(parameters.count) { index in
      let parameter = parameters[index]
      withUnsafePointer(to: constants) {
        compute.kernels.adam(
          parameter.value, parameter.gradient, parameter.firstMoment, parameter.secondMoment, parameter.count, $0)
      }
    }
  }

  /// `base` in 0 ..< 1 to the power `exponent`, factor by factor, so that nothing but the step number has to be kept from
  /// one step to the next. Below 2^-60 no factor changes 1 minus the power any more: 42,000 factors for 0.999.
  static func power(_ base: Double, _ exponent: Int) -> Double {
    var power = 1.0
    for _ in 0..<exponent {
      if power < 0x1p-60 { break }
      power *= base
    }
    return power
  }
}
