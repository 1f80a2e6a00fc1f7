/// A figure of merit by the name under which results and leaderboards carry it.
///
/// ``all`` is the whole list. A metric is added by one line there and one case in the evaluation that computes it.
public struct Metric: Sendable, Hashable {
  /// What a metric is computed from.
  public enum Kind: String, Sendable, Codable {
    /// One true and one predicted number for each recording: ``RegressionEvaluation``.
    case regression
    /// One true class and one score for each class and recording: ``ClassificationEvaluation``.
    case classification
  }

  /// In snake case: the key in `result.json` and in task files.
  public let name: String
  /// As it stands in table heads.
  public let title: String
  /// What it is computed from.
  public let kind: Kind
  /// Whether a larger value is a better one.
  public let higherIsBetter: Bool
  /// `target` where the value has the target's own unit (bpm, ms), else empty.
  public let unit: String
  /// Formula and source, in one sentence.
  public let definition: String
}

extension Metric {
  /// Mean absolute error: sum |y - p| / n, in the target's unit.
  public static let mae = Metric(
    name: "mae", title: "MAE", kind: .regression, higherIsBetter: false, unit: "target",
    definition: "Mean over recordings of |truth - prediction|")

  /// Root mean square error: (sum (y - p)^2 / n)^(1/2), in the target's unit.
  public static let rmse = Metric(
    name: "rmse", title: "RMSE", kind: .regression, higherIsBetter: false, unit: "target",
    definition: "Square root of the mean over recordings of (truth - prediction)^2")

  /// Coefficient of determination: 1 - sum (y - p)^2 / sum (y - mean y)^2; undefined where all truths are equal.
  public static let r2 = Metric(
    name: "r2", title: "R2", kind: .regression, higherIsBetter: true, unit: "",
    definition: "1 - sum (truth - prediction)^2 / sum (truth - mean truth)^2; undefined where all truths are equal")

  /// Mean over classes of the one-vs-rest area under the ROC curve, by the rank statistic (J. A. Hanley, B. J. McNeil,
  /// *The meaning and use of the area under a receiver operating characteristic curve*, Radiology 143:29-36, 1982):
  /// the share of pairs (positive, negative) in which the positive scores higher, ties counting half. Classes without
  /// a positive or without a negative recording are left out and named in
  /// ``ClassificationEvaluation/classesLeftOut``.
  public static let macroAUC = Metric(
    name: "macro_auc", title: "macro AUC", kind: .classification, higherIsBetter: true, unit: "",
    definition: "Mean over classes of the one-vs-rest area under the ROC curve (rank statistic, ties at half); "
      + "classes without positives or without negatives are left out")

  /// Share of recordings whose highest-scored class is the true one; of equal scores the first class counts.
  public static let accuracy = Metric(
    name: "accuracy", title: "accuracy", kind: .classification, higherIsBetter: true, unit: "",
    definition: "Share of recordings whose highest-scored class (the first of equals) is the true one")

  /// Mean over classes of F1 = 2 TP / (2 TP + FP + FN), over the classes present in truth or prediction, as
  /// scikit-learn's `f1_score(average="macro")` has it. A class without a true positive has F1 = 0; one that is
  /// absent from both is left out, so no division by zero arises.
  public static let macroF1 = Metric(
    name: "macro_f1", title: "macro F1", kind: .classification, higherIsBetter: true, unit: "",
    definition: "Mean of 2 TP / (2 TP + FP + FN) over the classes present in truth or prediction")

  /// Every metric, regression first, in the order in which tables show them.
  public static let all: [Metric] = [.mae, .rmse, .r2, .macroAUC, .accuracy, .macroF1]

  /// The metric called `name`.
  ///
  /// - Throws: ``MetricError`` `unknown-metric`, naming those there are.
  public static func named(_ name: String) throws(MetricError) -> Metric {
    if let metric = all.first(where: { $0.name == name }) { return metric }
    throw MetricError(
      .unknownMetric, at: .init("metrics", .item(name)), found: "no metric of that name",
      expected: "one of " + all.map(\.name).joined(separator: ", "), advice: "Correct the name in the task file")
  }
}
