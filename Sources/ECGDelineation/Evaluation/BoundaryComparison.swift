import ECGCore

/// Found boundaries and peaks against manual ones, over any number of records.
///
/// For each manual mark the nearest found one of its kind within 150 ms counts. Where a mark was made by looking at two
/// leads that were delineated apart, the lead with the smaller error counts, as in Martinez et al. 2004 for QTDB.
public struct BoundaryComparison: Sendable {
  /// Farthest apart that a found and a manual mark may be.
  public static let windowMilliseconds = 150.0

  private struct Tally: Sendable {
    /// Found less manual, in ms, record by record.
    var errors: [[Double]] = []
    var missed = 0
    var unmatched = 0
  }

  private var tallies: [Fiducial: Tally] = [:]

  /// Nothing compared yet.
  public init() {}

  /// Adds one record.
  ///
  /// - Parameters:
  ///   - reference: manual marks.
  ///   - found: fiducials of one or more leads, or of all together, beat by beat the same heartbeats.
  ///   - samplingFrequency: of both.
  public mutating func add(_ reference: ReferenceMarks, found: [Fiducials], samplingFrequency: SamplingFrequency) {
    let millisecondsPerSample = 1000 / samplingFrequency.hertz
    let window = Int((Self.windowMilliseconds / millisecondsPerSample).rounded(.down))
    let isScored = scoredBeats(reference, found, window)
    for fiducial in Fiducial.allCases {
      guard let manual = reference.samples[fiducial] else { continue }
      let leads = found.map { lead in
        lead.beats.map { Int($0[fiducial]) }.filter { $0 != Int(Beat.absent) }.sorted()
      }
      var errors: [Double] = []
      for sample in manual {
        let best = leads.compactMap { Self.nearest(to: sample, in: $0) }.map { $0 - sample }
          .min { abs($0) < abs($1) }
        if let best, abs(best) <= window {
          errors.append(Double(best) * millisecondsPerSample)
        } else {
          tallies[fiducial, default: Tally()].missed += 1
        }
      }
      tallies[fiducial, default: Tally()].errors.append(errors)
      for beat in isScored.indices where isScored[beat] {
        let marks = found.map { Int($0.beats[beat][fiducial]) }
        let isUnmatched = marks.allSatisfy { mark in
          guard mark != Int(Beat.absent) else { return false }
          return Self.nearest(to: mark, in: manual).map { abs($0 - mark) > window } ?? true
        }
        if isUnmatched { tallies[fiducial, default: Tally()].unmatched += 1 }
      }
    }
  }

  /// Adds what another comparison has, after one's own.
  public mutating func add(_ other: BoundaryComparison) {
    for (fiducial, tally) in other.tallies {
      tallies[fiducial, default: Tally()].errors += tally.errors
      tallies[fiducial, default: Tally()].missed += tally.missed
      tallies[fiducial, default: Tally()].unmatched += tally.unmatched
    }
  }

  /// The figures of one kind of fiducial; nil where no manual mark of it was compared.
  public subscript(fiducial: Fiducial) -> BoundaryStatistics? {
    guard let tally = tallies[fiducial] else { return nil }
    return BoundaryStatistics(errors: tally.errors, missed: tally.missed, unmatched: tally.unmatched)
  }

  /// Beats whose QRS complex was marked by hand: the annotator has looked at them.
  private func scoredBeats(_ reference: ReferenceMarks, _ found: [Fiducials], _ window: Int) -> [Bool] {
    guard let first = found.first, let manual = reference.samples[.rPeak] else { return [] }
    return first.beats.indices.map { beat in
      found.contains { lead in
        let peak = Int(lead.beats[beat][.rPeak])
        return peak >= 0 && Self.nearest(to: peak, in: manual).map { abs($0 - peak) <= window } ?? false
      }
    }
  }

  /// The nearest of `samples`, which are in order. O(log samples).
  private static func nearest(to sample: Int, in samples: [Int]) -> Int? {
    var (low, high) = (0, samples.count)
    while low < high {
      let middle = (low + high) / 2
      if samples[middle] < sample { low = middle + 1 } else { high = middle }
    }
    let behind = low < samples.count ? samples[low] : nil
    guard low > 0 else { return behind }
    let before = samples[low - 1]
    guard let behind else { return before }
    return sample - before <= behind - sample ? before : behind
  }
}

/// Figures of one kind of fiducial over some records.
public struct BoundaryStatistics: Sendable, Equatable {
  /// Manual marks that were found.
  public let count: Int
  /// Manual marks without a found one within the window.
  public let missed: Int
  /// Found marks in beats marked by hand without a manual one within the window.
  public let unmatched: Int
  /// Share of the manual marks that were found, 0 to 1.
  public let sensitivity: Double
  /// Share of the found marks, in beats marked by hand, that a manual one confirms, 0 to 1.
  public let positivePredictivity: Double
  /// Mean of found less manual time over all marks, in ms.
  public let meanMilliseconds: Double
  /// Standard deviation over all marks of all records together, in ms.
  public let sdMilliseconds: Double
  /// Mean over the records of the standard deviation within each, in ms: records in which all marks are off by the same
  /// do not add to it.
  public let meanRecordSDMilliseconds: Double

  init(errors: [[Double]], missed: Int, unmatched: Int) {
    let all = Array(errors.joined())
    count = all.count
    self.missed = missed
    self.unmatched = unmatched
    sensitivity = count + missed == 0 ? 0 : Double(count) / Double(count + missed)
    positivePredictivity = count + unmatched == 0 ? 0 : Double(count) / Double(count + unmatched)
    meanMilliseconds = Self.mean(all)
    sdMilliseconds = Self.deviation(all)
    meanRecordSDMilliseconds = Self.mean(errors.filter { $0.count > 1 }.map { Self.deviation($0) })
  }

  private static func mean(_ values: [Double]) -> Double {
    values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count)
  }

  private static func deviation(_ values: [Double]) -> Double {
    guard values.count > 1 else { return 0 }
    let mean = mean(values)
    return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)).squareRoot()
  }
}
