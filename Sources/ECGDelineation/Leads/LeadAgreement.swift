/// Chooses, among the candidates of all leads, one wave for each lead.
///
/// The place that most leads support comes first: in a lead of its own a P wave of 30 µV is easily missed, but not beside
/// eleven others. Then each lead takes the candidate of its own that is likely and near that place.
struct LeadAgreement {
  /// How far apart the peaks of one wave may lie in different leads, in grid samples.
  let width: Float
  /// How far from the place that the leads agree on one of them may choose, in grid samples.
  let choiceWidth: Float

  /// Without `choiceWidth` one lead may choose as far away as peaks of one wave lie apart.
  init(width: Float, choiceWidth: Float? = nil) {
    self.width = width
    self.choiceWidth = choiceWidth ?? width
  }

  /// How much `leads` support a wave whose peak is at `place`, 0 to their number. O(candidates).
  func support(of leads: [[WaveCandidate]], at place: Float) -> Float {
    var support: Float = 0
    for lead in leads {
      var most: Float = 0
      for candidate in lead {
        let ratio = (candidate.peak - place) / width
        most = max(most, candidate.share * (1 - ratio * ratio))
      }
      support += most
    }
    return support
  }

  /// The candidate's place that the leads, and the beats before, support most; nil where there are no candidates.
  /// O(candidates^2).
  func place(of leads: [[WaveCandidate]], after recent: RecentSupport?) -> Float? {
    var best: (support: Float, place: Float)?
    for candidate in leads.joined() {
      let support = support(of: leads, at: candidate.peak) + (recent?.support(at: candidate.peak) ?? 0)
      if best.map({ support > $0.support }) ?? true { best = (support, candidate.peak) }
    }
    return best?.place
  }

  /// The best of one lead's candidates given the place that the leads agree on.
  func choice(among candidates: [WaveCandidate], near place: Float) -> WaveCandidate? {
    var best: (score: Float, candidate: WaveCandidate)?
    for candidate in candidates {
      let ratio = (candidate.peak - place) / choiceWidth
      let score = candidate.share / (1 + ratio * ratio)
      if best.map({ score > $0.score }) ?? true { best = (score, candidate) }
    }
    return best?.candidate
  }
}

/// What the leads supported in the beats before, so that a wave does not change its place from beat to beat because two
/// candidates are as likely: a mean that forgets, at places two grid samples apart.
struct RecentSupport {
  /// How much a beat adds to the mean.
  private static let share: Float = 0.05
  /// The mean counts so many times a beat's own support.
  private static let weight: Float = 2
  private static let step = 2
  private static let last = BeatAverages.length / step

  private var sums = [Float](repeating: 0, count: last + 1)
  private var shares: Float = 0

  /// At `place`, in grid samples of the average. O(1).
  func support(at place: Float) -> Float {
    guard shares > 0 else { return 0 }
    let position = min(max(place / Float(Self.step), 0), Float(Self.last))
    let index = min(Int(position), Self.last - 1)
    let part = position - Float(index)
    return Self.weight * (sums[index] * (1 - part) + sums[index + 1] * part) / shares
  }

  /// Takes another beat in. O(places * candidates).
  mutating func add(_ leads: [[WaveCandidate]], _ agreement: LeadAgreement) {
    for index in sums.indices {
      let support = agreement.support(of: leads, at: Float(index * Self.step))
      sums[index] += Self.share * (support - sums[index])
    }
    shares += Self.share * (1 - shares)
  }
}

/// The middle one of some numbers, or the mean of the two middle ones; nil of none.
func median(_ numbers: [Float]) -> Float? {
  guard !numbers.isEmpty else { return nil }
  let sorted = numbers.sorted()
  let middle = sorted.count / 2
  return sorted.count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
}
