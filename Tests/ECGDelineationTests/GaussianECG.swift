import ECGCore
import Foundation
import Reproducibility

/// An ECG of one lead made of Gaussians, whose waves are known; nothing of the program's own generator is in it.
struct GaussianECG {
  let samplingFrequency: Double
  /// R peaks in s.
  let beats: [Double]
  var p = 0.12
  var r = 1.0
  var t = 0.3
  var qt = 0.4

  /// A wave's Gaussian: place from R in s, width in s, mV.
  private var waves: [(centre: Double, width: Double, height: Double)] {
    [
      (-0.16, 0.020, p), (-0.025, 0.008, -0.1 * r), (0, 0.010, r), (0.028, 0.009, -0.2 * r),
      (qt - 0.05 - 2.5 * 0.045, 0.045, t),
    ]
  }

  /// Known peaks of P and T from R, in s.
  var pPeak: Double { -0.16 }
  var tPeak: Double { qt - 0.05 - 2.5 * 0.045 }

  /// Beats at `beats`, in s.
  init(samplingFrequency: Double, beats: [Double]) {
    self.samplingFrequency = samplingFrequency
    self.beats = beats
  }

  /// Beats 0.8 s apart from 0.5 s on.
  init(samplingFrequency: Double, count: Int = 12, interval: Double = 0.8) {
    self.samplingFrequency = samplingFrequency
    beats = (0..<count).map { 0.5 + interval * Double($0) }
  }

  /// Beats at intervals that run through 0.65 to 1.1 s, as in atrial fibrillation.
  init(irregularAt samplingFrequency: Double, count: Int) {
    self.samplingFrequency = samplingFrequency
    var time = 0.5
    beats = (0..<count).map { index in
      defer { time += 0.65 + 0.45 * Double(index * 7 % 13) / 12 }
      return time
    }
  }

  /// R peaks in samples.
  var peaks: [Int] { beats.map { Int(($0 * samplingFrequency).rounded()) } }

  /// The lead in mV, with white noise of `noise` mV.
  func lead(noise: Double = 0, seed: UInt64 = 1) -> [Float] {
    var random = RandomStream(seed: seed, purpose: "test", index: 0)
    let last = beats.last ?? 0
    return (0..<Int((last + 0.7) * samplingFrequency)).map { sample in
      let time = Double(sample) / samplingFrequency
      var value = noise * random.normal()
      for beat in beats where abs(beat - time) < 1 {
        for wave in waves {
          let distance = (time - beat - wave.centre) / wave.width
          value += wave.height * exp(-distance * distance / 2)
        }
      }
      return Float(value)
    }
  }
}
