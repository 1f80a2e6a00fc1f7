import Reproducibility

/// Names the domain of ``SplitError``.
public enum SplitErrorDomain: Sendable {}

/// Failures of split protocols and split files.
public typealias SplitError = ModuleError<SplitErrorDomain>

extension ModuleError<SplitErrorDomain>.Code {
  /// No protocol of that id.
  public static let unknownProtocol = Self(rawValue: "unknown-protocol")
  /// The store lacks what the protocol needs.
  public static let missingColumn = Self(rawValue: "missing-column")
  /// A recording whose patient is not known.
  public static let unknownPatient = Self(rawValue: "unknown-patient")
  /// A split of another store.
  public static let storeMismatch = Self(rawValue: "store-mismatch")
  /// A split that contradicts itself or its store.
  public static let invalidSplit = Self(rawValue: "invalid-split")
}
