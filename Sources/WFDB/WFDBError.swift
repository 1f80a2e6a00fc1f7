import Reproducibility

/// Names the domain of ``WFDBError``.
public enum WFDBErrorDomain: Sendable {}

/// Failures of records: headers, signal files and annotation files.
public typealias WFDBError = ModuleError<WFDBErrorDomain>

extension ModuleError<WFDBErrorDomain>.Code {
  /// A header that breaks header(5).
  public static let malformedHeader = Self(rawValue: "malformed-header")
  /// A file of the record that is not there.
  public static let missingFile = Self(rawValue: "missing-file")
  /// A signal file that is shorter than its header says.
  public static let truncatedSignal = Self(rawValue: "truncated-signal")
  /// Samples whose 16-bit sum is not the header's.
  public static let checksumMismatch = Self(rawValue: "checksum-mismatch")
  /// A format or layout that this version does not read.
  public static let unsupportedFormat = Self(rawValue: "unsupported-format")
  /// An annotation file that breaks the MIT format.
  public static let malformedAnnotations = Self(rawValue: "malformed-annotations")
  /// A header that names a file outside its own folder.
  public static let unsafePath = Self(rawValue: "unsafe-path")
}
