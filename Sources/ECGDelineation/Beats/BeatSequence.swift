import Reproducibility

/// The most likely row of beats among candidates, by dynamic programming over the whole recording.
///
/// A row is worth the sum of its candidates' log odds, less what its intervals cost: beats that are missing in long ones
/// and beats that come too soon. That does the work of a refractory period, of searching back with a lower threshold
/// and of telling T waves from beats, without an order in which these are done.
struct BeatSequence {
  /// No two beats are nearer.
  static let refractorySeconds = 0.2
  /// Beats nearer than this cost something: up to ``earlyCost`` as they come to nothing.
  private static let earlySeconds = 0.36
  private static let earlyCost = 4.0
  /// What leaving out all candidates before one costs, at most: as much as beats that are missing since the start.
  private static let restartCost = 3.0
  /// Beats missing in an interval, at most, that are counted.
  private static let mostMissing = 8.0
  /// Chosen candidates looked back to: with the refractory period, no fewer than the last four seconds.
  private static let lookBack = 40

  /// Cost of each beat that an interval has room for.
  let missingCost: Double
  /// What is added to the log odds of every candidate: the networks are fitted on more noise than recordings have.
  var priorOdds = 0.0

  /// Indexes of the chosen among `candidates`, in order; O(candidates).
  ///
  /// - Parameters:
  ///   - odds: log odds of each candidate.
  ///   - rhythm: the usual interval at each candidate, in samples.
  func best(_ candidates: [BeatCandidate], odds: [Double], rhythm: [Double]) -> [Int] {
    guard !candidates.isEmpty else { return [] }
    let refractory = DetectionSignal.samples(Self.refractorySeconds)
    let early = Self.earlySeconds * DetectionSignal.rate
    var worth = [Double](repeating: 0, count: candidates.count)
    var previous = [Int](repeating: -1, count: candidates.count)
    var last = 0
    for index in candidates.indices {
      let missing = missingCost * max(Double(candidates[index].position) / rhythm[index] - 1, 0)
      var best = index == 0 ? 0 : -min(missing, Self.restartCost)
      var other = index - 1
      let end = max(index - Self.lookBack, 0)
      while other >= end {
        let distance = candidates[index].position - candidates[other].position
        if distance >= refractory {
          var value = worth[other]
          value -= missingCost * min(max(Double(distance) / rhythm[index] - 1, 0), Self.mostMissing)
          if Double(distance) < early { value -= Self.earlyCost * (early - Double(distance)) / early }
          if value > best { (best, previous[index]) = (value, other) }
        }
        other -= 1
      }
      worth[index] = best + odds[index] + priorOdds
      if worth[index] > worth[last] { last = index }
    }
    guard worth[last] > 0 else { return [] }
    var chosen: [Int] = []
    while last >= 0 {
      chosen.append(last)
      last = previous[last]
    }
    return chosen.reversed()
  }

  /// The usual interval at each candidate, in samples: the median of those between beats nearby; O(candidates).
  static func rhythm(of beats: [Int], among candidates: [BeatCandidate]) -> [Double] {
    let intervals = zip(beats, beats.dropFirst()).map { candidates[$1].position - candidates[$0].position }
    guard !intervals.isEmpty else { return unknownRhythm(of: candidates) }
    let reach = 5
    var next = 0
    return candidates.indices.map { index in
      while next < beats.count, beats[next] < index { next += 1 }
      let low = max(min(next - reach, intervals.count - 1), 0)
      let high = min(max(next + reach - 1, low + 1), intervals.count)
      let around = intervals[low..<high].sorted()
      return Double(min(max(around[around.count / 2], DetectionSignal.samples(0.25)), DetectionSignal.samples(2)))
    }
  }

  /// 75 beats per minute, until something is known.
  static func unknownRhythm(of candidates: [BeatCandidate]) -> [Double] {
    [Double](repeating: 0.8 * DetectionSignal.rate, count: candidates.count)
  }
}
