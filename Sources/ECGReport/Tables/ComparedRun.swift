import ECGBenchmark
import Reproducibility

/// A run beside the one from scratch that it is to be compared with.
struct ComparedRun: Sendable {
  let result: RunResult
  let predictions: Predictions
  var versusScratch: MetricValue?

  init(result: RunResult, predictions: Predictions) {
    self.result = result
    self.predictions = predictions
  }

  /// What two runs must share to be compared recording by recording.
  private var setting: [String] {
    [
      result.taskDigest.hex, result.recipe, result.store.digest.hex, result.splitDigest.hex, "\(result.seed)",
    ]
  }

  /// The runs, each pre-trained one with its difference from the run from scratch of the same setting.
  static func versusScratch(_ runs: [ComparedRun], workers: Workers) throws -> [ComparedRun] {
    let scratch = Dictionary(runs.filter { $0.result.variant == "scratch" }.map { ($0.setting, $0) }) { first, _ in
      first
    }
    return try runs.map { run in
      guard run.result.variant.hasPrefix("from-"), let reference = scratch[run.setting] else { return run }
      var compared = run
      let metric = try Metric.named(run.result.primaryMetric)
      compared.versusScratch = try run.testEvaluation().difference(
        from: reference.testEvaluation(), of: metric, seed: 0, workers: workers)
      return compared
    }
  }

  private func testEvaluation() throws -> any MetricEvaluation {
    try predictions.evaluation(of: "test", isClassification: result.unit.isEmpty)
  }
}
