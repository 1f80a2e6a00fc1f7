import Reproducibility

/// Predictions beside the truth, ready to be scored: metrics and their bootstrap intervals.
public protocol MetricEvaluation: Sendable {
  /// The metrics that these predictions can be scored by.
  static var kind: Metric.Kind { get }
  /// The patient of each recording.
  var patients: [String] { get }
  /// `metric` where recording i counts `multiplicities[i]` times; nil where that leaves the metric undefined or the
  /// metric is of another kind. At least one recording counts. O(recordings * classes).
  func value(of metric: Metric, multiplicities: [Int32]) -> Double?
}

extension MetricEvaluation {
  /// How many recordings are evaluated.
  public var recordingCount: Int { patients.count }

  /// `metric` over all recordings.
  ///
  /// - Throws: ``MetricError`` `undefined-metric`.
  public func value(of metric: Metric) throws(MetricError) -> Double {
    guard let value = value(of: metric, multiplicities: [Int32](repeating: 1, count: recordingCount)) else {
      throw undefined(metric, "on these \(recordingCount) recordings")
    }
    return value
  }

  /// The percentile bootstrap interval of `metric`: replicates drawn by patient from
  /// `RandomStream(seed, "bootstrap:<metric>", index: replicate)`, the same for any number of workers.
  ///
  /// A replicate that leaves the metric undefined (a class without positives, truths all equal) is left out and
  /// counted, so the interval is conditional on the metric being defined.
  ///
  /// - Throws: ``MetricError`` `undefined-metric` where every replicate leaves it undefined.
  public func interval(
    of metric: Metric, replicates: Int = 1000, seed: UInt64, workers: Workers = .all
  ) throws -> ConfidenceInterval {
    precondition(replicates >= 1)
    let bootstrap = PatientBootstrap(patients: patients)
    let values = try workers.map(replicates) { replicate in
      value(
        of: metric, multiplicities: bootstrap.multiplicities(ofReplicate: replicate, metric: metric, seed: seed))
    }
    guard let interval = ConfidenceInterval(replicates: values) else {
      throw undefined(metric, "in all of \(replicates) bootstrap replicates")
    }
    return interval
  }

  /// `metric` with its 95% interval.
  ///
  /// - Throws: ``MetricError`` `undefined-metric`.
  public func evaluate(
    _ metric: Metric, replicates: Int = 1000, seed: UInt64, workers: Workers = .all
  ) throws -> MetricValue {
    let value = try value(of: metric)
    let interval = try interval(of: metric, replicates: replicates, seed: seed, workers: workers)
    return MetricValue(value: value, low: interval.low, high: interval.high)
  }

  /// How much `metric` differs from `other`'s on the same recordings, with the 95% interval of the paired bootstrap: both
  /// sides are resampled alike, so what they have in common does not widen the interval.
  ///
  /// - Throws: ``MetricError`` `inconsistent-predictions` where the recordings differ, `undefined-metric`.
  public func difference(
    from other: some MetricEvaluation, of metric: Metric, replicates: Int = 1000, seed: UInt64, workers: Workers = .all
  ) throws -> MetricValue {
    guard patients == other.patients else {
      throw MetricError(
        .inconsistentPredictions, at: .init("metrics", .item(metric.name)),
        found: "\(recordingCount) and \(other.recordingCount) recordings of different patients",
        expected: "two predictions for the same recordings", advice: "Compare runs of one split")
    }
    let bootstrap = PatientBootstrap(patients: patients)
    let differences = try workers.map(replicates) { replicate -> Double? in
      let drawn = bootstrap.multiplicities(ofReplicate: replicate, metric: metric, seed: seed)
      guard let mine = value(of: metric, multiplicities: drawn),
        let theirs = other.value(of: metric, multiplicities: drawn)
      else { return nil }
      return mine - theirs
    }
    guard let interval = ConfidenceInterval(replicates: differences) else {
      throw undefined(metric, "in all of \(replicates) bootstrap replicates")
    }
    return MetricValue(
      value: try value(of: metric) - other.value(of: metric), low: interval.low, high: interval.high)
  }

  private func undefined(_ metric: Metric, _ found: String) -> MetricError {
    let found =
      metric.kind == Self.kind
      ? "undefined \(found)" : "a metric of \(metric.kind.rawValue), the predictions are of \(Self.kind.rawValue)"
    return MetricError(
      .undefinedMetric, at: .init("metrics", .item(metric.name)), found: found, expected: metric.definition,
      advice: "Evaluate more recordings or another metric")
  }
}
