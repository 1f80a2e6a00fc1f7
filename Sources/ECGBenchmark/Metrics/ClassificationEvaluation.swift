/// One true class for each recording beside a score for every class; the highest score is the predicted class.
public struct ClassificationEvaluation: MetricEvaluation {
  /// Classification.
  public static let kind = Metric.Kind.classification
  /// `[recordings]`: indexes into ``classes``.
  public let truth: [Int]
  /// Names, in the order of the scores' columns.
  public let classes: [String]
  /// `[recordings]`: whose recording each is.
  public let patients: [String]
  /// `[recordings]`: the class with the highest score, the first of equals.
  public let predicted: [Int]
  /// The area under each class's one-vs-rest ROC curve, in the order of ``classes``; nil for a class without positives
  /// or without negatives.
  public let areas: [Double?]
  private let ranked: [RankedScores]

  /// Scores `[recordings][classes]` beside the truth, in one order. Scores need only rank recordings within a class
  /// for the area, and classes within a recording for the rest: probabilities and logits both do.
  ///
  /// - Throws: ``MetricError`` `inconsistent-predictions` where counts differ or are 0, a truth is no class, a class
  ///   stands twice, or a score is NaN. O(classes * n log n).
  public init(truth: [Int], scores: [[Double]], classes: [String], patients: [String]) throws(MetricError) {
    guard !truth.isEmpty, truth.count == scores.count, truth.count == patients.count else {
      throw Self.inconsistent(
        found: "\(truth.count) truths, \(scores.count) rows of scores, \(patients.count) patients",
        expected: "as many of each, at least one")
    }
    guard classes.count > 1, Set(classes).count == classes.count else {
      throw Self.inconsistent(found: "classes \(classes)", expected: "two or more, none twice")
    }
    for index in truth.indices {
      guard classes.indices.contains(truth[index]) else {
        throw Self.inconsistent(
          row: index, found: "class \(truth[index])", expected: "0 to \(classes.count - 1)")
      }
      guard scores[index].count == classes.count, !scores[index].contains(where: \.isNaN) else {
        throw Self.inconsistent(
          row: index, found: "scores \(scores[index])", expected: "\(classes.count) scores, none NaN")
      }
    }
    self.truth = truth
    self.classes = classes
    self.patients = patients
    predicted = scores.map { row in
      row.indices.reduce(0) { best, index in row[index] > row[best] ? index : best }
    }
    let ranked = classes.indices.map { index in
      RankedScores(scores: scores.map { $0[index] }, isPositive: truth.map { $0 == index })
    }
    self.ranked = ranked
    let once = [Int32](repeating: 1, count: truth.count)
    areas = ranked.map { $0.area(multiplicities: once) }
  }

  private static func inconsistent(row: Int? = nil, found: String, expected: String) -> MetricError {
    MetricError(
      .inconsistentPredictions,
      at: row.map { .init("predictions", .item("row \($0)")) } ?? .init("predictions"), found: found,
      expected: expected, advice: "Predict every recording of the evaluated partition once, every class in its column")
  }

  /// Names of the classes that `macro_auc` leaves out: those without a positive or without a negative recording.
  public var classesLeftOut: [String] {
    zip(classes, areas).filter { $1 == nil }.map(\.0)
  }

  /// See ``MetricEvaluation``. `macro_auc` is the mean over the classes that all recordings together define; a
  /// replicate in which one of these lacks positives or negatives leaves it undefined, rather than change the mean's
  /// meaning.
  public func value(of metric: Metric, multiplicities: [Int32]) -> Double? {
    switch metric {
    case .macroAUC: macroArea(multiplicities: multiplicities)
    case .accuracy: accuracy(multiplicities: multiplicities)
    case .macroF1: macroF1(multiplicities: multiplicities)
    default: nil
    }
  }

  private func macroArea(multiplicities: [Int32]) -> Double? {
    var sum = 0.0
    var count = 0.0
    for index in classes.indices where areas[index] != nil {
      guard let area = ranked[index].area(multiplicities: multiplicities) else { return nil }
      sum += area
      count += 1
    }
    return count > 0 ? sum / count : nil
  }

  private func accuracy(multiplicities: [Int32]) -> Double {
    var right: Int64 = 0
    var all: Int64 = 0
    for index in truth.indices {
      all += Int64(multiplicities[index])
      if truth[index] == predicted[index] { right += Int64(multiplicities[index]) }
    }
    return Double(right) / Double(all)
  }

  private func macroF1(multiplicities: [Int32]) -> Double? {
    var truePositives = [Int64](repeating: 0, count: classes.count)
    // TP + FN and TP + FP, whose sum is F1's denominator.
    var inTruth = truePositives
    var inPrediction = truePositives
    for index in truth.indices {
      let weight = Int64(multiplicities[index])
      inTruth[truth[index]] += weight
      inPrediction[predicted[index]] += weight
      if truth[index] == predicted[index] { truePositives[truth[index]] += weight }
    }
    var sum = 0.0
    var present = 0.0
    for index in classes.indices where inTruth[index] + inPrediction[index] > 0 {
      sum += Double(2 * truePositives[index]) / Double(inTruth[index] + inPrediction[index])
      present += 1
    }
    return present > 0 ? sum / present : nil
  }
}
