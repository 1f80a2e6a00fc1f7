import ECGCore
import ECGSynthesis
import Testing

/// Each pathology's textbook criterion, measured in the signal: nearly always met at full strength, hardly ever at none.
/// Sources stand in docs/synthesis.md.
@Suite struct CriterionTests {
  private static let count = 60

  /// The share of recordings that meet `criterion`.
  private func share(
    _ preset: String, _ strength: Double, _ criterion: (SyntheticECG) throws -> Bool
  ) throws -> Double {
    let source = try SyntheticSource(
      count: Self.count, seed: 31, samplingFrequencyInHertz: MeasuredBeat.hertz, preset: preset, strength: strength)
    var met = 0
    for index in 0..<Self.count where try criterion(source.ecg(at: index)) { met += 1 }
    return Double(met) / Double(Self.count)
  }

  private func check(_ pathology: Pathology, _ criterion: (SyntheticECG) throws -> Bool) throws {
    let (none, half, full) = (
      try share(pathology.rawValue, 0, criterion), try share(pathology.rawValue, 0.5, criterion),
      try share(pathology.rawValue, 1, criterion)
    )
    #expect(full >= 0.95, "\(pathology.rawValue): \(full) at full strength")
    #expect(none <= 0.05, "\(pathology.rawValue): \(none) at strength 0")
    #expect(half >= none && half <= full)
  }

