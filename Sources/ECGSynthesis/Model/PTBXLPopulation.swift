import Reproducibility

/// The mixture of the preset `ptbxl-like`: which superclasses a recording has, and how HR, PR, QRS and QT are distributed
/// in each.
///
/// Combinations are weighted so that each class has the share of recordings that it has in PTB-XL: P. Wagner et al.,
/// *PTB-XL, a large publicly available electrocardiography dataset*, Sci Data 7:154, 2020. Interval distributions were measured on its recordings 1 to 200 at 500 Hz by a
/// multi-lead rule on each recording's mean beat (`scripts/measure-intervals`). The same rule measures synthetic
/// recordings, whose intervals are known, by ``RuleBias`` wrong; the intervals drawn are the measured ones less that, so
/// that the rule finds the same distributions in both. `docs/synthesis.md` has the figures.
enum PTBXLPopulation {
  /// Percentiles 0, 5, 25, 50, 75, 95 and 100 of a quantity, joined by straight lines.
  struct Percentiles: Sendable {
    static let ranks = [0, 0.05, 0.25, 0.5, 0.75, 0.95, 1]
    let values: [Double]
    init(_ values: Double...) { self.values = values }

    /// The value below which a share `u` in 0...1 lies.
    func value(at u: Double) -> Double {
      let above = min(max(Self.ranks.firstIndex { $0 >= u } ?? 6, 1), 6)
      let part = (u - Self.ranks[above - 1]) / (Self.ranks[above] - Self.ranks[above - 1])
      return values[above - 1] + part * (values[above] - values[above - 1])
    }

    /// The share that lies below `value`.
    func share(below value: Double) -> Double {
      guard value > values[0] else { return 0 }
      guard let above = values.firstIndex(where: { $0 >= value }) else { return 1 }
      let width = values[above] - values[above - 1]
      let part = width > 0 ? (value - values[above - 1]) / width : 0
      return Self.ranks[above - 1] + part * (Self.ranks[above] - Self.ranks[above - 1])
    }
  }

  /// What the rule measures of a synthetic recording less what is true of it, medians of 400 recordings, ms.
  enum RuleBias {
    static let pr = -4.0
    static let qrs = 11.0
    static let qt = -12.0
  }

  /// As measured, of one superclass: bpm and ms, QT at 60 bpm.
  struct ClassIntervals: Sendable {
    let heartRate: Percentiles
    let pr: Percentiles
    let qrs: Percentiles
    let correctedQT: Percentiles
  }

  static func intervals(of superclass: DiagnosticSuperclass) -> ClassIntervals {
    switch superclass {
    case .normal:
      ClassIntervals(
        heartRate: Percentiles(46, 52, 62, 68, 75, 91, 100), pr: Percentiles(104, 114, 136, 152, 166, 196, 208),
        qrs: Percentiles(84, 90, 94, 98, 102, 114, 118), correctedQT: Percentiles(340, 356, 375, 387, 400, 418, 428))
    case .infarction:
      ClassIntervals(
        heartRate: Percentiles(48, 55, 63, 70, 83, 104, 120), pr: Percentiles(118, 128, 142, 166, 174, 204, 215),
        qrs: Percentiles(82, 85, 100, 104, 113, 128, 136), correctedQT: Percentiles(342, 347, 375, 391, 407, 447, 470))
    case .stTChange:
      ClassIntervals(
        heartRate: Percentiles(48, 54, 67, 79, 88, 105, 118), pr: Percentiles(112, 121, 142, 164, 184, 204, 216),
        qrs: Percentiles(86, 90, 94, 98, 104, 126, 134), correctedQT: Percentiles(358, 372, 386, 404, 424, 470, 490))
    case .conductionDisturbance:
      ClassIntervals(
        heartRate: Percentiles(48, 60, 68, 77, 89, 99, 105), pr: Percentiles(118, 126, 137, 158, 172, 178, 190),
        qrs: Percentiles(92, 96, 105, 112, 125, 154, 166), correctedQT: Percentiles(345, 358, 374, 392, 413, 446, 460))
    case .hypertrophy:
      ClassIntervals(
        heartRate: Percentiles(44, 48, 66, 73, 93, 95, 104), pr: Percentiles(128, 141, 167, 172, 180, 199, 206),
        qrs: Percentiles(82, 86, 94, 105, 118, 137, 142), correctedQT: Percentiles(362, 370, 386, 397, 404, 430, 444))
    }
  }

  /// Combinations of superclasses and their weights.
  static let combinations: [(weight: Double, superclasses: [DiagnosticSuperclass])] = [
    (42, [.normal]), (12, [.infarction]), (11, [.stTChange]), (8, [.conductionDisturbance]), (2.5, [.hypertrophy]),
    (6, [.infarction, .conductionDisturbance]), (3.7, [.stTChange, .hypertrophy]),
    (2.8, [.infarction, .stTChange]), (2.2, [.stTChange, .conductionDisturbance]),
    (1.9, [.normal, .conductionDisturbance]), (1.7, [.infarction, .stTChange, .hypertrophy]),
    (1.4, [.conductionDisturbance, .hypertrophy]), (1, [.infarction, .stTChange, .conductionDisturbance]),
    (1, [.stTChange, .conductionDisturbance, .hypertrophy]), (0.9, [.infarction, .hypertrophy]),
  ]

