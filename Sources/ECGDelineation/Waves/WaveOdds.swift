import Reproducibility

/// How likely each of a lead's candidates is the wave that is looked for: a network with one hidden layer scores them, and
/// what they have is shared out by the exponentials of their scores.
///
/// Its numbers are fitted on half of the recordings at hand, see `docs/delineation.md`.
struct WaveOdds: Sendable {
  /// Weights of the inputs, input after input: the weights of all hidden units lie side by side.
  let weights: [Double]
  /// What each hidden unit adds to its sum before its hyperbolic tangent is taken.
  let offsets: [Double]
  /// Weights of the hidden units.
  let outputs: [Double]
  /// Weights of the inputs in the score itself.
  let direct: [Double]
  /// The score of there being no such wave, where that may be.
  let none: Double?

  /// - Parameter weights: of the inputs, hidden unit after hidden unit.
  init(weights: [Double], offsets: [Double], outputs: [Double], direct: [Double], none: Double? = nil) {
    let (width, count) = (direct.count, offsets.count)
    precondition(weights.count == width * count && outputs.count == count)
    self.weights = (0..<width * count).map { weights[$0 % count * width + $0 / count] }
    self.offsets = offsets
    self.outputs = outputs
    self.direct = direct
    self.none = none
  }

  /// A score for each row of features; O(rows).
  func scores(_ features: FeatureTable) -> [Double] {
    precondition(direct.count == features.width)
    return (0..<features.count).map { row in
      let inputs = features.row(row)
      var score = 0.0
      for (weight, input) in zip(direct, inputs) { score += weight * input }
      var units = offsets
      weights.withUnsafeBufferPointer { weights in
        units.withUnsafeMutableBufferPointer { units in
          // All units take one input after the other: several at once, each in the same order as by itself.
          for (place, input) in inputs.enumerated() {
            let start = place * units.count
            for unit in 0..<units.count { units[unit] += weights[start + unit] * input }
          }
          for unit in 0..<units.count { units[unit] = Self.hyperbolicTangent(units[unit]) }
        }
      }
      for (output, unit) in zip(outputs, units) { score += output * unit }
      return score
    }
  }

  /// Lambert's continued fraction, cut after its seventh term, within 2e-4: several times faster than by exponentials.
  @inline(__always)
  static func hyperbolicTangent(_ x: Double) -> Double {
    let square = x * x
    let numerator = x * (135_135 + square * (17_325 + square * (378 + square)))
    let denominator = 135_135 + square * (62_370 + square * (3_150 + square * 28))
    return min(max(numerator / denominator, -1), 1)
  }

  /// The candidates with their shares, which sum to 1, or to how likely it is that there is such a wave.
  func rated(_ candidates: [WaveCandidate], _ features: FeatureTable) -> [WaveCandidate] {
    let scores = scores(features)
    guard let most = (scores + [none].compactMap { $0 }).max() else { return [] }
    let parts = scores.map { PortableMath.exp($0 - most) }
    let sum = parts.reduce(none.map { PortableMath.exp($0 - most) } ?? 0, +)
    return zip(candidates, parts).map { candidate, part in
      var candidate = candidate
      candidate.share = Float(part / sum)
      return candidate
    }
  }
}
