import Reproducibility

/// What the candidates of one lead for the P or the T wave of one beat show: the inputs of ``WaveOdds``.
///
/// Lengths are in grid samples of 4 ms, amplitudes relative to others of the lead, and all numbers of the order of 1.
struct WaveFeatures {
  /// Where the QRS complex begins and ends, as the median of the leads, in grid samples of the average.
  let onset: Float
  let offset: Float
  /// RR intervals before and behind the beat; where there is none, that on the other side.
  let before: Float
  let behind: Float
  /// How much the RR intervals around differ from one to the next, as a share of their mean: large in atrial
  /// fibrillation.
  let irregularity: Float

  static let ofP = 17
  static let ofT = 19

  /// For P waves no earlier than `earliest`.
  func ofP(_ candidates: [WaveCandidate], complex: WaveFinder.Complex, earliest: Int) -> FeatureTable {
    let strongest = candidates.reduce(0) { max($0, $1.strength) }
    let prominence = Float(Self.logarithm(strongest, over: complex.steepest))
    return table(Self.ofP, candidates, complex) { candidate in
      let distance = onset - candidate.peak
      return [
        distance / 40, (before - distance) / 100, (candidate.peak - Float(earliest)) / 50,
        (candidate.last.time - candidate.first.time) / 25, candidate.sameSign, (offset - onset) / 30,
        min(before, 400) / 250, candidate.sign, (onset - candidate.last.time) / 30, irregularity, prominence,
      ]
    }
  }

  /// For T waves.
  func ofT(_ candidates: [WaveCandidate], complex: WaveFinder.Complex) -> FeatureTable {
    let centre = Float(BeatAverages.centre)
    let interval = min(before, behind)
    var greatest: Float = 0
    for candidate in candidates { greatest = max(greatest, abs(candidate.rise)) }
    return table(Self.ofT, candidates, complex) { candidate in
      let delay = candidate.peak - centre
      return [
        abs(candidate.rise) / max(greatest, 1e-6), (candidate.peak - offset) / 50, delay / 60,
        3 * delay / (interval * 250).squareRoot(), (behind - delay) / 100,
        (candidate.last.time - candidate.first.time) / 40, candidate.sameSign, (offset - onset) / 30,
        min(interval, 400) / 250, candidate.sign, candidate.sign * Self.sign(complex.first.value),
        candidate.sign * Self.sign(complex.last.value), (candidate.first.time - offset) / 30,
      ]
    }
  }

  /// What P and T have in common, then `others`: strength and height beside the lead's strongest and highest candidate,
  /// strength beside the neighbours' and beside the QRS complex.
  private func table(
    _ width: Int, _ candidates: [WaveCandidate], _ complex: WaveFinder.Complex,
    others: (WaveCandidate) -> [Float]
  ) -> FeatureTable {
    var (strongest, highest): (Float, Float) = (0, 0)
    for candidate in candidates {
      strongest = max(strongest, candidate.strength)
      highest = max(highest, candidate.height)
    }
    var table = FeatureTable(width: width)
    for (index, candidate) in candidates.enumerated() {
      let strength = Self.logarithm(candidate.strength, over: strongest)
      let previous = index > 0 ? candidates[index - 1].strength : 0
      let next = index + 1 < candidates.count ? candidates[index + 1].strength : 0
      let own = max(candidate.strength, 1e-6)
      table.values += [
        strength, strength * strength / 5, Self.logarithm(candidate.height, over: highest),
        Double(min(previous / own, 5) / 2), Double(min(next / own, 5) / 2),
        Self.logarithm(candidate.strength, over: complex.steepest),
      ]
      table.values += others(candidate).map(Double.init)
    }
    return table
  }

  private static func logarithm(_ value: Float, over other: Float) -> Double {
    PortableMath.log(Double(max(value / max(other, 1e-6), 1e-6)))
  }

  fileprivate static func sign(_ value: Float) -> Float { value > 0 ? 1 : value < 0 ? -1 : 0 }
}

extension WaveCandidate {
  /// 1 for an upward wave, -1 for a downward one.
  fileprivate var sign: Float { WaveFeatures.sign(first.value - last.value) }
}
