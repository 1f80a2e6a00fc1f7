import ECGBenchmark
import Reproducibility
import Testing

@Suite struct MetricTests {
  /// Random scores rounded so that many tie, better than chance; the first `classCount` recordings hold each class.
  private func scores(_ count: Int, classCount: Int, seed: UInt64) -> (truth: [Int], scores: [[Double]]) {
    var stream = RandomStream(seed: seed, purpose: "test")
    let truth = (0..<count).map { $0 < classCount ? $0 : stream.integer(below: classCount) }
    let scores = truth.map { label in
      (0..<classCount).map { (20 * (stream.uniform() + ($0 == label ? 0.4 : 0))).rounded() / 20 }
    }
    return (truth, scores)
  }

  private func names(_ count: Int) -> [String] { (0..<count).map { "name \($0)" } }

  @Test func theListIsWhatResultsAreKeyedBy() throws {
    #expect(Metric.all.map(\.name) == ["mae", "rmse", "r2", "macro_auc", "accuracy", "macro_f1"])
    #expect(Metric.all.filter { !$0.higherIsBetter } == [.mae, .rmse])
    for metric in Metric.all { #expect(try Metric.named(metric.name) == metric) }
    #expect(throws: MetricError.self) { try Metric.named("auc") }
  }

  @Test func theAreaCountsPairsWithTiesAtHalf() throws {
    let (truth, scores) = scores(60, classCount: 3, seed: 1)
    let evaluation = try ClassificationEvaluation(
      truth: truth, scores: scores, classes: names(3), patients: names(60))
    for label in 0..<3 {
      var won = 0.0
      var pairs = 0.0
      for positive in 0..<60 where truth[positive] == label {
        for negative in 0..<60 where truth[negative] != label {
          let (a, b) = (scores[positive][label], scores[negative][label])
          won += a > b ? 1 : a == b ? 0.5 : 0
          pairs += 1
        }
      }
      #expect(abs(try #require(evaluation.areas[label]) - won / pairs) < 1e-12)
    }
  }

  @Test func theAreaIgnoresMonotoneMapsAndMirrorsUnderNegation() throws {
    let (truth, scores) = scores(200, classCount: 4, seed: 2)
    func areas(_ map: (Double) -> Double) throws -> [Double?] {
      try ClassificationEvaluation(
        truth: truth, scores: scores.map { $0.map(map) }, classes: names(4), patients: names(200)
      ).areas
    }
    let plain = try areas { $0 }
    #expect(try areas { $0 * $0 * $0 * 8 - 3 } == plain)
    #expect(try areas { PortableMath.exp($0) } == plain)
    for (own, mirrored) in zip(plain, try areas { -$0 }) {
      #expect(abs(try #require(own) + #require(mirrored) - 1) < 1e-12)
    }
  }

  @Test func perfectConstantAndAbsentClasses() throws {
    let truth = [0, 1, 0, 1, 0]
    let evaluation = try ClassificationEvaluation(
      truth: truth, scores: truth.map { $0 == 0 ? [2, 1, 0] : [1, 2, 0] }, classes: ["a", "b", "c"],
      patients: names(5))
    #expect(evaluation.classesLeftOut == ["c"])
    #expect(try evaluation.value(of: .macroAUC) == 1)
    #expect(try evaluation.value(of: .accuracy) == 1)
    #expect(try evaluation.value(of: .macroF1) == 1)

    let constant = try ClassificationEvaluation(
      truth: truth, scores: truth.map { _ in [0, 0, 0] }, classes: ["a", "b", "c"], patients: names(5))
    #expect(constant.predicted == [0, 0, 0, 0, 0], "of equal scores the first class counts")
    #expect(try constant.value(of: .macroAUC) == 0.5)
    #expect(try constant.value(of: .accuracy) == 0.6)
    #expect(try constant.value(of: .macroF1) == 0.375)

    let single = try ClassificationEvaluation(
      truth: [1, 1], scores: [[0, 1], [1, 0]], classes: ["a", "b"], patients: names(2))
    let error = #expect(throws: MetricError.self) { try single.value(of: .macroAUC) }
    #expect(error?.code == .undefinedMetric)
    #expect(throws: MetricError.self) { try single.evaluate(.mae, seed: 1) }
  }

  @Test func theIntervalDoesNotDependOnWorkers() throws {
    let (truth, scores) = scores(300, classCount: 5, seed: 3)
    let evaluation = try ClassificationEvaluation(
      truth: truth, scores: scores, classes: names(5), patients: (0..<300).map { "patient \($0 / 2)" })
    for metric in [Metric.macroAUC, .accuracy, .macroF1] {
      let one = try evaluation.evaluate(metric, replicates: 200, seed: 9, workers: Workers(1))
      let four = try evaluation.evaluate(metric, replicates: 200, seed: 9, workers: Workers(4))
      #expect(one == four)
      #expect(one.low < one.value && one.value < one.high)
      let otherSeed = try evaluation.evaluate(metric, replicates: 200, seed: 10)
      #expect(otherSeed != one && otherSeed.value == one.value)
    }
  }

  @Test func resamplingIsByPatient() throws {
    let truth = (0..<40).map(Double.init)
    let predictions = truth.map { $0 + ($0 < 20 ? 1 : 3) }
    func interval(_ patients: [String]) throws -> ConfidenceInterval {
      try RegressionEvaluation(truth: truth, predictions: predictions, patients: patients)
        .interval(of: .mae, replicates: 500, seed: 1)
    }
    let one = try interval([String](repeating: "only", count: 40))
    #expect(one.low == 2 && one.high == 2, "one patient can only be drawn as a whole")
    let twenty = try interval((0..<40).map { "\($0 % 20)" })
    #expect(twenty.low == 2 && twenty.high == 2, "patients with identical errors leave nothing to vary")
    let two = try interval((0..<40).map { $0 < 20 ? "a" : "b" })
    #expect(two.low == 1 && two.high == 3)
    let each = try interval(names(40))
    #expect(each.low > 1.5 && each.high < 2.5 && each.low < 2 && each.high > 2)
  }

  @Test func undefinedReplicatesAreCountedAndLeftOut() throws {
    // One positive among ten: (9/10)^10, a third of the replicates, miss it.
    let evaluation = try ClassificationEvaluation(
      truth: [0, 1, 1, 1, 1, 1, 1, 1, 1, 1], scores: (0..<10).map { [Double(10 - $0), Double($0)] },
      classes: ["rare", "common"], patients: names(10))
    let interval = try evaluation.interval(of: .macroAUC, replicates: 1000, seed: 4)
    #expect((290...410).contains(interval.undefinedReplicates))
    #expect(interval.replicates == 1000)
    #expect(interval.low == 1 && interval.high == 1)
  }

  @Test func wrongInputsAreNamed() {
    #expect(throws: MetricError.self) { try RegressionEvaluation(truth: [], predictions: [], patients: []) }
    #expect(throws: MetricError.self) { try RegressionEvaluation(truth: [1], predictions: [1, 2], patients: ["a"]) }
    let notFinite = #expect(throws: MetricError.self) {
      try RegressionEvaluation(truth: [1, 2], predictions: [1, .nan], patients: ["a", "b"])
    }
    #expect(notFinite?.description.contains("row 1") == true)
    #expect(throws: MetricError.self) {
      try ClassificationEvaluation(truth: [2], scores: [[0, 1]], classes: ["a", "b"], patients: ["p"])
    }
    #expect(throws: MetricError.self) {
      try ClassificationEvaluation(truth: [1], scores: [[0]], classes: ["a", "b"], patients: ["p"])
    }
    #expect(throws: MetricError.self) {
      try ClassificationEvaluation(truth: [1], scores: [[0, .nan]], classes: ["a", "b"], patients: ["p"])
    }
    #expect(throws: MetricError.self) {
      try ClassificationEvaluation(truth: [1], scores: [[0, 1]], classes: ["a", "a"], patients: ["p"])
    }
  }

  @Test func aThousandReplicatesOfFourThousandRecordingsTakeWellUnderSeconds() throws {
    let (truth, scores) = scores(4000, classCount: 5, seed: 6)
    let evaluation = try ClassificationEvaluation(
      truth: truth, scores: scores, classes: names(5), patients: (0..<4000).map { "\($0 / 2)" })
    let clock = ContinuousClock()
    let time = try clock.measure { _ = try evaluation.evaluate(.macroAUC, seed: 1, workers: Workers(1)) }
    #expect(time < .seconds(5), "\(time)")
    print("macro_auc, 1000 replicates of 4000 recordings in 5 classes, one thread: \(time)")
  }
}
