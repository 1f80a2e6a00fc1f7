/// Averages of each beat with its neighbours of the same shape, in one lead on the analysis grid.
///
/// Noise falls with the number of beats, and a P wave that is lost in it comes out; what a beat does alone, a
/// ventricular one among normal ones, stays alone, since only beats of like shape and rate are averaged.
struct BeatAverages {
  /// Grid samples of the window before and behind the R peak.
  static let before = 112
  static let after = 180
  /// Index of the R peak in an average.
  static let centre = before + SplineWavelet.reach
  /// Samples of an average: the window, and beyond it as much as the wavelets reach.
  static let length = before + after + 1 + 2 * SplineWavelet.reach

  /// At most so many neighbours on either side.
  static let neighbours = 5
  /// Beats farther away than this many grid samples are no neighbours.
  static let farthest = 3000
  /// The least correlation of slopes within the QRS complex.
  static let leastCorrelation: Float = 0.9
  /// The largest difference of the RR intervals before, as a share.
  static let largestRRDifference: Float = 0.15
  /// From this difference on, the slopes behind the QRS complex have to correlate too: a beat that comes a little early may
  /// have the others' QRS complex and a T wave of its own, which the average would lose.
  static let largestRRDifferenceOfAnyT: Float = 0.1
  /// The least correlation of slopes behind the QRS complex.
  static let leastTCorrelation: Float = 0.8
  private static let largestShift = 4
  /// Grid samples of the QRS complex and of the T wave from the R peak on: multiples of 8.
  private static let complex = -22..<26
  private static let repolarisation = 26..<106

  private let lead: [Float]
  private let slope: [Float]
  private let wideSlope: [Float]
  private let beats: [Int]

  /// Averages in `lead`, whose transform at scale 2^2 is `slope` and at 2^4 `wideSlope`, of `beats` (grid samples, in
  /// order).
  init(lead: [Float], slope: [Float], wideSlope: [Float], beats: [Int]) {
    self.lead = lead
    self.slope = slope
    self.wideSlope = wideSlope
    self.beats = beats
  }

  /// The average around beat `index`. O(neighbours * window).
  func average(of index: Int) -> [Float] {
    var sum = [Float](repeating: 0, count: Self.length)
    add(beats[index], to: &sum)
    var count: Float = 1
    for direction in [-1, 1] {
      for step in 1...Self.neighbours {
        let other = index + direction * step
        guard beats.indices.contains(other), abs(beats[other] - beats[index]) <= Self.farthest else { break }
        let difference = differenceOfRR(index, other)
        guard difference <= Self.largestRRDifference, let shift = shift(from: beats[index], to: beats[other]),
          difference <= Self.largestRRDifferenceOfAnyT || hasLikeT(beats[index], beats[other] + shift)
        else { continue }
        add(beats[other] + shift, to: &sum)
        count += 1
      }
    }
    let scale = 1 / count
    for place in sum.indices { sum[place] *= scale }
    return sum
  }

  /// How far the RR intervals before two beats differ, as a share; 0 where one of them is not known.
  private func differenceOfRR(_ first: Int, _ second: Int) -> Float {
    guard first > 0, second > 0 else { return 0 }
    let (one, other) = (Float(beats[first] - beats[first - 1]), Float(beats[second] - beats[second - 1]))
    return abs(one - other) / max(one, other, 1)
  }

  /// Whether what lies behind the complexes at `beat` and `other` correlates; true where the recording ends before.
  private func hasLikeT(_ beat: Int, _ other: Int) -> Bool {
    let (low, count) = (Self.repolarisation.lowerBound, Self.repolarisation.count)
    guard min(beat, other) + low >= 0, max(beat, other) + low + count <= wideSlope.count else { return true }
    return wideSlope.withUnsafeBufferPointer { slope in
      guard let start = slope.baseAddress else { return false }
      let (ours, theirs) = (start + beat + low, start + other + low)
      let energies = dotProduct(ours, ours, count: count) * dotProduct(theirs, theirs, count: count)
      return dotProduct(ours, theirs, count: count) >= Self.leastTCorrelation * energies.squareRoot()
    }
  }

  private func add(_ beat: Int, to sum: inout [Float]) {
    let first = beat - Self.centre
    lead.withUnsafeBufferPointer { lead in
      sum.withUnsafeMutableBufferPointer { sum in
        if first >= 0, first + Self.length <= lead.count, let samples = lead.baseAddress, let sums = sum.baseAddress {
          for place in 0..<Self.length { sums[place] += samples[first + place] }
        } else {
          for place in 0..<Self.length { sum[place] += lead[min(max(first + place, 0), lead.count - 1)] }
        }
      }
    }
  }

  /// By how many samples the complex at `other` has to be moved to lie over the one at `beat`; nil where they differ.
  private func shift(from beat: Int, to other: Int) -> Int? {
    let reach = Self.largestShift
    let (low, count) = (Self.complex.lowerBound, Self.complex.count)
    guard min(beat, other) + low - reach >= 0, max(beat, other) + low + count + reach < slope.count else { return nil }
    return slope.withUnsafeBufferPointer { slope in
      guard let start = slope.baseAddress else { return nil }
      let ours = start + beat + low
      let own = dotProduct(ours, ours, count: count)
      var best: (correlation: Float, shift: Int) = (0, 0)
      for shift in -reach...reach {
        let theirs = start + other + shift + low
        let (cross, energy) = (dotProduct(ours, theirs, count: count), dotProduct(theirs, theirs, count: count))
        guard cross > 0, own < 4 * energy, energy < 4 * own else { continue }
        let correlation = cross / (own * energy).squareRoot()
        if correlation > best.correlation { best = (correlation, shift) }
      }
      return best.correlation >= Self.leastCorrelation ? best.shift : nil
    }
  }
}
