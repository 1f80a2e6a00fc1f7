/// A metric with its 95% interval, as `result.json` holds it under the metric's name.
public struct MetricValue: Sendable, Equatable, Codable {
  /// On the evaluated recordings themselves.
  public let value: Double
  /// Lower end of the interval.
  public let low: Double
  /// Upper end of the interval.
  public let high: Double

  /// A value within an interval.
  public init(value: Double, low: Double, high: Double) {
    self.value = value
    self.low = low
    self.high = high
  }
}

/// A percentile bootstrap interval (B. Efron, R. J. Tibshirani, *An Introduction to the Bootstrap*, 1993, chapter 13).
public struct ConfidenceInterval: Sendable, Equatable {
  /// The share of replicates inside.
  public static let level = 0.95

  /// The 2.5% point of the replicates.
  public let low: Double
  /// Their 97.5% point.
  public let high: Double
  /// How many replicates were drawn.
  public let replicates: Int
  /// How many of them left the metric undefined and were left out.
  public let undefinedReplicates: Int

  /// The interval of `values`, one for each replicate, nil where the metric was undefined; nil where all are.
  /// Quantiles interpolate linearly between order statistics, as numpy's default does. O(n log n).
  init?(replicates values: [Double?]) {
    let sorted = values.compactMap { $0 }.sorted()
    guard !sorted.isEmpty else { return nil }
    let tail = (1 - Self.level) / 2
    low = Self.quantile(tail, of: sorted)
    high = Self.quantile(1 - tail, of: sorted)
    replicates = values.count
    undefinedReplicates = values.count - sorted.count
  }

  private static func quantile(_ share: Double, of sorted: [Double]) -> Double {
    let position = share * Double(sorted.count - 1)
    let below = min(Int(position), sorted.count - 1)
    let above = min(below + 1, sorted.count - 1)
    return sorted[below] + (position - Double(below)) * (sorted[above] - sorted[below])
  }
}
