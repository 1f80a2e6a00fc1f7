/// One true and one predicted number for each recording, in the target's unit.
public struct RegressionEvaluation: MetricEvaluation {
  /// Regression.
  public static let kind = Metric.Kind.regression
  /// `[recordings]`, finite.
  public let truth: [Double]
  /// `[recordings]`, finite.
  public let predictions: [Double]
  /// `[recordings]`: whose recording each is.
  public let patients: [String]

  /// Predictions beside the truth, in one order.
  ///
  /// - Throws: ``MetricError`` `inconsistent-predictions` where counts differ or are 0, or a number is not finite.
  public init(truth: [Double], predictions: [Double], patients: [String]) throws(MetricError) {
    guard !truth.isEmpty, truth.count == predictions.count, truth.count == patients.count else {
      throw MetricError(
        .inconsistentPredictions, at: .init("predictions"),
        found: "\(truth.count) truths, \(predictions.count) predictions, \(patients.count) patients",
        expected: "as many of each, at least one", advice: "Predict every recording of the evaluated partition once")
    }
    for index in truth.indices where !truth[index].isFinite || !predictions[index].isFinite {
      throw MetricError(
        .inconsistentPredictions, at: .init("predictions", .item("row \(index)")),
        found: "truth \(truth[index]), prediction \(predictions[index])", expected: "finite numbers",
        advice: "Leave out recordings without a target, and look for a diverged training")
    }
    self.truth = truth
    self.predictions = predictions
    self.patients = patients
  }

  /// See ``MetricEvaluation``. Sums run in the order of the recordings. O(recordings).
  public func value(of metric: Metric, multiplicities: [Int32]) -> Double? {
    var count = 0.0
    var sum = 0.0
    switch metric {
    case .mae:
      for index in truth.indices {
        count += Double(multiplicities[index])
        sum += Double(multiplicities[index]) * abs(truth[index] - predictions[index])
      }
      return sum / count
    case .rmse:
      for index in truth.indices {
        let error = truth[index] - predictions[index]
        count += Double(multiplicities[index])
        sum += Double(multiplicities[index]) * error * error
      }
      return (sum / count).squareRoot()
    case .r2:
      for index in truth.indices {
        count += Double(multiplicities[index])
        sum += Double(multiplicities[index]) * truth[index]
      }
      let mean = sum / count
      var unexplained = 0.0
      var total = 0.0
      for index in truth.indices {
        let weight = Double(multiplicities[index])
        let error = truth[index] - predictions[index]
        unexplained += weight * error * error
        total += weight * (truth[index] - mean) * (truth[index] - mean)
      }
      return total > 0 ? 1 - unexplained / total : nil
    default:
      return nil
    }
  }
}
