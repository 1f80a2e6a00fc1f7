import Reproducibility

/// Names the domain of ``DelineationError``.
public enum DelineationErrorDomain: Sendable {}

/// Failures of delineation. What a signal looks like is none: see ``SignalRejection``.
public typealias DelineationError = ModuleError<DelineationErrorDomain>

extension ModuleError<DelineationErrorDomain>.Code {
  /// A sampling frequency outside 100 to 1000 Hz.
  public static let unsupportedFrequency = Self(rawValue: "unsupported-frequency")
  /// Leads of different lengths, or none.
  public static let inconsistentLeads = Self(rawValue: "inconsistent-leads")
}
