/// Names the domain of ``ReproducibilityError``.
public enum ReproducibilityErrorDomain: Sendable {}

/// Failures of files, digests and canonical JSON.
public typealias ReproducibilityError = ModuleError<ReproducibilityErrorDomain>

extension ModuleError<ReproducibilityErrorDomain>.Code {
  /// A file or folder could not be opened, read, written, synced or renamed.
  public static let fileSystem = Self(rawValue: "file-system")
  /// A file that must exist does not.
  public static let missingFile = Self(rawValue: "missing-file")
  /// A file exists where none may be overwritten.
  public static let alreadyExists = Self(rawValue: "already-exists")
  /// JSON that does not parse or lacks a key.
  public static let malformedJSON = Self(rawValue: "malformed-json")
  /// Text that is not a SHA-256 in hexadecimal.
  public static let malformedDigest = Self(rawValue: "malformed-digest")
}
