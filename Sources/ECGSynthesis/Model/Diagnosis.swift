import Reproducibility

/// What one recording shows.
struct Diagnosis: Sendable {
  /// In the order in which they are laid over the normal heart.
  var findings: [Finding]
  /// Those of PTB-XL, ascending.
  var superclasses: [DiagnosticSuperclass]
  /// Where HR, PR, QRS and QT come from; nil for the preset's ranges.
  var timing: HeartTiming?

  /// The strongest finding's strength, 0 without one.
  var strength: Double { findings.map(\.strength).max() ?? 0 }

  func strength(of pathology: Pathology) -> Double {
    findings.first { $0.pathology == pathology }?.strength ?? 0
  }

  /// Of a recording of `model`; `strength` scales every finding.
  init(model: SyntheticRecordingModel, strength: Double, using stream: inout RandomStream) {
    switch model.findings {
    case .none: self.init(findings: [], superclasses: [.normal], timing: nil)
    case .one(let pathology):
      self.init(
        findings: [Finding(pathology: pathology, strength: strength)],
        superclasses: strength == 0 ? [.normal] : pathology.superclass.map { [$0] } ?? [], timing: nil)
    case .likePTBXL: self = PTBXLPopulation.diagnosis(model: model, strength: strength, using: &stream)
    }
  }

  init(findings: [Finding], superclasses: [DiagnosticSuperclass], timing: HeartTiming?) {
    self.findings = findings.filter { $0.strength > 0 }
    self.superclasses = superclasses
    self.timing = timing
  }
}

/// Heart rate and intervals of one heart.
struct HeartTiming: Sendable {
  /// Beats a minute.
  let heartRate: Double
  /// Seconds, at 60 bpm.
  let correctedQT: Double
  /// Seconds.
  let qrsDuration: Double
  /// Seconds.
  let pr: Double

  /// A P may begin this long before the T of the beat before it ends, as it does in tachycardia.
  private static let allowedOverlapOfPWithT = 0.020

  init(heartRate: Double, correctedQT: Double, qrsDuration: Double, pr: Double) {
    self.heartRate = heartRate
    self.correctedQT = correctedQT
    self.qrsDuration = qrsDuration
    self.pr = pr
  }

  /// QT in s at the mean RR interval.
  var qt: Double { Heart.qt(corrected: correctedQT, rr: 60 / heartRate) }

  /// From the ranges of `model`. Diastole has to hold the PR interval: at high rates long ones are left out of the draw.
  init(model: SyntheticRecordingModel, using stream: inout RandomStream) {
    let rates = model.heartRateInBeatsPerMinute
    let skewed = PortableMath.pow(1 - stream.uniform(), model.heartRateSkew)
    heartRate = rates.lowerBound + (rates.upperBound - rates.lowerBound) * skewed
    correctedQT = 0.001 * stream.uniform(in: model.correctedQTInMilliseconds)
    qrsDuration = 0.001 * stream.uniform(in: model.qrsInMilliseconds)
    let shortest = 0.001 * model.prInMilliseconds.lowerBound
    let longest = min(
      0.001 * model.prInMilliseconds.upperBound,
      max(Self.longestPR(heartRate: heartRate, correctedQT: correctedQT), shortest + 0.010))
    pr = stream.uniform(in: shortest...longest)
  }

  /// What diastole holds, s.
  static func longestPR(heartRate: Double, correctedQT: Double) -> Double {
    let rr = 60 / heartRate
    return rr - Heart.qt(corrected: correctedQT, rr: rr) + allowedOverlapOfPWithT
  }
}
