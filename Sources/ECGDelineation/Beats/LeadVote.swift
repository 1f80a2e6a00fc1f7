/// Beats that the leads of a recording agree on.
///
/// Each lead is searched by itself. At every moment the leads' odds are averaged, where a lead without a candidate
/// speaks against a beat; humps of that mean are candidates of the recording, and dynamic programming chooses among
/// them as in one lead.
struct LeadVote {
  /// The result.
  let detection: BeatDetection

  /// Log odds that one lead can contribute.
  private static let limits = (against: -4.0, inFavour: 6.0)
  /// Candidates of different leads belong together if they are about this close.
  private static let reachSeconds = 0.06

  init(_ leads: [[Float]], detector: BeatDetector) {
    guard let length = leads.map(\.count).min(), leads.count > 1 else {
      detection = leads.first.map { detector.beats(in: $0) } ?? BeatDetection(.tooShort(seconds: 0))
      return
    }
    let usable = leads.map {
      UsableSignal($0.count == length ? $0 : Array($0[..<length]), samplingFrequency: detector.samplingFrequency)
    }
    let good = usable.filter { $0.rejection == nil }
    guard !good.isEmpty else {
      detection = BeatDetection(usable.compactMap(\.rejection).first ?? .noise)
      return
    }
    let searched = good.map { LeadSearch($0, resampler: detector.resampler) }
    let votes = Self.candidates(of: searched)
    let own = searched.map { lead in lead.search.beats.map { lead.search.candidates.all[$0].position } }
    let intervals = own.compactMap(Self.medianInterval).sorted()
    let interval = intervals.isEmpty ? 0.8 * DetectionSignal.rate : intervals[intervals.count / 2]
    let chosen = BeatSearch.last.best(
      votes.candidates, odds: votes.odds, rhythm: [Double](repeating: interval, count: votes.candidates.count))
    let trusted = BeatTrust.trusted(chosen, odds: votes.odds, among: votes.candidates)
    guard !trusted.isEmpty, BeatTrust.areHeartbeats(in: searched) else {
      detection = BeatDetection(.noise)
      return
    }
    let peaks = zip(good, searched).map { signal, lead in
      RPeaks(
        signal: signal.bridged, shape: lead.bands.shape, resampler: detector.resampler,
        samplingFrequency: detector.samplingFrequency)
    }
    let reach = DetectionSignal.samples(Self.reachSeconds)
    let beats = trusted.map { votes.candidates[$0].position }
    var rPeaks: [Int] = []
    for beat in beats {
      // The middle one of the peaks in those leads that see the beat.
      var found: [Int] = []
      for (lead, positions) in own.enumerated() {
        guard let near = Self.nearest(positions, to: beat), abs(near - beat) <= 2 * reach else { continue }
        found.append(peaks[lead].peak(at: near))
      }
      found.sort()
      let sample = found.isEmpty ? detector.resampler.source(beat) : found[found.count / 2]
      if let last = rPeaks.last, sample - last < Int(BeatSequence.refractorySeconds * detector.samplingFrequency) {
        continue
      }
      rPeaks.append(sample)
    }
    detection = BeatDetection(rPeaks: rPeaks)
  }

  /// Humps of the leads' mean odds, as candidates without bands.
  private static func candidates(of leads: [LeadSearch]) -> (candidates: [BeatCandidate], odds: [Double]) {
    let count = leads.map(\.bands.strength.count).max() ?? 0
    let reach = DetectionSignal.samples(reachSeconds)
    var sum = [Double](repeating: 0, count: count)
    var best = [Double](repeating: 0, count: count)
    for lead in leads {
      for index in best.indices { best[index] = 0 }
      for (candidate, odds) in zip(lead.search.candidates.all, lead.search.odds) {
        let height = min(max(odds, limits.against), limits.inFavour) - limits.against
        for index in max(candidate.position - 2 * reach, 0)...min(candidate.position + 2 * reach, count - 1) {
          // Whole within half the reach, then falling.
          let distance = Double(abs(index - candidate.position)) / Double(reach)
          best[index] = max(best[index], height * min(1, 2 - distance))
        }
      }
      for index in sum.indices { sum[index] += best[index] }
    }
    var candidates: [BeatCandidate] = []
    var odds: [Double] = []
    var index = 0
    while index < count {
      // A hump may have a flat top.
      var end = index
      while end + 1 < count, sum[end + 1] == sum[index] { end += 1 }
      let middle = (index + end) / 2
      let around = max(index - reach, 0)...min(end + reach, count - 1)
      if sum[index] > 0, around.allSatisfy({ sum[$0] <= sum[index] }) {
        candidates.append(BeatCandidate(position: middle, strength: 0, low: 0, middle: 0, high: 0))
        odds.append(sum[index] / Double(leads.count) + limits.against)
      }
      index = end + 1
    }
    return (candidates, odds)
  }

  private static func medianInterval(_ positions: [Int]) -> Double? {
    let intervals = zip(positions, positions.dropFirst()).map { $1 - $0 }.sorted()
    return intervals.isEmpty ? nil : Double(intervals[intervals.count / 2])
  }

  /// By bisection; O(log positions).
  private static func nearest(_ positions: [Int], to target: Int) -> Int? {
    var (low, high) = (0, positions.count)
    while low < high {
      let middle = (low + high) / 2
      if positions[middle] < target { low = middle + 1 } else { high = middle }
    }
    return [low - 1, low].filter(positions.indices.contains).map { positions[$0] }
      .min { abs($0 - target) < abs($1 - target) }
  }
}
