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
  /// A file of the record that cannot be read.
  public static let unreadableFile = Self(rawValue: "unreadable-file")
  /// A signal file that is shorter than its header says.
  public static let truncatedSignal = Self(rawValue: "truncated-signal")
  /// Samples whose 16-bit sum is not the header's.
  public static let checksumMismatch = Self(rawValue: "checksum-mismatch")
  /// A format that no table has, or a layout that is not allowed.
  public static let unsupportedFormat = Self(rawValue: "unsupported-format")
  /// An annotation file that breaks the MIT format.
  public static let malformedAnnotations = Self(rawValue: "malformed-annotations")
  /// A compressed signal file that libFLAC cannot decode, or that is not as its header says.
  public static let malformedSignal = Self(rawValue: "malformed-signal")
  /// A library that reading this record needs is not installed.
  public static let missingLibrary = Self(rawValue: "missing-library")
  /// A range of frames or a signal that the record does not have.
  public static let outOfRange = Self(rawValue: "out-of-range")
  /// A record that is to be written and contradicts itself or its format.
  public static let notWritable = Self(rawValue: "not-writable")
  /// A header that names a file outside its own folder.
  public static let unsafePath = Self(rawValue: "unsafe-path")
}
