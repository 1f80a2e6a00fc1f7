/// Found beats against reference beats: one-to-one pairs no farther apart than a window, as ANSI/AAMI EC57 has it.
///
/// Pairs are formed nearest first. What is left of the reference was missed, what is left of the found beats is false.
///
/// ```swift
/// let comparison = BeatComparison(reference: [100, 460], found: [102, 300, 459], samplingFrequency: 360)
/// comparison.sensitivity           // 1
/// comparison.positivePredictivity  // 0.666...
/// ```
public struct BeatComparison: Sendable, Equatable {
  /// Farthest apart that a found and a reference beat may be, as EC57 has it.
  public static let standardWindowMilliseconds = 150.0

  /// Reference beats that were found.
  public private(set) var truePositives: Int
  /// Reference beats that were missed.
  public private(set) var falseNegatives: Int
  /// Found beats that are none.
  public private(set) var falsePositives: Int
  private var errorSum: Double
  private var errorSquares: Double

  /// No beats on either side.
  public init() {
    (truePositives, falseNegatives, falsePositives, errorSum, errorSquares) = (0, 0, 0, 0, 0)
  }

  /// Compares beats, 0-based samples in any order. O(n log n).
  ///
  /// - Parameters:
  ///   - samplingFrequency: in Hz.
  ///   - windowMilliseconds: farthest apart that a pair may be.
  ///   - excluded: ranges of samples whose beats do not count, on neither side: ventricular flutter, as a rule.
  public init(
    reference: [Int], found: [Int], samplingFrequency: Double,
    windowMilliseconds: Double = Self.standardWindowMilliseconds, excluding excluded: [Range<Int>] = []
  ) {
    self.init()
    func counted(_ beats: [Int]) -> [Int] {
      beats.filter { beat in !excluded.contains { $0.contains(beat) } }.sorted()
    }
    let (reference, found) = (counted(reference), counted(found))
    let pairs = Self.pairs(reference, found, window: windowMilliseconds / 1000 * samplingFrequency)
    for (sample, other) in pairs {
      let error = Double(found[other] - reference[sample]) * 1000 / samplingFrequency
      errorSum += error
      errorSquares += error * error
    }
    truePositives = pairs.count
    falseNegatives = reference.count - pairs.count
    falsePositives = found.count - pairs.count
  }

  /// Share of the reference beats that were found; 1 where there are none.
  public var sensitivity: Double { Self.share(truePositives, falseNegatives) }
  /// Share of the found beats that are true; 1 where none were found.
  public var positivePredictivity: Double { Self.share(truePositives, falsePositives) }
  /// Mean of found less reference time over the pairs; 0 without pairs.
  public var meanErrorMilliseconds: Double { truePositives == 0 ? 0 : errorSum / Double(truePositives) }
  /// Standard deviation (over n - 1) of found less reference time over the pairs; 0 for fewer than two.
  public var sdErrorMilliseconds: Double {
    guard truePositives > 1 else { return 0 }
    let count = Double(truePositives)
    return (max(0, errorSquares - errorSum * errorSum / count) / (count - 1)).squareRoot()
  }

  /// Counts and errors of several recordings together.
  public static func + (first: BeatComparison, second: BeatComparison) -> BeatComparison {
    var sum = first
    sum.truePositives += second.truePositives
    sum.falseNegatives += second.falseNegatives
    sum.falsePositives += second.falsePositives
    sum.errorSum += second.errorSum
    sum.errorSquares += second.errorSquares
    return sum
  }

  private static func share(_ part: Int, _ rest: Int) -> Double {
    part + rest == 0 ? 1 : Double(part) / Double(part + rest)
  }

  /// Indexes of pairs, nearest first, each index once. Both lists in order of time.
  static func pairs(_ reference: [Int], _ found: [Int], window: Double) -> [(reference: Int, found: Int)] {
    var near: [(distance: Int, reference: Int, found: Int)] = []
    var first = 0
    for (index, sample) in reference.enumerated() {
      while first < found.count, Double(sample - found[first]) > window { first += 1 }
      var other = first
      while other < found.count, Double(found[other] - sample) <= window {
        near.append((abs(found[other] - sample), index, other))
        other += 1
      }
    }
    near.sort { ($0.distance, $0.reference, $0.found) < ($1.distance, $1.reference, $1.found) }
    var isTaken = (
      reference: [Bool](repeating: false, count: reference.count),
      found: [Bool](repeating: false, count: found.count)
    )
    var pairs: [(reference: Int, found: Int)] = []
    for pair in near where !isTaken.reference[pair.reference] && !isTaken.found[pair.found] {
      isTaken.reference[pair.reference] = true
      isTaken.found[pair.found] = true
      pairs.append((pair.reference, pair.found))
    }
    return pairs
  }
}
