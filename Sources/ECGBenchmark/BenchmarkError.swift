import Reproducibility

/// Names the domain of ``BenchmarkError``.
public enum BenchmarkErrorDomain: Sendable {}

/// Failures of tasks, runs and results.
public typealias BenchmarkError = ModuleError<BenchmarkErrorDomain>

extension ModuleError<BenchmarkErrorDomain>.Code {
  /// No task, recipe, variant or model of that name.
  public static let unknownName = Self(rawValue: "unknown-name")
  /// A task file that contradicts itself.
  public static let invalidTask = Self(rawValue: "invalid-task")
  /// A store or split that is not what the task asks for.
  public static let unsuitableData = Self(rawValue: "unsuitable-data")
  /// A partition with nothing to train, validate or test on.
  public static let emptyPartition = Self(rawValue: "empty-partition")
  /// A run folder that is there already.
  public static let runExists = Self(rawValue: "run-exists")
  /// A log for other programs that could not be written.
  public static let logNotWritten = Self(rawValue: "log-not-written")
  /// A result folder that is incomplete or does not agree with itself.
  public static let invalidResult = Self(rawValue: "invalid-result")
}