  private func checkBeat(_ pathology: Pathology, _ criterion: (MeasuredBeat) -> Bool) throws {
    try check(pathology) { criterion(try #require(MeasuredBeat($0))) }
  }

  @Test func anteriorInfarction() throws {
    try checkBeat(.anteriorInfarction) { beat in
      ["V2", "V3"].allSatisfy { lead in
        beat.st(lead) >= 0.2 && (beat.isQS(lead) || beat.q(lead).milliseconds >= 20) && beat.t(lead) < -0.1
      }
    }
  }

  @Test func inferiorInfarction() throws {
    try checkBeat(.inferiorInfarction) { beat in
      ["II", "III", "aVF"].allSatisfy { beat.st($0) >= 0.1 && beat.t($0) < 0 }
        // Two contiguous leads with Q are asked for.
        && ["III", "aVF"].allSatisfy { beat.q($0).milliseconds >= 30 && beat.q($0).depth >= 0.1 }
        && beat.st("aVL") < -0.05
    }
  }

  @Test func lateralInfarction() throws {
    try checkBeat(.lateralInfarction) { beat in
      ["I", "aVL", "V5", "V6"].allSatisfy { beat.st($0) >= 0.1 && beat.t($0) < 0 }
        && ["I", "aVL"].allSatisfy { beat.q($0).milliseconds >= 30 && beat.q($0).depth >= 0.1 }
    }
  }

  @Test func stAndTChanges() throws {
    try checkBeat(.stTChanges) { beat in
      ["V5", "V6"].allSatisfy { beat.st($0) <= -0.05 && beat.t($0) <= -0.1 }
    }
  }

  @Test func leftBundleBranchBlock() throws {
    try check(.leftBundleBranchBlock) { ecg in
      let beat = try #require(MeasuredBeat(ecg))
      return try #require(ecg.intervals.qrsInMilliseconds) >= 120 && beat.fastTime >= 105
        && ["V5", "V6"].allSatisfy { beat.q($0).depth < 0.05 && beat.rPeakTime($0) > 60 }
        && ["I", "V6"].allSatisfy { beat.r($0) > 3 * beat.s($0) && beat.t($0) < 0 }
        && beat.s("V1") > 3 * beat.r("V1") && beat.t("V1") > 0
    }
  }

  @Test func rightBundleBranchBlock() throws {
    try check(.rightBundleBranchBlock) { ecg in
      let beat = try #require(MeasuredBeat(ecg))
      return try #require(ecg.intervals.qrsInMilliseconds) >= 120 && beat.fastTime >= 105
        && beat.lateR("V1") > 0.3 && beat.t("V1") < 0
        && ["I", "V6"].allSatisfy { beat.lateSTime($0) >= 40 }
    }
  }

  @Test func firstDegreeAVBlock() throws {
    try check(.firstDegreeAVBlock) { ecg in
      try #require(ecg.intervals.prInMilliseconds) > 200 && ecg.beats.allSatisfy { $0.hasP && $0.pOffset < $0.qrsOnset }
    }
  }

  @Test func leftVentricularHypertrophy() throws {
    try checkBeat(.leftVentricularHypertrophy) { beat in
      beat.s("V1") + max(beat.r("V5"), beat.r("V6")) >= 3.5 && beat.st("V6") < -0.05 && beat.t("V6") < 0
    }
  }

  @Test func rightVentricularHypertrophy() throws {
    try checkBeat(.rightVentricularHypertrophy) { beat in
      let (one, foot) = (beat.r("I") - beat.s("I"), beat.r("aVF") - beat.s("aVF"))
      return beat.r("V1") >= 0.7 && beat.r("V1") > beat.s("V1") && one < 0 && foot > 0 && beat.t("V1") < 0
    }
  }

  /// Root mean square of successive differences of RR over the mean RR.
  private func irregularity(_ ecg: SyntheticECG) -> Double {
    let peaks = ecg.beats.map(\.rPeak)
    let intervals = zip(peaks.dropFirst(), peaks).map { $0 - $1 }
    let differences = zip(intervals.dropFirst(), intervals).map { ($0 - $1) * ($0 - $1) }
    let mean = intervals.reduce(0, +) / Double(intervals.count)
    return (differences.reduce(0, +) / Double(differences.count)).squareRoot() / mean
  }

  @Test func atrialFibrillation() throws {
    try check(.atrialFibrillation) { ecg in
      let beat = try #require(MeasuredBeat(ecg))
      // P waves add up in a mean of ten beats or more, fibrillatory waves do not.
      return irregularity(ecg) > 0.1 && beat.pCoherence < 0.75 && ecg.intervals.prInMilliseconds == nil
        && ecg.fiducials.beats.allSatisfy { $0[.pOnset] == Beat.absent && $0[.pPeak] == Beat.absent }
    }
  }

  /// RR interval before and behind each early beat, over the median RR.
  private func surroundings(_ ecg: SyntheticECG, _ kind: SyntheticBeat.Kind) -> [(before: Double, behind: Double)] {
    let beats = ecg.beats
    let intervals = zip(beats.dropFirst(), beats).map { $0.rPeak - $1.rPeak }
    var usual: [Double] = []
    for number in beats.indices.dropFirst()
    where beats[number - 1].kind == .normal && beats[number].kind == .normal {
      usual.append(intervals[number - 1])
    }
    usual.sort()
    let median = usual.isEmpty ? intervals.sorted()[intervals.count / 2] : usual[usual.count / 2]
    return beats.indices.dropFirst().dropLast().filter { beats[$0].kind == kind }.map {
      (intervals[$0 - 1] / median, intervals[$0] / median)
    }
  }

  @Test func prematureAtrialBeats() throws {
    try check(.prematureAtrialBeats) { ecg in
      let early = surroundings(ecg, .atrialPremature)
      guard let normal = MeasuredBeat(ecg), let other = MeasuredBeat(ecg, kind: .atrialPremature) else { return false }
      return early.allSatisfy { $0.before <= 0.85 && $0.before + $0.behind < 1.95 }
        && abs(other.fastTime - normal.fastTime) <= 4
        && ecg.beats.allSatisfy { $0.kind == .normal || $0.hasP }
    }
  }

  @Test func prematureVentricularBeats() throws {
    try check(.prematureVentricularBeats) { ecg in
      let early = surroundings(ecg, .ventricularPremature)
      guard let normal = MeasuredBeat(ecg), let other = MeasuredBeat(ecg, kind: .ventricularPremature) else {
        return false
      }
      let beats = ecg.beats.filter { $0.kind == .ventricularPremature }
      let largest = ["I", "II", "V1", "V6"].max { other.r($0) + other.s($0) < other.r($1) + other.s($1) } ?? "V1"
      let up = other.r(largest) - other.s(largest)
      return early.allSatisfy { $0.before <= 0.85 && abs($0.before + $0.behind - 2) < 0.25 }
        && other.fastTime >= 105 && other.fastTime > normal.fastTime + 20 && up * other.t(largest) < 0
        && beats.allSatisfy { !$0.hasP && $0.qrsOffset - $0.qrsOnset >= 0.12 }
    }
  }
}
