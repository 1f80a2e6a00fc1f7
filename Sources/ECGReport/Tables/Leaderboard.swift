import ECGBenchmark
import Reproducibility

/// Every finished run of one folder, grouped into comparable sections and ranked. A pure function of the results:
/// no clock, no machine, no order of the file system.
public struct Leaderboard: Sendable, Codable {
  /// By task, then recipe, then digests.
  public let sections: [LeaderboardSection]

  /// Reads `folders`, makes every figure again from each one's predictions, groups, ranks and compares.
  ///
  /// - Throws: `BenchmarkError` `invalid-result` for a folder that does not agree with itself; file errors.
  public init(folders: [ResultFolder], workers: Workers = .all) throws {
    let runs = try folders.map { folder in
      let (result, predictions) = try folder.checked(workers: workers)
      return ComparedRun(result: result, predictions: predictions)
    }
    self.init(runs: try ComparedRun.versusScratch(runs, workers: workers))
  }

  /// Groups and ranks `runs`.
  ///
  /// Rows are comparable, and stand in one section, only where task, recipe, store and split are the same to the
  /// digest. Runs that differ in nothing but the seed become one row.
  init(runs: [ComparedRun]) {
    let groups = Dictionary(grouping: runs) { run in
      let result = run.result
      return [
        result.task, result.recipe, result.taskDigest.hex, result.store.digest.hex, result.splitDigest.hex,
      ]
    }
    sections = groups.sorted { $0.key.lexicographicallyPrecedes($1.key) }
      .compactMap { LeaderboardSection(runs: $0.value) }
  }
}

/// The comparable runs of one task.
public struct LeaderboardSection: Sendable, Codable {
  /// Task id.
  public let task: String
  /// The task's title.
  public let title: String
  /// Training recipe.
  public let recipe: String
  /// Digest of the task.
  public let taskDigest: Digest
  /// The store.
  public let store: StoreReference
  /// Protocol of the split.
  public let splitProtocol: String
  /// Content digest of the split.
  public let splitDigest: Digest
  /// Recordings in each partition.
  public let counts: PartitionCounts
  /// The metric that ranks.
  public let primaryMetric: String
  /// All metrics, the primary one first.
  public let metrics: [String]
  /// `bpm`, `ms` or empty.
  public let unit: String
  /// Classes without a test recording.
  public let classesNotScored: [String]
  /// Best first.
  public let rows: [LeaderboardRow]

  enum CodingKeys: String, CodingKey {
    case task, title, recipe
    case taskDigest = "task_digest"
    case store
    case splitProtocol = "split_protocol"
    case splitDigest = "split_digest"
    case counts
    case primaryMetric = "primary_metric"
    case metrics, unit
    case classesNotScored = "classes_not_scored"
    case rows
  }

  /// The section of comparable runs; nil where there is none.
  init?(runs: [ComparedRun]) {
    guard let first = runs.first?.result else { return nil }
    task = first.task
    title = first.title
    recipe = first.recipe
    taskDigest = first.taskDigest
    store = first.store
    splitProtocol = first.splitProtocol
    splitDigest = first.splitDigest
    counts = first.counts
    primaryMetric = first.primaryMetric
    unit = first.unit
    classesNotScored = first.classesNotScored
    metrics = [first.primaryMetric] + first.metrics.keys.filter { $0 != first.primaryMetric }.sorted()
    let primary = first.primaryMetric
    let higherIsBetter = (try? Metric.named(primary))?.higherIsBetter ?? true
    rows = Dictionary(grouping: runs) { [$0.result.model, $0.result.variant] }
      .sorted { $0.key.lexicographicallyPrecedes($1.key) }
      .flatMap { Self.ofDifferentSeeds($0.value).map { LeaderboardRow(runs: $0) } }
      .sorted { left, right in
        let (a, b) = (left.metrics[primary]?.value ?? .nan, right.metrics[primary]?.value ?? .nan)
        if a.isNaN || b.isNaN { return !a.isNaN }
        return higherIsBetter ? a > b : a < b
      }
  }
}

