/// Chooses, among the candidates of all leads, one wave for each lead.
///
/// The place that most leads support comes first: in a lead of its own a P wave of 30 µV is easily missed, but not beside
/// eleven others. Then each lead takes the candidate of its own that is strong and near that place.
struct LeadAgreement {
  /// How far apart the peaks of one wave may lie in different leads, in grid samples.
  let width: Float
  /// How likely a peak is at a place before the signal is looked at, 0 to 1.
  let prior: (Float) -> Float
  /// Whether candidates count by energy instead of strength, so that one that is twice as strong counts four times.
  var countsEnergy = false

  private func weight(_ candidate: WaveCandidate) -> Float {
    countsEnergy ? candidate.strength * candidate.strength : candidate.strength
  }

  /// A bell around 0 that is a half at `width`.
  static func bell(_ distance: Float, width: Float) -> Float {
    let ratio = distance / width
    return 1 / (1 + ratio * ratio)
  }

  /// The place that the leads support most, nil where there are no candidates. O(candidates^2).
  func place(of leads: [[WaveCandidate]]) -> Float? {
    var best: (support: Float, place: Float)?
    for candidate in leads.joined() {
      var support: Float = 0
      for lead in leads {
        var most: Float = 0
        for other in lead {
          let ratio = (other.peak - candidate.peak) / width
          most = max(most, weight(other) * prior(other.peak) * (1 - ratio * ratio))
        }
        support += most
      }
      if best.map({ support > $0.support }) ?? true { best = (support, candidate.peak) }
    }
    return best?.place
  }

  /// The best of one lead's candidates given the place that the leads agree on.
  func choice(among candidates: [WaveCandidate], near place: Float) -> WaveCandidate? {
    var best: (score: Float, candidate: WaveCandidate)?
    for candidate in candidates {
      let score =
        weight(candidate) * prior(candidate.peak) * Self.bell(candidate.peak - place, width: width)
      if best.map({ score > $0.score }) ?? true { best = (score, candidate) }
    }
    return best?.candidate
  }
}

/// The middle one of some numbers, or the mean of the two middle ones; nil of none.
func median(_ numbers: [Float]) -> Float? {
  guard !numbers.isEmpty else { return nil }
  let sorted = numbers.sorted()
  let middle = sorted.count / 2
  return sorted.count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
}
