/// The waves of one beat in one lead, in grid samples from the beat's own place: single precision is fine enough for that,
/// though not for a day's place.
struct BeatWaves: Equatable {
  var p: Wave?
  var qrs: Wave?
  var t: Wave?
}

/// Finds the waves of all beats in all leads, all on the analysis grid.
struct RecordingWaves {
  /// Beat after beat of each lead.
  private(set) var leads: [[BeatWaves]]

  /// What stands for the RR interval of a recording with one beat, in grid samples: one second.
  private static let intervalOfOneBeat = 250

  private let beats: [Int]
  private let averages: [BeatAverages]
  private var finders: [WaveFinder]
  private var recentT = RecentSupport()
  /// How likely each beat has a P wave, as the mean of its leads.
  private var presenceOfP: [Float]

  /// The waves around `beats` in `signals`, one array for each lead, without missing samples. O(leads * beats).
  init(signals: [[Float]], beats: [Int]) {
    self.beats = beats
    var wavelet = SplineWavelet()
    averages = signals.map { signal in
      wavelet.transform(signal, upTo: 4)
      return BeatAverages(lead: signal, slope: wavelet[2], wideSlope: wavelet[4], beats: beats)
    }
    finders = signals.map { _ in WaveFinder() }
    leads = signals.map { _ in Array(repeating: BeatWaves(), count: beats.count) }
    presenceOfP = Array(repeating: 0, count: beats.count)
    var previousT: Int?
    for beat in beats.indices { previousT = findWaves(of: beat, previousT: previousT) }
    dropUnlockedP()
    dropUnlikelyP()
    separate()
  }

  /// Takes P waves away from beats that likely have none: of the beat itself and of those around it, as much as of each
  /// other, the odds are asked.
  private mutating func dropUnlikelyP() {
    for beat in beats.indices {
      let near = presenceOfP[around(beat, reach: FittedParameters.beatsForPSpread)]
      let presenceAround = near.reduce(0, +) / Float(near.count)
      guard (presenceOfP[beat] + presenceAround) / 2 < FittedParameters.leastPresenceOfP else { continue }
      for lead in leads.indices { leads[lead][beat].p = nil }
    }
  }

  /// Takes P waves away that come at another place in each beat: in atrial fibrillation the strongest fibrillatory wave
  /// would pass for one. Not with fewer than three leads, whose P waves in noise are as unsteady.
  private mutating func dropUnlockedP() {
    guard leads.count > 2 else { return }
    let reach = FittedParameters.beatsForPSpread
    let places = beats.indices.map { beat in median(leads.compactMap { $0[beat].p?.peak }) }
    let isUnlocked = beats.indices.map { beat in
      let near = around(beat, reach: reach).compactMap { places[$0] }
      guard near.count > reach, let middle = median(near), let spread = median(near.map { abs($0 - middle) }) else {
        return false
      }
      return spread > FittedParameters.largestPSpread
    }
    for beat in beats.indices where isUnlocked[beat] {
      for lead in leads.indices { leads[lead][beat].p = nil }
    }
  }

  /// Indexes of `beat` and of so many beats on either side of it as there are, `reach` at most.
  private func around(_ beat: Int, reach: Int) -> ClosedRange<Int> {
    max(0, beat - reach)...min(beats.count - 1, beat + reach)
  }

  /// Waves of one beat; gives the place of its T peak for the next one's P.
  private mutating func findWaves(of beat: Int, previousT: Int?) -> Int? {
    let complexes = findComplexes(of: beat)
    let onsets = complexes.compactMap { $0?.onset }.sorted()
    guard let onset = median(onsets), let offset = median(complexes.compactMap { $0?.offset }) else { return previousT }
    let features = features(of: beat, onset: onset, offset: offset)
    // P has to lie before the complex of most leads: of two, before both.
    findP(of: beat, complexes, features, before: onsets[onsets.count / 4], previousT: previousT)
    findT(of: beat, complexes, features)
    return median(leads.compactMap { $0[beat].t?.peak }).map { beats[beat] + Int($0.rounded()) } ?? previousT
  }

  // MARK: QRS

  private mutating func findComplexes(of beat: Int) -> [WaveFinder.Complex?] {
    let averages = averages.map { $0.average(of: beat) }
    var complexes = averages.indices.map { finders[$0].complex(in: averages[$0]) }
    for lead in leads.indices {
      if let complex = complexes[lead] { finders[lead].bridge(averages[lead], over: complex) }
    }
    // The complex is one event: where leads differ much, one of them has lost a flank in its noise.
    if leads.count > 2, let onset = median(complexes.compactMap { $0?.onset }),
      let offset = median(complexes.compactMap { $0?.offset })
    {
      for lead in leads.indices {
        guard var complex = complexes[lead] else { continue }
        complex.onset += FittedParameters.pullToMedian * (onset - complex.onset)
        complex.offset += FittedParameters.pullToMedian * (offset - complex.offset)
        complexes[lead] = complex
      }
    }
    for lead in leads.indices {
      guard let complex = complexes[lead] else { continue }
      let peak = finders[lead].peak(of: complex, in: averages[lead])
      leads[lead][beat].qrs = Wave(
        onset: complex.onset, peak: peak, offset: complex.offset, lastFlank: complex.last.time
      ).moved(
        by: -Float(BeatAverages.centre))
    }
    return complexes
  }

