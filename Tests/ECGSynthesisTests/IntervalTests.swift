import ECGCore
import ECGSynthesis
import Reproducibility
import Testing

@Suite struct IntervalTests {
  private func intervals(_ count: Int, seed: UInt64) throws -> [IntervalKind: [Double]] {
    let source = try SyntheticSource(count: count, seed: seed)
    var values: [IntervalKind: [Double]] = [:]
    for index in 0..<count {
      let intervals = try source.ecg(at: index).intervals
      for kind in IntervalKind.allCases { values[kind, default: []].append(try #require(intervals[kind])) }
    }
    return values
  }

  private func correlation(_ a: [Double], _ b: [Double]) -> Double {
    let (meanA, meanB) = (a.reduce(0, +) / Double(a.count), b.reduce(0, +) / Double(b.count))
    var (ab, aa, bb) = (0.0, 0.0, 0.0)
    for (x, y) in zip(a, b) {
      ab += (x - meanA) * (y - meanB)
      aa += (x - meanA) * (x - meanA)
      bb += (y - meanB) * (y - meanB)
    }
    return ab / (aa * bb).squareRoot()
  }

  @Test func intervalsStayInTheStatedRangesAndFillThem() throws {
    let values = try intervals(500, seed: 11)
    let ranges: [IntervalKind: (outer: ClosedRange<Double>, spread: ClosedRange<Double>)] = [
      // RR variability moves the mean rate of ten seconds a little beyond the range of the drawn one.
      .heartRate: (45...140, 52...125), .pr: (110...240, 120...225), .qrs: (70...150, 74...146),
      .qt: (280...485, 310...450),
    ]
    for (kind, range) in ranges {
      let sorted = try #require(values[kind]).sorted()
      let (low, high) = (sorted[0], sorted[499])
      #expect(range.outer.contains(low) && range.outer.contains(high), "\(kind) \(low) \(high)")
      #expect(sorted[10] < range.spread.lowerBound && sorted[489] > range.spread.upperBound, "\(kind)")
    }
  }

  @Test func heartRateDoesNotTellPROrQRS() throws {
    let values = try intervals(500, seed: 12)
    let pairs: [(IntervalKind, IntervalKind)] = [(.heartRate, .pr), (.heartRate, .qrs), (.pr, .qrs), (.qrs, .qt)]
    for (a, b) in pairs {
      let r = correlation(try #require(values[a]), try #require(values[b]))
      #expect(abs(r) < 0.3, "\(a) \(b) \(r)")
    }
    let hr = try #require(values[.heartRate])
    #expect(correlation(hr, try #require(values[.qt])) < -0.8, "QT has to shorten with the rate")
  }

  @Test func intervalsFollowFromTheBeats() throws {
    let source = try SyntheticSource(count: 30, seed: 2)
    for index in 0..<30 {
      let ecg = try source.ecg(at: index)
      let inside = ecg.beats.map(\.rPeak).filter { ($0 * 100).rounded() >= 0 && ($0 * 100).rounded() < 1000 }
      let meanRR = zip(inside.dropFirst(), inside).map { $0 - $1 }.reduce(0, +) / Double(inside.count - 1)
      #expect(abs(try #require(ecg.intervals.heartRate) - 60 / meanRR) < 1e-9)
      for (beat, sampled) in zip(ecg.beats, ecg.fiducials.beats) {
        #expect(beat.pOnset < beat.pPeak && beat.pPeak < beat.pOffset && beat.pOffset < beat.qrsOnset)
        #expect(beat.qrsOnset < beat.rPeak && beat.rPeak < beat.qrsOffset && beat.qrsOffset < beat.tOnset)
        #expect(beat.tOnset < beat.tPeak && beat.tPeak < beat.tOffset)
        #expect(abs(1000 * (beat.qrsOnset - beat.pOnset) - (ecg.intervals.prInMilliseconds ?? 0)) < 1e-6)
        #expect(abs(1000 * (beat.qrsOffset - beat.qrsOnset) - (ecg.intervals.qrsInMilliseconds ?? 0)) < 1e-6)
        for fiducial in Fiducial.allCases where sampled[fiducial] != Beat.absent {
          #expect(abs(Double(sampled[fiducial]) - beat[fiducial] * 100) <= 0.5 + 1e-9)
        }
      }
    }
  }
}
