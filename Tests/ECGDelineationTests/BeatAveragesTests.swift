import Reproducibility
import Testing

@testable import ECGDelineation

/// Which beats are averaged with which.
@Suite struct BeatAveragesTests {
  /// Beats 0.7 s apart, but every third one early by `early` of that and with a T wave 0.14 s sooner; their QRS complexes
  /// are alike.
  private func averages(early: Double) -> BeatAverages {
    let hertz = 250.0
    var (time, usual, soon): (Double, [Double], [Double]) = (0.6, [], [])
    for index in 0..<18 {
      if index % 3 == 2 { soon.append(time) } else { usual.append(time) }
      time += index % 3 == 1 ? 0.7 * (1 - early) : 0.7
    }
    var premature = GaussianECG(samplingFrequency: hertz, beats: soon)
    premature.qt = 0.26
    // Both are as long as the recording of the later of them.
    let others = GaussianECG(samplingFrequency: hertz, beats: usual).lead()
    var lead = premature.lead()
    for (sample, value) in others.enumerated() where sample < lead.count { lead[sample] += value }
    return averages(in: lead, of: (soon + usual).sorted().map { Int(($0 * hertz).rounded()) })
  }

  private func averages(in lead: [Float], of beats: [Int]) -> BeatAverages {
    var wavelet = SplineWavelet()
    wavelet.transform(lead, upTo: 4)
    return BeatAverages(lead: lead, slope: wavelet[2], wideSlope: wavelet[4], beats: beats)
  }

  /// The average so many seconds behind the R peak, in mV.
  private func value(_ average: [Float], at seconds: Double) -> Float {
    average[BeatAverages.centre + Int((seconds * 250).rounded())]
  }

  @Test func anEarlyBeatKeepsTheTWaveOfItsOwn() {
    for early in [0.12, 0.3] {
      let averages = averages(early: early)
      // Beat 8 is early, beat 9 is not; their T waves peak at 0.0975 and 0.2375 s.
      let (premature, usual) = (averages.average(of: 8), averages.average(of: 9))
      #expect(value(premature, at: 0.0975) > 0.28 && value(premature, at: 0.2375) < 0.05)
      #expect(value(usual, at: 0.0975) < 0.05 && value(usual, at: 0.2375) > 0.28)
    }
  }

  @Test func beatsOfLikeShapeAndRateAreAveraged() {
    var random = RandomStream(seed: 5, purpose: "test", index: 0)
    let ecg = GaussianECG(samplingFrequency: 250, count: 14)
    let clean = ecg.lead()
    let lead = clean.map { $0 + Float(0.03 * random.normal()) }
    let average = averages(in: lead, of: ecg.peaks).average(of: 7)
    let start = ecg.peaks[7] - BeatAverages.centre
    var (left, before): (Float, Float) = (0, 0)
    for place in 60..<240 {
      let (averaged, own) = (average[place] - clean[start + place], lead[start + place] - clean[start + place])
      left += averaged * averaged
      before += own * own
    }
    // Eleven beats leave an eleventh of the noise's power.
    #expect(left < before / 7)
  }
}
