import ECGBenchmark
import Reproducibility
import TestSupport
import Testing

/// Golden/metrics.json: scikit-learn's metrics and numpy's bootstrap intervals of the same predictions.
private struct Golden: Decodable {
  struct Classification: Decodable {
    let name: String
    let truth: [Int]
    let scores: [[Double]]
    let class_count: Int
    let patients: [String]
    let areas: [Double?]
    let macro_auc: Double
    let accuracy: Double
    let macro_f1: Double
    let intervals: [String: [Double]]?
  }
  struct Regression: Decodable {
    let name: String
    let truth: [Double]
    let predictions: [Double]
    let patients: [String]
    let mae: Double
    let rmse: Double
    let r2: Double
    let intervals: [String: [Double]]?
  }
  let classification: [Classification]
  let regression: [Regression]

  static func read() throws -> Golden {
    try CanonicalJSON.read(
      Golden.self, fromFile: Repository.root + "/Tests/ECGBenchmarkTests/Golden/metrics.json")
  }
}

@Suite struct MetricGoldenTests {
  private func evaluation(_ golden: Golden.Classification) throws -> ClassificationEvaluation {
    try ClassificationEvaluation(
      truth: golden.truth, scores: golden.scores, classes: (0..<golden.class_count).map { "class \($0)" },
      patients: golden.patients)
  }

  @Test func classificationAgreesWithScikitLearn() throws {
    for golden in try Golden.read().classification {
      let evaluation = try evaluation(golden)
      for (own, theirs) in zip(evaluation.areas, golden.areas) {
        #expect((own == nil) == (theirs == nil), "\(golden.name)")
        #expect(abs((own ?? 0) - (theirs ?? 0)) < 1e-12, "\(golden.name)")
      }
      #expect(abs(try evaluation.value(of: .macroAUC) - golden.macro_auc) < 1e-12, "\(golden.name)")
      #expect(abs(try evaluation.value(of: .accuracy) - golden.accuracy) < 1e-12, "\(golden.name)")
      #expect(abs(try evaluation.value(of: .macroF1) - golden.macro_f1) < 1e-12, "\(golden.name)")
    }
  }

  @Test func regressionAgreesWithScikitLearn() throws {
    for golden in try Golden.read().regression {
      let evaluation = try RegressionEvaluation(
        truth: golden.truth, predictions: golden.predictions, patients: golden.patients)
      #expect(abs(try evaluation.value(of: .mae) - golden.mae) < 1e-12, "\(golden.name)")
      #expect(abs(try evaluation.value(of: .rmse) - golden.rmse) < 1e-12, "\(golden.name)")
      #expect(abs(try evaluation.value(of: .r2) - golden.r2) < 1e-12, "\(golden.name)")
    }
  }

  @Test func intervalsAgreeWithNumpysWithinMonteCarloError() throws {
    let golden = try Golden.read()
    var compared = 0
    func compare(_ evaluation: some MetricEvaluation, _ intervals: [String: [Double]]?) throws {
      for (name, theirs) in (intervals ?? [:]).sorted(by: { $0.key < $1.key }) {
        let metric = try Metric.named(name)
        let own = try evaluation.interval(of: metric, replicates: 4000, seed: 5)
        // The standard error of a normal sample's 2.5% point is (p (1 - p) / n)^(1/2) / density: 0.042 standard
        // deviations of the replicates at n = 4000. Four of them, with the width as 3.92 standard deviations.
        let tolerance = 4 * 0.042 * (theirs[1] - theirs[0]) / 3.92
        #expect(abs(own.low - theirs[0]) < tolerance, "\(name) \(own) \(theirs)")
        #expect(abs(own.high - theirs[1]) < tolerance, "\(name) \(own) \(theirs)")
        #expect(own.undefinedReplicates == 0)
        compared += 1
      }
    }
    for golden in golden.classification { try compare(evaluation(golden), golden.intervals) }
    for golden in golden.regression {
      try compare(
        RegressionEvaluation(truth: golden.truth, predictions: golden.predictions, patients: golden.patients),
        golden.intervals)
    }
    #expect(compared == 6)
  }
}
