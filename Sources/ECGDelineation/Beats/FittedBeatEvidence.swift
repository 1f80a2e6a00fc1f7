/// The numbers of ``BeatEvidence``; `docs/beats.md` says what they are fitted on.
enum FittedBeatEvidence {
  /// A weight for each of its features.
  static let weights = [
    1.279, 3.054, 1.434, -5.24, -1.717, 4.727, -1.867,
    32.11, 2.941, 0.6352, 1.07, -2.495, -4.383, 0.831,
  ]
  /// What is added to their sum.
  static let offset = -6.326
}
