import Reproducibility

/// Metrics of one partition's outputs, for the task's kind of target.
struct Scoring: Sendable {
  let metrics: [Metric]
  let classes: [String]

  /// The first metric decides.
  var primary: Metric { metrics[0] }

  /// - Throws: ``MetricError`` `unknown-metric`, or ``BenchmarkError`` `invalid-task` for a metric of the other kind.
  init(task: BenchmarkTask, classes: [String]) throws {
    metrics = try task.metrics.map { try Metric.named($0) }
    self.classes = classes
    let wanted: Metric.Kind = classes.isEmpty ? .regression : .classification
    for metric in metrics where metric.kind != wanted {
      throw BenchmarkError(
        .invalidTask, at: ErrorPlace(task.id, .item("key metrics")),
        found: "'\(metric.name)', for \(metric.kind.rawValue)",
        expected: "metrics for \(wanted.rawValue)", advice: "Correct the task file")
    }
  }

  /// The rows ready to be scored.
  func evaluation(of rows: [Predictions.Row]) throws -> any MetricEvaluation {
    try Predictions.evaluation(of: rows, classes: classes)
  }

  /// Each metric's value.
  func values(of rows: [Predictions.Row]) throws -> [String: Double] {
    let evaluation = try evaluation(of: rows)
    return try metrics.reduce(into: [:]) { $0[$1.name] = try evaluation.value(of: $1) }
  }

  /// Of every bootstrap: it is no property of a run.
  static let bootstrapSeed: UInt64 = 0

  /// Each metric's value with its interval.
  func valuesWithIntervals(of rows: [Predictions.Row], workers: Workers) throws -> [String: MetricValue] {
    let evaluation = try evaluation(of: rows)
    return try metrics.reduce(into: [:]) {
      $0[$1.name] = try evaluation.evaluate($1, seed: Self.bootstrapSeed, workers: workers)
    }
  }

  /// Classes that do not enter per-class means, because the rows have none or nothing else.
  func classesNotScored(in rows: [Predictions.Row]) throws -> [String] {
    (try evaluation(of: rows) as? ClassificationEvaluation)?.classesLeftOut ?? []
  }
}

extension Predictions {
  /// The rows of one partition ready to be scored. Class names are those of the output columns.
  ///
  /// - Throws: ``MetricError`` where numbers are not finite or there is no row.
  public func evaluation(of partition: String, isClassification: Bool) throws -> any MetricEvaluation {
    try Self.evaluation(of: rows(of: partition), classes: isClassification ? outputNames : [])
  }

  /// Rows ready to be scored: as classes where there are any, else as numbers.
  static func evaluation(of rows: [Row], classes: [String]) throws -> any MetricEvaluation {
    let patients = rows.map(\.patient)
    if classes.isEmpty {
      return try RegressionEvaluation(
        truth: rows.map(\.truth), predictions: rows.map { $0.outputs[0] }, patients: patients)
    }
    return try ClassificationEvaluation(
      truth: rows.map { Int(exactly: $0.truth) ?? -1 }, scores: rows.map(\.outputs), classes: classes,
      patients: patients)
  }
}
