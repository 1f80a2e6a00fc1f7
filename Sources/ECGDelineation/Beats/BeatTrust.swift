/// Decides whether the most likely beats are believed.
///
/// The most likely row of beats exists in pure noise as well. There the odds of its beats are low, over many of them:
/// the mean odds over the beats around each one have to reach a bar.
enum BeatTrust {
  /// Beats on either side that are averaged.
  private static let reach = 6
  /// What the mean of the log odds has to reach.
  static let bar = 0.4

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
}
