/// Finds QRS complex, P wave and T wave in one average, all in grid samples of the average.
struct WaveFinder {
  /// Of the average as it is.
  private var whole = SplineWavelet()
  /// Of the average without its QRS complex.
  private var bridged = SplineWavelet()

  /// An empty finder; its memory is used again from beat to beat.
  init() {}

  /// Where the QRS complex begins and ends, and its two outermost flanks.
  struct Complex {
    var onset: Float
    var offset: Float
    let first: Flank
    let last: Flank
    /// The steepest slope at scale 2^3.
    let steepest: Float
  }

  // MARK: QRS

  /// The QRS complex around the average's centre; nil in a lead without any slope.
  ///
  /// Before the steepest flank at scale 2^3, the outermost one of the complex is the likeliest by ``FittedWaveOdds``;
  /// behind it, flanks belong to the complex while they are steep and near enough. Before and behind these two the slope
  /// fades at scales 2^1 to 2^3 (Martinez et al. 2004, section III-B).
  mutating func complex(in average: [Float]) -> Complex? {
    whole.transform(average, upTo: 3)
    let scale = whole[3]
    let centre = BeatAverages.centre
    let reach = FittedParameters.complexReach
    var main = centre
    for place in centre - reach...centre + reach where abs(scale[place]) > abs(scale[main]) { main = place }
    let steepest = abs(scale[main])
    guard steepest > 0 else { return nil }
    let flanks = Slopes.flanks(
      in: scale, centre - 75..<centre + 75, least: steepest * FittedParameters.leastFlank)
    guard let at = flanks.indices.min(by: { abs(flanks[$0].place - main) < abs(flanks[$1].place - main) }) else {
      return nil
    }
    let first = firstFlank(Array(flanks[...at].reversed()))
    let behind = flanks[at...].filter { abs($0.value) >= steepest * FittedParameters.leastFlankBehind }
    var last = flanks[at]
    for flank in behind where flank.place > last.place {
      guard flank.place - last.place <= FittedParameters.largestGapBehind else { break }
      last = flank
    }
    let (rise, fall) = (finer(first), finer(last))
    let onset = FittedParameters.qrsOnset.distance(
      fades(whole, [2, 1, 3], from: rise, direction: -1, limit: centre - 75))
    let offset = FittedParameters.qrsOffset.distance(
      fades(whole, [2, 1, 3], from: fall, direction: 1, limit: centre + 80))
    return Complex(onset: rise.time - onset, offset: fall.time + offset, first: rise, last: fall, steepest: steepest)
  }

  /// The likeliest outermost flank of the complex, of `flanks` from the steepest one outwards.
  private func firstFlank(_ flanks: [Flank]) -> Flank {
    let scores = FittedWaveOdds.firstFlank.scores(FlankFeatures.table(flanks, finer: whole[2], finest: whole[1]))
    return flanks[scores.indices.max { scores[$0] < scores[$1] } ?? 0]
  }

  /// The same flank at scale 2^2, where it is narrower.
  private func finer(_ flank: Flank) -> Flank {
    let scale = whole[2]
    var best = flank.place
    for place in flank.place - 5...flank.place + 5 where scale[place] * flank.value > scale[best] * flank.value {
      best = place
    }
    return Flank(place: best, value: scale[best])
  }

  /// The R peak within `complex`, or the main deflection where there is no R: the farthest from the straight line
  /// between onset and offset, upward deflections before downward ones unless these are far larger.
  func peak(of complex: Complex, in average: [Float]) -> Float {
    let from = min(max(Int(complex.onset.rounded()), 0), average.count - 1)
    let to = min(max(Int(complex.offset.rounded()), from), average.count - 1)
    var (highest, lowest): ((height: Float, place: Int), (height: Float, place: Int)) = ((0, from), (0, from))
    for place in from...to {
      let line = average[from] + (average[to] - average[from]) * Float(place - from) / Float(max(to - from, 1))
      let height = average[place] - line
      if height > highest.height { highest = (height, place) }
      if -height > lowest.height { lowest = (-height, place) }
    }
    let main = highest.height >= FittedParameters.leastR * lowest.height ? highest.place : lowest.place
    return Float(main)
  }

