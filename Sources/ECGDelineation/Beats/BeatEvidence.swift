import Reproducibility

/// Whether what was found in a lead is heartbeats at all, from all that was found in it.
///
/// The odds of ``BeatSearch`` say how a candidate stands out of what is around it. The swings of a loose electrode stand
/// out as well, but they do not repeat: heartbeats of one lead look alike, over the QRS complex and with what follows
/// it, in one shape or in a few; they are of like height, come at like intervals and have few humps between them.
/// `docs/beats.md` has what the weights are fitted on.
enum BeatEvidence {
  /// Beats on either side whose features are averaged, as in ``BeatTrust``.
  private static let reach = 6
  /// Beats on either side that a beat's shape is compared with: enough for a bigeminy to have its like among them.
  private static let likenessReach = 4
  /// Samples before and behind a beat's middle that are compared: the QRS complex, and with P and T wave.
  private static let narrow = (before: DetectionSignal.samples(0.096), after: DetectionSignal.samples(0.096))
  private static let wide = (before: DetectionSignal.samples(0.2), after: DetectionSignal.samples(0.4))
  /// Samples by which two beats are shifted against each other to make them alike.
  private static let slack = 2
  /// Columns of ``features(of:)``.
  static let width = 14

  /// The log odds that the row is of heartbeats: what a quarter of the neighbourhoods reach, so that noise in parts of a
  /// recording does not speak against all of it; nil without beats. O(beats).
  static func logOdds(of lead: LeadSearch) -> Double? {
    let table = features(of: lead)
    guard table.count > 0 else { return nil }
    var odds = (0..<table.count).map { row in
      var sum = FittedBeatEvidence.offset
      for (weight, feature) in zip(FittedBeatEvidence.weights, table.row(row)) { sum += weight * feature }
      return sum
    }
    odds.sort()
    return odds[odds.count * 3 / 4]
  }

  /// Features of each beat, averaged over the beats around it; O(beats).
  static func features(of lead: LeadSearch) -> FeatureTable {
    let own = ownFeatures(of: lead)
    var table = FeatureTable(width: width)
    table.values.reserveCapacity(own.values.count)
    for beat in 0..<own.count {
      let around = max(beat - reach, 0)...min(beat + reach, own.count - 1)
      for column in 0..<width {
        var sum = 0.0
        for row in around { sum += own.values[row * width + column] }
        table.values.append(sum / Double(around.count))
      }
    }
    return table
  }

  private static func ownFeatures(of lead: LeadSearch) -> FeatureTable {
    let (all, beats) = (lead.search.candidates.all, lead.search.beats)
    let levels = lead.search.candidates.levels
    let likenesses = likenesses(of: beats.map { all[$0].position }, in: lead.bands.shape)
    var table = FeatureTable(width: width)
    table.values.reserveCapacity(beats.count * width)
    for (index, beat) in beats.enumerated() {
      let candidate = all[beat]
      table.values.append(min(max(lead.search.odds[beat], -2), 8))
      let (narrow, wide) = likenesses[index]
      table.values += [rank(0, of: narrow), rank(1, of: narrow), rank(narrow.count / 2, of: narrow)]
      table.values += [rank(1, of: wide), rank(wide.count / 2, of: wide)]
      let around = beats[max(index - reach, 0)...min(index + reach, beats.count - 1)]
      let strengths = around.map { all[$0].strength }.sorted()
      let sharpness = around.map { all[$0].sharpness }.sorted()
      table.values.append(distance(candidate.strength, strengths[strengths.count / 2], atMost: 2))
      // Swings of an electrode are all equally blunt.
      table.values.append(distance(candidate.sharpness, sharpness[sharpness.count / 2], atMost: 2))
      table.values.append(CandidateFeatures.octaves(candidate.middle, candidate.low))
      let position = candidate.position
      table.values.append(
        CandidateFeatures.octaves(candidate.strength, levels.strengthFloor(at: position), in: -6...6))
      table.values.append(CandidateFeatures.octaves(candidate.high, levels.highFloor(at: position), in: -6...6))
      table.values.append(unsteadiness(at: index, of: beats, among: all))
      let between = all[(beat + 1)..<(index + 1 < beats.count ? beats[index + 1] : all.count)]
      table.values.append(CandidateFeatures.octaves(Float(between.count + 1), 1, in: 0...8))
      table.values.append(CandidateFeatures.octaves(between.map(\.strength).max() ?? 0, candidate.strength))
    }
    return table
  }

  /// Octaves between two values, whichever is higher.
  private static func distance(_ value: Float, _ usual: Float, atMost limit: Double) -> Double {
    abs(CandidateFeatures.octaves(value, usual, in: -limit...limit))
  }

  /// Octaves between the intervals before and behind a beat.
  private static func unsteadiness(at index: Int, of beats: [Int], among all: [BeatCandidate]) -> Double {
    guard index > 0, index + 1 < beats.count else { return 0 }
    let before = all[beats[index]].position - all[beats[index - 1]].position
    let behind = all[beats[index + 1]].position - all[beats[index]].position
    return distance(Float(behind), Float(before), atMost: 1.5)
  }

  /// Correlations of each beat with those around it, highest first. Each pair is compared once.
  private static func likenesses(of positions: [Int], in shape: [Float]) -> [(narrow: [Double], wide: [Double])] {
    var likenesses = [(narrow: [Double], wide: [Double])](repeating: ([], []), count: positions.count)
    for first in positions.indices {
      for second in positions.indices[first...].dropFirst().prefix(likenessReach) {
        let near = correlation(shape, positions[first], positions[second], narrow)
        let far = correlation(shape, positions[first], positions[second], wide)
        for beat in [first, second] {
          likenesses[beat].narrow.append(near)
          likenesses[beat].wide.append(far)
        }
      }
    }
    return likenesses.map { ($0.narrow.sorted(by: >), $0.wide.sorted(by: >)) }
  }

  /// The correlation of two stretches of `shape`, the highest over small shifts; 0 where too little is left of them
  /// beside the ends of the recording.
  private static func correlation(
    _ shape: [Float], _ first: Int, _ second: Int, _ reach: (before: Int, after: Int)
  ) -> Double {
    let low = max(-reach.before, -first, -second)
    let high = min(reach.after, shape.count - 1 - first, shape.count - 1 - second)
    guard high - low > 10 else { return 0 }
    let count = Float(high - low + 1)
    var best: Float = -1
    shape.withUnsafeBufferPointer { shape in
      for lag in -slack...slack where second + lag + low >= 0 && second + lag + high < shape.count {
        var (sum, squares, otherSum, otherSquares, products): (Float, Float, Float, Float, Float) = (0, 0, 0, 0, 0)
        for tap in low...high {
          let (value, other) = (shape[first + tap], shape[second + lag + tap])
          sum += value
          squares += value * value
          otherSum += other
          otherSquares += other * other
          products += value * other
        }
        let scale = (squares - sum * sum / count) * (otherSquares - otherSum * otherSum / count)
        if scale > 0 { best = max(best, (products - sum * otherSum / count) / scale.squareRoot()) }
      }
    }
    return Double(best)
  }

  /// The information, in bits, that a beat has about the one like it that is `rank`-th among `likenesses`: a
  /// correlation of 0.99 says much more than one of 0.9.
  private static func rank(_ rank: Int, of likenesses: [Double]) -> Double {
    guard !likenesses.isEmpty else { return 0 }
    let likeness = min(max(likenesses[min(rank, likenesses.count - 1)], 0), 0.998)
    return -0.721_347_520_444_481_7 * PortableMath.log(1 - likeness * likeness)
  }
}
