import Reproducibility

/// Sinus rhythm with the two peaks that the spectrum of real RR intervals has: a low-frequency one near 0.1 Hz and a
/// respiratory one (McSharry et al. 2003, section III), here as one sinusoid each, plus small white variation.
struct SinusRhythm: Sendable {
  /// Mean RR interval in s.
  let meanRR: Double
  /// Breaths a second.
  let respiratoryFrequency: Double
  /// Phase of the breath at time 0, radians.
  let respiratoryPhase: Double
  /// Relative size of the respiratory variation.
  let respiratoryDepth: Double
  /// Frequency in Hz, phase and relative size of the slow variation.
  let slowFrequency: Double
  let slowPhase: Double
  let slowDepth: Double
  /// Relative standard deviation of the white variation.
  let whiteDepth: Double

  init(heartRate: Double, model: SyntheticRecordingModel, using stream: inout RandomStream) {
    meanRR = 60 / heartRate
    respiratoryFrequency = stream.uniform(in: model.respiratoryFrequencyInHertz)
    respiratoryPhase = 2 * Double.pi * stream.uniform()
    respiratoryDepth = stream.uniform(in: model.respiratoryVariability)
    slowFrequency = stream.uniform(in: 0.08...0.12)
    slowPhase = 2 * Double.pi * stream.uniform()
    slowDepth = stream.uniform(in: model.slowVariability)
    whiteDepth = stream.uniform(in: model.whiteVariability)
  }

  /// The breath at time `t` s: -1 to 1.
  func breath(at t: Double) -> Double {
    PortableMath.sin(2 * Double.pi * respiratoryFrequency * t + respiratoryPhase)
  }

  /// R peaks in s, ascending: from before -1.5 mean RR intervals, so that waves of an earlier beat reach into the
  /// recording, to the first one past `end`.
  func peaks(until end: Double, using stream: inout RandomStream) -> [Double] {
    var time = -meanRR * (2 + stream.uniform())
    var peaks = [time]
    while time <= end {
      let slow = PortableMath.sin(2 * Double.pi * slowFrequency * time + slowPhase)
      // Breathing in speeds the heart up, hence the sign.
      let relative =
        1 - respiratoryDepth * breath(at: time) + slowDepth * slow
        + whiteDepth * min(max(stream.normal(), -3), 3)
      time += meanRR * relative
      peaks.append(time)
    }
    return peaks
  }
}