extension LeaderboardSection {
  /// The runs together, by seed; each alone where a seed stands twice, since those differ in more than the seed, such as
  /// in what they were pre-trained on.
  fileprivate static func ofDifferentSeeds(_ runs: [ComparedRun]) -> [[ComparedRun]] {
    let sorted = runs.sorted {
      ($0.result.seed, $0.result.weightsDigest?.hex ?? "") < ($1.result.seed, $1.result.weightsDigest?.hex ?? "")
    }
    return Set(runs.map(\.result.seed)).count == runs.count ? [sorted] : sorted.map { [$0] }
  }
}

/// One model and start, over one or more seeds.
public struct LeaderboardRow: Sendable, Codable {
  /// What predicts.
  public let model: String
  /// Where it started from.
  public let variant: String
  /// Seeds, ascending.
  public let seeds: [UInt64]
  /// Trained numbers.
  public let parameters: Int
  /// Test metrics by name.
  public let metrics: [String: LeaderboardCell]
  /// Mean of the primary metric on the validation partition.
  public let validation: Double?
  /// Digest of each seed's weights.
  public let weights: [Digest]
  /// The primary metric minus that of the run from scratch with the same seed, with the 95% interval of the paired
  /// bootstrap; only for a single seed of a run that did not start from scratch.
  public let versusScratch: MetricValue?

  enum CodingKeys: String, CodingKey {
    case model, variant, seeds, parameters, metrics, validation, weights
    case versusScratch = "versus_scratch"
  }

  /// The row of runs that differ only in the seed.
  init(runs compared: [ComparedRun]) {
    let runs = compared.map(\.result)
    let first = runs[0]
    versusScratch = compared.count == 1 ? compared[0].versusScratch : nil
    model = first.model
    variant = first.variant
    seeds = runs.map(\.seed)
    parameters = first.parameters
    weights = runs.compactMap(\.weightsDigest)
    metrics = first.metrics.keys.reduce(into: [:]) { cells, name in
      cells[name] = LeaderboardCell(values: runs.compactMap { $0.metrics[name] })
    }
    let chosen = runs.compactMap { $0.validation[$0.primaryMetric] }
    validation = chosen.isEmpty ? nil : chosen.reduce(0, +) / Double(chosen.count)
  }
}

/// One metric of one row: a value with the bootstrap's 95% interval for one seed, the mean with the unbiased standard
/// deviation for several.
public struct LeaderboardCell: Sendable, Codable {
  /// The value, or the mean over seeds.
  public let value: Double
  /// Lower end of the 95% interval, for one seed.
  public let low: Double?
  /// Upper end of the 95% interval, for one seed.
  public let high: Double?
  /// Standard deviation over seeds, for several.
  public let standardDeviation: Double?

  enum CodingKeys: String, CodingKey {
    case value, low, high
    case standardDeviation = "standard_deviation"
  }

  /// The cell of one metric's values, one a seed.
  init(values: [MetricValue]) {
    let mean = values.reduce(0) { $0 + $1.value } / Double(max(1, values.count))
    value = mean
    if values.count == 1 {
      (low, high, standardDeviation) = (values[0].low, values[0].high, nil)
    } else {
      let squares = values.reduce(0) { $0 + ($1.value - mean) * ($1.value - mean) }
      (low, high, standardDeviation) = (nil, nil, (squares / Double(max(1, values.count - 1))).squareRoot())
    }
  }

  /// `0.713 [0.602, 0.820]` or `0.713 ± 0.021`, with `digits` decimals.
  public func text(digits: Int) -> String {
    if let low, let high {
      return "\(value.fixed(digits)) [\(low.fixed(digits)), \(high.fixed(digits))]"
    }
    if let standardDeviation { return "\(value.fixed(digits)) ± \(standardDeviation.fixed(digits))" }
    return value.fixed(digits)
  }
}
