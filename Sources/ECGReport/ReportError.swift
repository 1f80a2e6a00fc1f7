import Reproducibility

/// Names the domain of ``ReportError``.
public enum ReportErrorDomain: Sendable {}

/// Failures of boards and figures.
public typealias ReportError = ModuleError<ReportErrorDomain>

extension ModuleError<ReportErrorDomain>.Code {
  /// No table format of that name.
  public static let unknownFormat = Self(rawValue: "unknown-format")
  /// An excerpt without leads or samples, too long, or without the leads of the layout.
  public static let undrawableExcerpt = Self(rawValue: "undrawable-excerpt")
  /// A picture that could not be made.
  public static let unwritablePicture = Self(rawValue: "unwritable-picture")
}
