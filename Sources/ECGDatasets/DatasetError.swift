import Reproducibility

/// Names the domain of ``DatasetError``.
public enum DatasetErrorDomain: Sendable {}

/// Failures of datasets: their folders, tables, labels and records.
public typealias DatasetError = ModuleError<DatasetErrorDomain>

extension ModuleError<DatasetErrorDomain>.Code {
  /// No dataset of that id.
  public static let unknownDataset = Self(rawValue: "unknown-dataset")
  /// A folder or file of the dataset that is not there.
  public static let missingSource = Self(rawValue: "missing-source")
  /// An annotation file that is cut short.
  public static let incompleteAnnotations = Self(rawValue: "incomplete-annotations")
  /// A value in the dataset's table that cannot be understood.
  public static let malformedValue = Self(rawValue: "malformed-value")
  /// A record that does not fit the dataset's layout.
  public static let unexpectedSignal = Self(rawValue: "unexpected-signal")
  /// An option that the dataset does not have.
  public static let unsupportedOption = Self(rawValue: "unsupported-option")
}
