import Reproducibility

/// Names the domain of ``TrainingError``.
public enum TrainingErrorDomain: Sendable {}

/// Failures of training and of weight files.
public typealias TrainingError = ModuleError<TrainingErrorDomain>

extension ModuleError<TrainingErrorDomain>.Code {
  /// A loss, gradient or validation value that is not finite; the cause is a ``Divergence`` where a step stopped.
  public static let divergedLoss = Self(rawValue: "diverged-loss")
  /// Examples, targets or settings that do not fit together.
  public static let invalidSetUp = Self(rawValue: "invalid-set-up")
  /// A checkpoint of another training.
  public static let unsuitableCheckpoint = Self(rawValue: "unsuitable-checkpoint")
  /// A weight file that breaks the safetensors format.
  public static let malformedWeights = Self(rawValue: "malformed-weights")
  /// Weights that lack a tensor of the network, or have it in another shape.
  public static let unsuitableWeights = Self(rawValue: "unsuitable-weights")
}
