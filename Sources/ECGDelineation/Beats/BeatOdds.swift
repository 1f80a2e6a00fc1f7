/// Log odds that a candidate is a beat: a network with one hidden layer of rectified sums.
///
/// Log odds of 0 say as likely as not, 3 say 20 to 1. Its numbers are fitted on half of the recordings at hand, see
/// `docs/delineation.md`.
struct BeatOdds: Sendable {
  /// Weights of the inputs, hidden unit after hidden unit.
  let weights: [Double]
  /// What each hidden unit adds to its sum.
  let offsets: [Double]
  /// Weights of the hidden units.
  let outputs: [Double]
  /// What is added to the output's sum.
  let offset: Double

  /// The odds of each row of features; O(rows).
  func odds(of features: FeatureTable) -> [Double] {
    let width = features.width
    precondition(weights.count == width * offsets.count && outputs.count == offsets.count)
    return (0..<features.count).map { row in
      var sum = offset
      for unit in offsets.indices {
        var activation = offsets[unit]
        for column in 0..<width {
          activation += weights[unit * width + column] * features.values[row * width + column]
        }
        if activation > 0 { sum += outputs[unit] * activation }
      }
      return sum
    }
  }
}

/// Features of candidates, row after row.
struct FeatureTable {
  let width: Int
  var values: [Double] = []

  var count: Int { values.count / width }

  /// The features of candidate `row`.
  func row(_ row: Int) -> ArraySlice<Double> { values[row * width..<(row + 1) * width] }
}
