import Reproducibility

/// Names the domain of ``MetricError``.
public enum MetricErrorDomain: Sendable {}

/// Failures of metrics: inputs that do not fit together, or that leave a metric undefined.
public typealias MetricError = ModuleError<MetricErrorDomain>

extension ModuleError<MetricErrorDomain>.Code {
  /// No metric of that name.
  public static let unknownMetric = Self(rawValue: "unknown-metric")
  /// Truths, predictions, scores, classes and patients that do not fit together, or a number that is not finite.
  public static let inconsistentPredictions = Self(rawValue: "inconsistent-predictions")
  /// A metric that these predictions do not define.
  public static let undefinedMetric = Self(rawValue: "undefined-metric")
}
