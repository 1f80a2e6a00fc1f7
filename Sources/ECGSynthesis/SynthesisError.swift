import Reproducibility

/// Names the domain of ``SynthesisError``.
public enum SynthesisErrorDomain: Sendable {}

/// Failures of the generator: arguments it cannot work with, never signal content.
public typealias SynthesisError = ModuleError<SynthesisErrorDomain>

extension ModuleError<SynthesisErrorDomain>.Code {
  /// No preset of that name.
  public static let unknownPreset = Self(rawValue: "unknown-preset")
  /// A count, length, sampling frequency or index outside what the generator makes.
  public static let argumentOutOfRange = Self(rawValue: "argument-out-of-range")
}
