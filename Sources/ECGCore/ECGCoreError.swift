import Reproducibility

/// Names the domain of ``ECGCoreError``.
public enum ECGCoreErrorDomain: Sendable {}

/// Failures of the vocabulary's own invariants and of delimited text.
public typealias ECGCoreError = ModuleError<ECGCoreErrorDomain>

extension ModuleError<ECGCoreErrorDomain>.Code {
  /// Two leads of one name, or none.
  public static let invalidLeads = Self(rawValue: "invalid-leads")
  /// A lead that was asked for is not there.
  public static let missingLead = Self(rawValue: "missing-lead")
  /// Sizes of samples, gains and leads that do not fit together.
  public static let inconsistentSignal = Self(rawValue: "inconsistent-signal")
  /// Two sampling frequencies without a ratio of whole numbers that a filter can be made for.
  public static let unsupportedRatio = Self(rawValue: "unsupported-ratio")
  /// A window without a length, or a recording shorter than it.
  public static let invalidWindow = Self(rawValue: "invalid-window")
  /// Delimited text that breaks RFC 4180 or lacks a column.
  public static let malformedTable = Self(rawValue: "malformed-table")
}
