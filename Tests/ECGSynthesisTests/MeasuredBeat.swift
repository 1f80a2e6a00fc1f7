import ECGCore
import ECGSynthesis

/// The mean beat of a recording's own rhythm, and what a reader measures in it with a ruler: amplitudes in mV from the
/// level before QRS, times in ms. Only the times of QRS and T come from the generator.
struct MeasuredBeat {
  static let hertz = 500.0
  /// Sample of the R peak in the mean beat.
  private static let before = 200
  private static let after = 300
  private let leads: [[Double]]
  private let onset: Int
  private let jPoint: Int
  private let tPeak: Int

  /// Nil where no beat of `kind` lies whole in the recording.
  init?(_ ecg: SyntheticECG, kind: SyntheticBeat.Kind = .normal) {
    let signal = ecg.millivolts(noisy: false)
    let count = ecg.sampleCount
    let beats = ecg.beats.filter { beat in
      let peak = Int((beat.rPeak * Self.hertz).rounded())
      return beat.kind == kind && peak - Self.before >= 0 && peak + Self.after < count && !beat.tOffset.isNaN
    }
    guard let first = beats.first else { return nil }
    let mean: [[Double]] = (0..<12).map { lead in
      (-Self.before..<Self.after).map { offset in
        beats.map { signal[lead * count + Int(($0.rPeak * Self.hertz).rounded()) + offset] }.reduce(0, +)
          / Double(beats.count)
      }
    }
    leads = mean
    func place(_ time: Double) -> Int { Self.before + Int(((time - first.rPeak) * Self.hertz).rounded()) }
    onset = place(first.qrsOnset)
    jPoint = place(first.qrsOffset)
    tPeak = place(first.tPeak)
    let window = onset - 110..<onset - 8
    var single = 0.0
    for beat in beats {
      for lead in 0..<12 {
        let start = lead * count + Int((beat.rPeak * Self.hertz).rounded()) - Self.before
        single += Self.variation(signal[start + window.lowerBound..<start + window.upperBound])
      }
    }
    let together = mean.reduce(0) { $0 + Self.variation($1[window]) }
    pCoherence = (together / (single / Double(beats.count))).squareRoot()
  }

  private static func index(_ lead: String) -> Int {
    Lead.standard12.firstIndex { $0.name == lead } ?? 0
  }

  /// Level of `lead` `milliseconds` after `place`, from the level before QRS.
  private func level(_ lead: String, at place: Int) -> Double {
    let values = leads[Self.index(lead)]
    return values[place] - values[onset - 5]
  }

  /// At 60 ms behind the J point.
  func st(_ lead: String) -> Double { level(lead, at: jPoint + 30) }
  /// At the time of T's peak.
  func t(_ lead: String) -> Double { level(lead, at: tPeak) }
  /// From the onset to the J point.
  func qrs(_ lead: String) -> [Double] { (onset...jPoint).map { level(lead, at: $0) } }
  /// The highest value in QRS.
  func r(_ lead: String) -> Double { max(0, qrs(lead).max() ?? 0) }
  /// The lowest value in QRS, as a depth.
  func s(_ lead: String) -> Double { max(0, -(qrs(lead).min() ?? 0)) }

  /// Depth and length of the downward deflection that QRS begins with.
  func q(_ lead: String) -> (depth: Double, milliseconds: Double) {
    let before = qrs(lead).prefix { $0 < 0.03 }
    return (max(0, -(before.min() ?? 0)), 1000 * Double(before.filter { $0 < -0.02 }.count) / Self.hertz)
  }

  /// Whether QRS has no upward deflection worth the name.
  func isQS(_ lead: String) -> Bool { r(lead) < 0.1 && s(lead) > 0.1 }

  /// From the onset to the highest value, ms.
  func rPeakTime(_ lead: String) -> Double {
    let values = qrs(lead)
    return 1000 * Double(values.indices.max { values[$0] < values[$1] } ?? 0) / Self.hertz
  }

  /// The highest value in the last half of QRS, R'.
  func lateR(_ lead: String) -> Double { qrs(lead).suffix((jPoint - onset) / 2).max() ?? 0 }

  /// How long the last half of QRS, or more, lies below 0, ms.
  func lateSTime(_ lead: String) -> Double {
    1000 * Double(qrs(lead).suffix((jPoint - onset) * 2 / 3).filter { $0 < -0.02 }.count) / Self.hertz
  }

  /// How long the leads together change fast, ms: QRS as seen without the generator's times,
  /// from 24 ms before its onset, where no P wave is left, on.
  var fastTime: Double {
    let speeds: [Double] = (onset - 12...jPoint + 20).map { place in
      var sum = 0.0
      for lead in leads {
        let change = lead[place + 1] - lead[place - 1]
        sum += change * change
      }
      return sum.squareRoot()
    }
    let threshold = 0.08 * (speeds.max() ?? 0)
    let fast = speeds.indices.filter { speeds[$0] > threshold }
    return 1000 * Double((fast.last ?? 0) - (fast.first ?? 0)) / Self.hertz
  }

  /// What lies before QRS in the mean beat over what lies there in single beats, as root mean squares about their means: 1
  /// where every beat has the same P wave, near 0 where there is nothing in step with QRS.
  let pCoherence: Double

  private static func variation(_ values: ArraySlice<Double>) -> Double {
    let mean = values.reduce(0, +) / Double(values.count)
    return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
  }
}
