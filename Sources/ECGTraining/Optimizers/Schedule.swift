import Reproducibility

/// How the learning rate moves over a training: a pure function of where training stands, so that nothing of it has to be
/// kept in a checkpoint. The formulas are those of `torch.optim.lr_scheduler`.
public enum Schedule: Sendable, Equatable {
  /// The same all the time.
  case constant
  /// Times `decay` from one epoch to the next.
  case exponential(decay: Double)
  /// Times `factor` after every `epochs` epochs.
  case step(epochs: Int, factor: Double)
  /// Half a cosine, step by step, from the learning rate to `minimum`, which the step after the last would have
  /// (Loshchilov and Hutter 2017, equation 5, without restarts).
  case cosine(minimum: Double)
  /// Up and down again, step by step; see ``OneCycle``.
  case oneCycle(OneCycle)

  /// Where training stands.
  public struct Position: Sendable, Equatable {
    /// Optimiser steps done before this one.
    public let step: Int
    /// From 0.
    public let epoch: Int
    /// Optimiser steps of all planned epochs.
    public let totalSteps: Int

    /// A position.
    public init(step: Int, epoch: Int, totalSteps: Int) {
      self.step = step
      self.epoch = epoch
      self.totalSteps = totalSteps
    }
  }

  /// The learning rate of the step at `position`, where `base` is the one that the user gave. O(epoch).
  public func learningRate(_ base: Double, at position: Position) -> Double {
    switch self {
    case .constant: base
    case .exponential(let decay): Self.multiply(base, by: decay, times: position.epoch)
    case .step(let epochs, let factor): Self.multiply(base, by: factor, times: position.epoch / epochs)
    case .cosine(let minimum):
      Self.cosine(from: base, to: minimum, Double(position.step) / Double(max(1, position.totalSteps)))
    case .oneCycle(let cycle): cycle.learningRate(base, at: position)
    }
  }

  /// The momentum, or Adam's b1, of the step at `position`; nil where the schedule leaves it as it is.
  public func momentum(at position: Position) -> Double? {
    guard case .oneCycle(let cycle) = self else { return nil }
    return cycle.momentum(at: position)
  }

  /// Factor by factor, as an epoch after the other would have it.
  private static func multiply(_ base: Double, by factor: Double, times: Int) -> Double {
    (0..<times).reduce(base) { product, _ in product * factor }
  }

  /// `start` at 0, `end` at 1, half a cosine between.
  static func cosine(from start: Double, to end: Double, _ share: Double) -> Double {
    end + (start - end) / 2 * (1 + PortableMath.cos(Double.pi * share))
  }
}

/// The one-cycle policy (Smith and Topin 2018) as `torch.optim.lr_scheduler.OneCycleLR` has it, annealed by cosines in two
/// phases: the learning rate rises from a fraction to the one that the user gave, then falls to next to nothing; the
/// momentum (Adam's b1) goes the other way.
public struct OneCycle: Sendable, Equatable {
  /// The share of all steps that the rise takes.
  public let rise: Double
  /// The learning rate begins at the given one divided by this.
  public let initialDivisor: Double
  /// It ends at the initial one divided by this.
  public let finalDivisor: Double
  /// The momentum where the learning rate is highest, and where it begins and ends; nil where it stays as it is.
  public let momentum: ClosedRange<Double>?

  /// A cycle; the defaults are PyTorch's.
  public init(
    rise: Double = 0.3, initialDivisor: Double = 25, finalDivisor: Double = 1e4,
    momentum: ClosedRange<Double>? = 0.85...0.95
  ) {
    self.rise = rise
    self.initialDivisor = initialDivisor
    self.finalDivisor = finalDivisor
    self.momentum = momentum
  }

  func learningRate(_ base: Double, at position: Schedule.Position) -> Double {
    let initial = base / initialDivisor
    let (isRising, share) = phase(position)
    return isRising
      ? Schedule.cosine(from: initial, to: base, share)
      : Schedule.cosine(from: base, to: initial / finalDivisor, share)
  }

  func momentum(at position: Schedule.Position) -> Double? {
    guard let momentum else { return nil }
    let (isRising, share) = phase(position)
    return isRising
      ? Schedule.cosine(from: momentum.upperBound, to: momentum.lowerBound, share)
      : Schedule.cosine(from: momentum.lowerBound, to: momentum.upperBound, share)
  }

  /// The phase, and how much of it is over. The peak lies at step rise * total - 1, which need not be whole.
  private func phase(_ position: Schedule.Position) -> (isRising: Bool, share: Double) {
    let peak = rise * Double(position.totalSteps) - 1
    let last = Double(position.totalSteps) - 1
    let step = min(Double(position.step), last)
    if step <= peak { return (true, peak > 0 ? step / peak : 1) }
    return (false, last > peak ? (step - peak) / (last - peak) : 1)
  }
}
