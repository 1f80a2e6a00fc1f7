import Reproducibility

/// Names the domain of ``StoreError``.
public enum StoreErrorDomain: Sendable {}

/// Failures of conversion, of stores and of their shards.
public typealias StoreError = ModuleError<StoreErrorDomain>

extension ModuleError<StoreErrorDomain>.Code {
  /// The output folder holds something already.
  public static let alreadyExists = Self(rawValue: "already-exists")
  /// More recordings failed than were allowed to.
  public static let recordingsSkipped = Self(rawValue: "recordings-skipped")
  /// A recording that does not fit its source's layout or columns.
  public static let inconsistentRecording = Self(rawValue: "inconsistent-recording")
  /// A source whose names or columns cannot be stored.
  public static let invalidSource = Self(rawValue: "invalid-source")
  /// A `store.json` or shard that lacks what the schema asks for.
  public static let malformedStore = Self(rawValue: "malformed-store")
  /// A schema that this version does not know.
  public static let unsupportedSchema = Self(rawValue: "unsupported-schema")
  /// A shard that `store.json` names is not there.
  public static let missingShard = Self(rawValue: "missing-shard")
  /// Bytes that do not decode.
  public static let damagedChunk = Self(rawValue: "damaged-chunk")
  /// Bytes or content that are not what their digest says.
  public static let digestMismatch = Self(rawValue: "digest-mismatch")
  /// A column that the store does not have, or not of that kind.
  public static let noSuchColumn = Self(rawValue: "no-such-column")
  /// A layout that cannot do what was asked for.
  public static let unsuitableLayout = Self(rawValue: "unsuitable-layout")
  /// A recording that the store does not have.
  public static let noSuchRecording = Self(rawValue: "no-such-recording")
  /// HDF5 refused a call.
  public static let hdf5 = Self(rawValue: "hdf5")
  /// A folder or file could not be listed, removed or renamed.
  public static let fileSystem = Self(rawValue: "file-system")
}