  // MARK: P and T

  private func features(of beat: Int, onset: Float, offset: Float) -> WaveFeatures {
    let before = beat > 0 ? beats[beat] - beats[beat - 1] : nil
    let behind = beat + 1 < beats.count ? beats[beat + 1] - beats[beat] : nil
    let usual = Self.intervalOfOneBeat
    return WaveFeatures(
      onset: onset, offset: offset, before: Float(before ?? behind ?? usual), behind: Float(behind ?? before ?? usual),
      irregularity: irregularity(around: beat))
  }

  /// Mean difference of successive RR intervals over their mean, of the intervals around `beat`; 0 where there are too few.
  private func irregularity(around beat: Int) -> Float {
    let near = beats[around(beat, reach: FittedParameters.beatsForIrregularity)]
    let intervals = zip(near.dropFirst(), near).map { Float($0 - $1) }
    guard intervals.count > 2 else { return 0 }
    let differences = zip(intervals.dropFirst(), intervals).map { abs($0 - $1) }
    let mean = intervals.reduce(0, +) / Float(intervals.count)
    return differences.reduce(0, +) / Float(differences.count) / max(mean, 1)
  }

  private mutating func findP(
    of beat: Int, _ complexes: [WaveFinder.Complex?], _ features: WaveFeatures, before onset: Float, previousT: Int?
  ) {
    let centre = BeatAverages.centre
    var earliest = Float(centre - 110)
    if let previousT { earliest = max(earliest, Float(centre + previousT - beats[beat]) + FittedParameters.leastTToP) }
    if beat > 0 { earliest = max(earliest, Float(centre) - 0.7 * Float(beats[beat] - beats[beat - 1])) }
    let (low, high) = (Int(earliest), Int(onset) - 3)
    guard high > low else { return }
    let candidates = candidates(complexes) { finder, complex in
      let found = finder.candidates(
        peaks: low..<high, flanks: low..<Int(onset), of: complex, shape: FittedParameters.p)
      return FittedWaveOdds.p.rated(found, features.ofP(found, complex: complex, earliest: low))
    }
    let present = candidates.map { $0.reduce(0) { $0 + $1.share } }
    presenceOfP[beat] = present.reduce(0, +) / Float(max(complexes.count { $0 != nil }, 1))
    let agreement = LeadAgreement(width: FittedParameters.agreement.p)
    let waves = waves(
      candidates, at: agreement.place(of: candidates, after: nil), agreement, limits: low - 5...Int(onset),
      FittedParameters.p)
    for lead in leads.indices { leads[lead][beat].p = waves[lead]?.moved(by: -Float(centre)) }
  }

  private mutating func findT(
    of beat: Int, _ complexes: [WaveFinder.Complex?], _ features: WaveFeatures
  ) {
    let centre = BeatAverages.centre
    let behind = Int(features.behind)
    let low = Int(features.offset) + 10
    let high = centre + min(150, behind * 3 / 4, behind - 25)
    guard high > low else { return }
    let end = centre + behind - 20
    let candidates = candidates(complexes) { finder, complex in
      let found = finder.candidates(
        peaks: low..<high, flanks: low - 8..<min(high + 30, end), of: complex, shape: FittedParameters.t)
      return FittedWaveOdds.t.rated(found, features.ofT(found, complex: complex))
    }
    let agreement = LeadAgreement(
      width: FittedParameters.agreement.t,
      choiceWidth: leads.count > 2 ? nil : FittedParameters.choiceOfTInFewLeads)
    let place = agreement.place(of: candidates, after: recentT)
    recentT.add(candidates, agreement)
    let waves = waves(
      candidates, at: place, agreement, limits: low - 8...max(min(high + 45, end), low), FittedParameters.t)
    for lead in leads.indices { leads[lead][beat].t = waves[lead]?.moved(by: -Float(centre)) }
  }

  /// Each lead's candidates, none in a lead without a complex.
  private func candidates(
    _ complexes: [WaveFinder.Complex?], find: (WaveFinder, WaveFinder.Complex) -> [WaveCandidate]
  ) -> [[WaveCandidate]] {
    leads.indices.map { lead in complexes[lead].map { find(finders[lead], $0) } ?? [] }
  }

  /// The leads' waves at the place that they agree on.
  private func waves(
    _ candidates: [[WaveCandidate]], at place: Float?, _ agreement: LeadAgreement, limits: ClosedRange<Int>,
    _ shape: WaveShapeParameters
  ) -> [Wave?] {
    guard let place else { return leads.map { _ in nil } }
    let own = leads.indices.map { lead in
      agreement.choice(among: candidates[lead], near: place).map {
        finders[lead].wave($0, shape: shape, limits: limits)
      }
    }
    guard leads.count > 2 else { return own }
    return Wave.pulled(own, boundaries: shape.pullOfBoundaries, peaks: shape.pullOfPeaks)
  }

  /// A T wave ends where the next P wave begins, at the latest.
  private mutating func separate() {
    for lead in leads.indices {
      for beat in leads[lead].indices.dropLast() {
        guard let t = leads[lead][beat].t, let p = leads[lead][beat + 1].p else { continue }
        let end = Float(beats[beat + 1] - beats[beat]) + p.onset
        if end > t.peak { leads[lead][beat].t?.offset = min(t.offset, end) }
      }
    }
  }
}
