/// The recordings in order of one class's score, sorted once so that each bootstrap replicate needs a single pass.
struct RankedScores: Sendable {
  /// Recordings by ascending score.
  private let order: [Int32]
  /// In that order: whether the recording is of the class.
  private let isPositive: [Bool]
  /// In that order: whether the next recording has a higher score.
  private let endsTie: [Bool]

  /// O(n log n).
  init(scores: [Double], isPositive: [Bool]) {
    // Ties in order of recording: the area does not depend on it, but the same bits everywhere are worth a comparison.
    let order = scores.indices.sorted { (scores[$0], $0) < (scores[$1], $1) }
    self.order = order.map { Int32($0) }
    self.isPositive = order.map { isPositive[$0] }
    endsTie = order.indices.map { $0 + 1 == order.count || scores[order[$0]] != scores[order[$0 + 1]] }
  }

  /// The area under the ROC curve where recording i counts `multiplicities[i]` times; nil without positives or without
  /// negatives. Mann and Whitney's U, ties at half, in whole numbers (2 U), so exact until the one division. O(n).
  func area(multiplicities: [Int32]) -> Double? {
    var negativesBelow: Int64 = 0
    var positives: Int64 = 0
    var tiedPositives: Int64 = 0
    var tiedNegatives: Int64 = 0
    var twiceU: Int64 = 0
    for rank in order.indices {
      let weight = Int64(multiplicities[Int(order[rank])])
      if isPositive[rank] { tiedPositives += weight } else { tiedNegatives += weight }
      guard endsTie[rank] else { continue }
      twiceU += tiedPositives * (2 * negativesBelow + tiedNegatives)
      positives += tiedPositives
      negativesBelow += tiedNegatives
      tiedPositives = 0
      tiedNegatives = 0
    }
    guard positives > 0, negativesBelow > 0 else { return nil }
    return Double(twiceU) / (2 * Double(positives) * Double(negativesBelow))
  }
}
