import Reproducibility

/// Names the domain of ``ReportError``.
public enum ReportErrorDomain: Sendable {}

/// Failures of boards and figures.
public typealias ReportError = ModuleError<ReportErrorDomain>

extension ModuleError<ReportErrorDomain>.Code {
  /// No table format of that name.
  public static let unknownFormat = Self(rawValue: "unknown-format")
}
