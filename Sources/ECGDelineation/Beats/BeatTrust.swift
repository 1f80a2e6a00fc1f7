/// Decides whether the most likely beats are believed.
///
/// The most likely row of beats exists in pure noise as well. There the odds of its beats are low, over many of them:
/// the mean odds over the beats around each one have to reach a bar. And the row as a whole has to look like heartbeats.
enum BeatTrust {
  /// Beats on either side that are averaged.
  private static let reach = 6
  /// What the mean of the log odds has to reach.
  static let bar = 0.4
  /// What ``BeatEvidence/logOdds(of:)`` has to reach: below 0, for a beat lost is worse than one invented.
  static let evidenceBar = -1.5
  /// What one of several leads can contribute.
  private static let evidenceLimits = (least: -6.0, most: 6.0)

  /// Those of `beats`, indexes of `candidates`, that are believed; O(beats).
  static func trusted(_ beats: [Int], odds: [Double], among candidates: [BeatCandidate]) -> [Int] {
    guard !beats.isEmpty else { return [] }
    // Held within limits, so that no single beat vouches for others.
    let held = beats.map { min(max(odds[$0], -4), 4) }
    return beats.indices.filter { index in
      let around = held[max(index - reach, 0)...min(index + reach, held.count - 1)]
      return around.reduce(0, +) / Double(around.count) >= bar
    }.map { beats[$0] }
  }

  /// Whether what was found in the leads of a recording is heartbeats. The better half of the leads says so, for bad
  /// leads are common; not the best one alone, for among many leads of noise one may look like beats by chance.
  static func areHeartbeats(in leads: [LeadSearch]) -> Bool {
    let (least, most) = evidenceLimits
    let evidence = leads.map { min(max(BeatEvidence.logOdds(of: $0) ?? least, least), most) }.sorted(by: >)
    let better = evidence.prefix((evidence.count + 1) / 2)
    return better.reduce(0, +) >= evidenceBar * Double(better.count)
  }
}