  // MARK: P and T

  /// Takes the complex out of the average, a straight line in its place, so that its flanks do not reach into P and T
  /// at the wide scales. To be called before ``candidates(peaks:flanks:shape:)``.
  mutating func bridge(_ average: [Float], over complex: Complex) {
    var rest = average
    let from = max(Int(complex.onset.rounded()), 1)
    let to = min(Int(complex.offset.rounded()), average.count - 2)
    if to > from {
      let (left, right) = (average[from], average[to])
      for place in from...to { rest[place] = left + (right - left) * Float(place - from) / Float(to - from) }
    }
    bridged.transform(rest, upTo: 4)
  }

  /// Pairs of flanks within `flanks` at scale 2^4 whose peak lies within `peaks`.
  ///
  /// The peak is where the slope changes sign (Martinez et al. 2004, section III-C); on the slope of another wave, where
  /// it does not, where it crosses a level between the two flanks. How likely each is has still to be said.
  func candidates(
    peaks: Range<Int>, flanks: Range<Int>, of complex: Complex, shape: WaveShapeParameters
  ) -> [WaveCandidate] {
    let scale = bridged[4]
    let turns = Slopes.turns(in: scale, flanks, share: FittedParameters.leastTurn, startsWithin: shape.mayBeginHidden)
    var found: [WaveCandidate] = []
    for (first, last) in zip(turns, turns.dropFirst()) {
      let middle = (first.value + last.value) / 2
      let half = abs(first.value - last.value) / 2
      let level = min(max(0, middle - shape.slant * half), middle + shape.slant * half)
      let peak = Slopes.summit(of: scale, level: level, between: first, and: last)
      guard Float(peaks.lowerBound) <= peak, peak < Float(peaks.upperBound) else { continue }
      var (height, rise): (Float, Float) = (0, 0)
      for place in first.place...last.place { height += abs(scale[place] - middle) }
      let start = max(Int(complex.onset), 0)
      if Int(peak) > start { for place in start...min(Int(peak), scale.count - 1) { rise += scale[place] } }
      found.append(
        WaveCandidate(
          first: first, last: last, peak: peak, strength: half,
          sameSign: abs(middle) > half ? 1 - half / abs(middle) : 0, height: height, rise: rise))
    }
    return found
  }

  /// The candidate with its boundaries, none beyond `limits` nor farther from the peak than such waves are long.
  func wave(_ candidate: WaveCandidate, shape: WaveShapeParameters, limits: ClosedRange<Int>) -> Wave {
    let peak = Int(candidate.peak)
    let earliest = max(limits.lowerBound, peak - shape.longestSide)
    let latest = min(limits.upperBound, peak + shape.longestSide)
    let onset = shape.onset.distance(fades(bridged, [4, 3], from: candidate.first, direction: -1, limit: earliest))
    let offset = shape.offset.distance(fades(bridged, [4, 3], from: candidate.last, direction: 1, limit: latest))
    return Wave(
      onset: max(candidate.first.time - onset, Float(earliest)), peak: candidate.peak + shape.peakShift,
      offset: min(candidate.last.time + offset, Float(latest)), lastFlank: candidate.last.time)
  }

  /// How far from `flank`, going `direction`, the slope fades to ``Slopes/shares``, at each scale of `exponents`. At the
  /// first the flank is the steepest place; at the others it is looked for beside it.
  private func fades(
    _ wavelet: SplineWavelet, _ exponents: [Int], from flank: Flank, direction: Int, limit: Int
  ) -> [Float] {
    var distances: [Float] = []
    distances.reserveCapacity(exponents.count * Slopes.shares.count)
    for (order, exponent) in exponents.enumerated() {
      let scale = wavelet[exponent]
      var place = flank.place
      if order > 0 {
        let reach = 1 << max(exponent - 1, 1)
        let near = (flank.place - reach...flank.place + reach).clamped(to: 0...scale.count - 1)
        for other in near where scale[other] * flank.value > scale[place] * flank.value { place = other }
      }
      Slopes.fade(
        of: scale, from: place, direction: direction, limit: limit,
        addedTo: Float((place - flank.place) * direction), into: &distances)
    }
    return distances
  }
}
