import Foundation
import Testing

@testable import ECGDelineation

@Suite struct WaveletTests {
  /// Impulse responses of the filters, written out from equations (5) and (6) of Martinez et al. 2004: at scale 2^k the
  /// high-pass stretched by 2^(k-1) after all low-passes before it.
  @Test func impulseResponsesAreThePublishedFilters() {
    var impulse = [Float](repeating: 0, count: 101)
    impulse[50] = 1
    var wavelet = SplineWavelet()
    wavelet.transform(impulse, upTo: 3)
    #expect(Array(wavelet[1][48...51]) == [0, 2, -2, 0])
    #expect(Array(wavelet[2][46...53]) == [0, 0.25, 0.75, 0.5, -0.5, -0.75, -0.25, 0])
    let third = wavelet[3].map { Double($0) }
    #expect(abs(third.reduce(0, +)) < 1e-7)
    for offset in 0..<20 { #expect(third[49 - offset] == -third[50 + offset]) }
  }

  @Test func peakOfABumpIsWhereTheSlopeCrossesZero() {
    for centre in [60.0, 60.3, 60.75] {
      let bump = (0..<140).map { (index: Int) -> Float in
        let distance = (Double(index) - centre) / 6
        return Float(exp(-distance * distance / 2))
      }
      var wavelet = SplineWavelet()
      wavelet.transform(bump, upTo: 4)
      let turns = Slopes.turns(in: wavelet[4], 1..<139, share: 0.1)
      #expect(turns.count == 2)
      guard turns.count == 2 else { continue }
      let peak = Slopes.summit(of: wavelet[4], level: 0, between: turns[0], and: turns[1])
      #expect(abs(Double(peak) - centre) < 0.02)
    }
  }

  @Test func theGridKeepsTimeAtEveryRate() {
    for hertz in [100.0, 128, 250, 257, 360, 500, 1000] {
      let count = Int(hertz * 4)
      let lead = (0..<count).map { (index: Int) -> Float in Float(sin(14 * Double.pi * Double(index) / hertz)) }
      let grid = AnalysisGrid(samplingFrequency: hertz)
      let resampled = grid.resampled(lead)
      #expect(resampled.count == grid.count(ofLead: count))
      for index in 50..<resampled.count - 50 {
        let exact = sin(14 * Double.pi * Double(index) / 250)
        #expect(abs(Double(resampled[index]) - exact) < 0.01, "\(hertz) Hz, \(index)")
      }
    }
  }

  @Test func aShoulderIsAPairOfTurnsWithoutAChangeOfSign() {
    // A small bump on a falling slope.
    let signal = (0..<120).map { (index: Int) -> Float in
      let distance = (Double(index) - 60) / 5
      return Float(0.1 * exp(-distance * distance / 2) - 0.02 * Double(index))
    }
    var wavelet = SplineWavelet()
    wavelet.transform(signal, upTo: 4)
    #expect(wavelet[4][20..<100].allSatisfy { $0 < 0 })
    #expect(Slopes.turns(in: wavelet[4], 45..<75, share: 0.2).count == 2)
  }
}
