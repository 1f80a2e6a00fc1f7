import Reproducibility

/// A beat's place in the rhythm.
struct TimedBeat: Sendable {
  var rPeak: Double
  var kind: SyntheticBeat.Kind
}

/// Which beats of a sinus rhythm come early.
enum PrematureBeats {
  /// The rhythm of `peaks` (R peaks in s, ascending) with premature beats among those within `span`: at least one, and at
  /// strength 1 every third to fifth.
  ///
  /// `coupling` is the shortest time in s from R peak to premature R peak: T of the beat before has to end first. An
  /// atrial beat resets the sinus node, so that the pause behind it is a normal interval or little more; a ventricular
  /// one does not, so that the sinus rhythm goes on in step behind it.
  static func timeline(
    of peaks: [Double], kind: SyntheticBeat.Kind, within span: ClosedRange<Double>, strength: Double, coupling: Double,
    using stream: inout RandomStream
  ) -> [TimedBeat] {
    var beats = peaks.map { TimedBeat(rPeak: $0, kind: .normal) }
    let candidates = beats.indices.filter { $0 > 0 && $0 + 1 < beats.count && span.contains(beats[$0].rPeak) }
    guard !candidates.isEmpty, strength > 0 else { return beats }
    func gap(_ stream: inout RandomStream) -> Int {
      3 + Int(6 * (1 - strength)) + stream.integer(below: 3)
    }
    let first = gap(&stream)
    var next = stream.integer(below: min(first, candidates.count))
    while next < candidates.count {
      let index = candidates[next]
      let interval = beats[index].rPeak - beats[index - 1].rPeak
      let early = min(max(coupling, stream.uniform(in: 0.58...0.74) * interval), 0.79 * interval)
      beats[index] = TimedBeat(rPeak: beats[index - 1].rPeak + early, kind: kind)
      if kind == .atrialPremature {
        let shift = early - interval + stream.uniform(in: 0...0.08) * interval
        for later in beats.indices.dropFirst(index + 1) { beats[later].rPeak += shift }
      }
      next += gap(&stream)
    }
    return beats
  }
}
