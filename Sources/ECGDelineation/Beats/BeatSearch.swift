/// The search for beats in one lead, before it is decided whether they are believed.
struct BeatSearch {
  /// The humps that were looked at.
  let candidates: BeatCandidates
  /// Log odds of each.
  let odds: [Double]
  /// Indexes of the chosen ones, in order.
  let beats: [Int]

  /// Cost of a missing beat in the three passes.
  static let missingCosts = (unknownRhythm: 3.0, first: 4.0, second: 3.0)
  /// The last pass.
  static let last = BeatSequence(missingCost: missingCosts.second, priorOdds: 2.0)

  /// Two passes: beats from what stands out, then from what resembles those beats. O(samples).
  init(_ bands: QRSBands, isUsable: [Bool], odds network: (first: BeatOdds, second: BeatOdds)) {
    candidates = BeatCandidates(bands, isUsable: isUsable)
    let features = Self.secondFeatures(of: candidates, odds: network.first)
    odds = network.second.odds(of: features.table)
    beats = Self.last.best(candidates.all, odds: odds, rhythm: features.rhythm)
  }

  /// The features of the second pass and the rhythm that the first one found.
  static func secondFeatures(
    of candidates: BeatCandidates, odds network: BeatOdds
  ) -> (table: FeatureTable, rhythm: [Double]) {
    let first = CandidateFeatures.first(of: candidates)
    let odds = network.odds(of: first)
    let all = candidates.all
    var beats = BeatSequence(missingCost: missingCosts.unknownRhythm).best(
      all, odds: odds, rhythm: BeatSequence.unknownRhythm(of: all))
    var rhythm = BeatSequence.rhythm(of: beats, among: all)
    beats = BeatSequence(missingCost: missingCosts.first).best(all, odds: odds, rhythm: rhythm)
    rhythm = BeatSequence.rhythm(of: beats, among: all)
    return (CandidateFeatures.second(of: candidates, first: first, beats: beats, rhythm: rhythm), rhythm)
  }
}