  /// What one recording shows; `strength` scales every finding.
  static func diagnosis(
    model: SyntheticRecordingModel, strength: Double, using stream: inout RandomStream
  ) -> Diagnosis {
    let classes = drawCombination(using: &stream)
    // The class that says most about intervals: conduction, then hypertrophy, infarction, ST/T change.
    let order: [DiagnosticSuperclass] = [.conductionDisturbance, .hypertrophy, .infarction, .stTChange, .normal]
    let leading = order.first(where: classes.contains) ?? .normal
    let isMildBlock = classes.contains(.normal) && classes.contains(.conductionDisturbance)
    var timing = drawTiming(of: isMildBlock ? .normal : leading, using: &stream)

    var findings: [Finding] = []
    func draw() -> Double { strength * stream.uniform(in: 0.6...1) }
    if classes.contains(.hypertrophy) {
      let isLeft = stream.uniform() < 0.94
      findings.append(
        Finding(pathology: isLeft ? .leftVentricularHypertrophy : .rightVentricularHypertrophy, strength: draw()))
    }
    if classes.contains(.infarction) {
      let u = stream.uniform()
      let wall: Pathology = u < 0.47 ? .anteriorInfarction : u < 0.94 ? .inferiorInfarction : .lateralInfarction
      // Most infarctions in PTB-XL are old.
      let acuity = stream.uniform()
      findings.append(Finding(pathology: wall, strength: draw(), acuity: 0.7 * acuity * acuity * acuity))
    }
    if classes.contains(.stTChange) { findings.append(Finding(pathology: .stTChanges, strength: draw())) }
    if classes.contains(.conductionDisturbance) {
      if timing.qrsDuration >= 0.120 {
        let isLeft = stream.uniform() < 0.5
        findings.append(
          Finding(pathology: isLeft ? .leftBundleBranchBlock : .rightBundleBranchBlock, strength: draw()))
      } else if stream.uniform() < 0.35 {
        findings.append(Finding(pathology: .firstDegreeAVBlock, strength: strength))
        let longest = HeartTiming.longestPR(heartRate: timing.heartRate, correctedQT: timing.correctedQT)
        let pr = min(timing.pr + strength * (stream.uniform(in: 0.205...0.250) - timing.pr), max(longest, timing.pr))
        timing = HeartTiming(
          heartRate: timing.heartRate, correctedQT: timing.correctedQT, qrsDuration: timing.qrsDuration, pr: pr)
      } else {
        // Incomplete right bundle branch block.
        findings.append(
          Finding(pathology: .rightBundleBranchBlock, strength: strength * stream.uniform(in: 0.3...0.5)))
      }
    }
    let rhythm = stream.uniform()
    let share = stream.uniform(in: 0.2...0.8)
    if !classes.contains(.normal), rhythm < 0.11 {
      findings.append(Finding(pathology: .atrialFibrillation, strength: strength))
    } else if rhythm > 0.95, timing.heartRate < 80 {
      findings.append(Finding(pathology: .prematureVentricularBeats, strength: strength * share))
    } else if rhythm > 0.93, timing.heartRate < 80 {
      findings.append(Finding(pathology: .prematureAtrialBeats, strength: strength * share))
    }
    return Diagnosis(findings: findings, superclasses: strength == 0 ? [.normal] : classes, timing: timing)
  }

  private static func drawCombination(using stream: inout RandomStream) -> [DiagnosticSuperclass] {
    var rest = stream.uniform() * combinations.reduce(0) { $0 + $1.weight }
    for (weight, classes) in combinations {
      rest -= weight
      if rest < 0 { return classes }
    }
    return [.normal]
  }

  private static func drawTiming(
    of superclass: DiagnosticSuperclass, using stream: inout RandomStream
  ) -> HeartTiming {
    let (rate, pr, qrs, qt) = (stream.uniform(), stream.uniform(), stream.uniform(), stream.uniform())
    let intervals = intervals(of: superclass)
    let heartRate = intervals.heartRate.value(at: rate)
    let correctedQT = 0.001 * (intervals.correctedQT.value(at: qt) - RuleBias.qt)
    // As for the ranges: at high rates long PR intervals are left out of the draw.
    let room = 1000 * HeartTiming.longestPR(heartRate: heartRate, correctedQT: correctedQT)
    let highest = max(0.05, intervals.pr.share(below: room + RuleBias.pr))
    return HeartTiming(
      heartRate: heartRate, correctedQT: correctedQT,
      qrsDuration: 0.001 * (intervals.qrs.value(at: qrs) - RuleBias.qrs),
      pr: 0.001 * (intervals.pr.value(at: pr * highest) - RuleBias.pr))
  }
}
