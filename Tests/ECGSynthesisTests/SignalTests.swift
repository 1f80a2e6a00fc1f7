import ECGCore
import ECGSynthesis
import Reproducibility
import Testing

@Suite struct SignalTests {
  /// What is left of a Gaussian 2.5 standard deviations from its centre: exp(-3.125).
  private let boundaryFraction = 0.043_937

  @Test func theRPeakIsWhereTheDipoleIsLongest() throws {
    for hertz in [100.0, 500, 1000] {
      let source = try SyntheticSource(count: 40, seed: 21, samplingFrequencyInHertz: hertz)
      for index in 0..<40 {
        let ecg = try source.ecg(at: index)
        for beat in ecg.fiducials.beats where beat[.qrsOnset] >= 0 && beat[.qrsOffset] >= 0 {
          let samples = Int(beat[.qrsOnset])...Int(beat[.qrsOffset])
          let longest = samples.max { ecg.dipole(at: $0).magnitude < ecg.dipole(at: $1).magnitude }
          #expect(abs(try #require(longest) - Int(beat[.rPeak])) <= 1)
        }
        for beat in ecg.fiducials.beats where beat[.tOnset] >= 0 && beat[.tOffset] >= 0 {
          let samples = (Int(beat[.tPeak]) + Int(beat[.tOnset])) / 2...(Int(beat[.tPeak]) + Int(beat[.tOffset])) / 2
          let longest = samples.max { ecg.dipole(at: $0).magnitude < ecg.dipole(at: $1).magnitude }
          #expect(abs(try #require(longest) - Int(beat[.tPeak])) <= 1 + Int(hertz * 0.002))
        }
      }
    }
  }

  // Beats are looked at where no other wave is near; elsewhere neighbours add their own tails.
  @Test func beyondOnsetsAndOffsetsLessIsLeftThanTheStatedFraction() throws {
    let source = try SyntheticSource(count: 60, seed: 22, samplingFrequencyInHertz: 1000)
    var seen = 0
    for index in 0..<60 {
      let ecg = try source.ecg(at: index)
      for (previous, beat) in zip(ecg.beats, ecg.beats.dropFirst())
      where previous.tPeak > 0 && beat.rPeak < 9.9 && beat.pOnset - previous.tOffset > 0.1 {
        func magnitude(_ time: Double) -> Double { ecg.dipole(at: Int((time * 1000).rounded())).magnitude }
        let pOnset = magnitude(beat.pOnset) / magnitude(beat.pPeak)
        let before = magnitude(beat.pOnset - 0.010) / magnitude(beat.pPeak)
        #expect(before < pOnset && pOnset < 1.2 * boundaryFraction, "P onset \(before) \(pOnset)")
        #expect(pOnset > 0.4 * boundaryFraction, "the onset is not far outside the wave: \(pOnset)")
        let tOffset = magnitude(previous.tOffset) / magnitude(previous.tPeak)
        #expect(tOffset < 1.2 * boundaryFraction, "T offset \(tOffset)")
        #expect(tOffset > 0.4 * boundaryFraction, "the offset is not far outside the wave: \(tOffset)")
        seen += 1
      }
    }
    #expect(seen > 100)
  }

  @Test func limbLeadsObeyEinthovenAndGoldbergerWithAndWithoutNoise() throws {
    let source = try SyntheticSource(count: 10, seed: 23)
    for index in 0..<10 {
      let ecg = try source.ecg(at: index)
      for noisy in [false, true] {
        let signal = try ecg.digitalSignal(noisy: noisy)
        let leads = (0..<6).map { lead in signal.lead(lead).map { Int($0) } }
        for sample in 0..<signal.sampleCount {
          let values = leads.map { $0[sample] }
          #expect(abs(values[0] + values[2] - values[1]) <= 2)
          #expect(abs(values[3] + values[4] + values[5]) <= 2)
          #expect(abs(2 * values[3] + values[0] + values[1]) <= 4)
        }
      }
    }
  }

  @Test func theNoiseHasTheStatedPower() throws {
    let source = try SyntheticSource(count: 20, seed: 24)
    let independent = [0, 1, 6, 7, 8, 9, 10, 11]
    for index in 0..<20 {
      let ecg = try source.ecg(at: index)
      let (clean, noisy) = (ecg.millivolts(noisy: false), ecg.millivolts())
      var (signal, noise) = (0.0, 0.0)
      for lead in independent {
        let range = lead * 1000..<(lead + 1) * 1000
        let mean = range.map { clean[$0] }.reduce(0, +) / 1000
        signal += range.map { (clean[$0] - mean) * (clean[$0] - mean) }.reduce(0, +)
        noise += range.map { (noisy[$0] - clean[$0]) * (noisy[$0] - clean[$0]) }.reduce(0, +)
      }
      let expected = PortableMath.pow(10, ecg.signalToNoiseInDecibels / 10)
      #expect(abs(signal / noise / expected - 1) < 0.01)
    }
  }

  @Test func theLeadsHaveTheFormThatTextbooksShow() throws {
    let count = 100
    let source = try SyntheticSource(count: count, seed: 25, samplingFrequencyInHertz: 500)
    var peaks = [[Double]](repeating: [], count: 12)
    var nadirs = peaks
    var tWaves = peaks
    for index in 0..<count {
      let ecg = try source.ecg(at: index)
      let signal = ecg.millivolts(noisy: false)
      let beat = try #require(ecg.fiducials.beats.first { $0[.qrsOnset] >= 0 && $0[.tOffset] >= 0 })
      for lead in 0..<12 {
        let qrs = signal[lead * 5000 + Int(beat[.qrsOnset])...lead * 5000 + Int(beat[.qrsOffset])]
        peaks[lead].append(qrs.max() ?? 0)
        nadirs[lead].append(qrs.min() ?? 0)
        tWaves[lead].append(signal[lead * 5000 + Int(beat[.tPeak])])
      }
    }
    func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
    let r = peaks.map(mean)
    let s = nadirs.map(mean)
    let t = tWaves.map(mean)
    let (aVR, v1) = (3, 6)
    #expect(-s[aVR] > 2 * r[aVR] && t[aVR] < 0, "aVR points down")
    #expect(r[v1] < r[v1 + 1] && r[v1 + 1] < r[v1 + 2] && r[v1 + 2] < r[v1 + 3], "R grows from V1 to V4: \(r)")
    #expect(-s[v1] > r[v1] && -s[v1 + 1] > r[v1 + 1], "V1 and V2 are mostly negative")
    #expect(r[10] > -s[10] && r[11] > -s[11], "V5 and V6 are mostly positive")
    for lead in [0, 1, 7, 8, 9, 10, 11] { #expect(t[lead] > 0.05, "T is upright in lead \(lead)") }
    let lateralT = zip(tWaves[10], peaks[10]).filter { $0 > 0 && $1 > 0 }.count
    #expect(lateralT > 95, "T goes with R in V5")
  }
}
