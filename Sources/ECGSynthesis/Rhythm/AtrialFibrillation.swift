import Reproducibility

/// Atrial fibrillation: RR intervals drawn one by one, and fibrillatory waves instead of P.
///
/// The waves are sinusoids close to each other in frequency, whose beating makes amplitude and frequency wander, with
/// second harmonics that give them their saw-tooth (M. Stridh, L. Sörnmo, *Spatiotemporal QRST cancellation techniques
/// for analysis of atrial fibrillation*, IEEE Trans Biomed Eng 48(1):105-111, 2001, model them as a sawtooth of
/// modulated frequency and amplitude). They are largest in V1, as over the right atrium.
struct AtrialFibrillation: Sendable {
  private struct Wave {
    let frequency: Double
    let phase: Double
    let vector: DipoleVector
  }
  private let waves: [Wave]
  private let spread: Double

  init(strength: Double, using stream: inout RandomStream) {
    spread = 0.12 + 0.12 * strength
    let frequency = stream.uniform(in: 4.8...7.2)
    let size = strength * stream.uniform(in: 0.020...0.050)
    func wave(around centre: Double, share: Double) -> Wave {
      let turn = HeartRotation(
        frontalDegrees: stream.uniform(in: -30...30), horizontalDegrees: stream.uniform(in: -25...25))
      return Wave(
        frequency: centre + stream.uniform(in: -0.7...0.7), phase: 2 * Double.pi * stream.uniform(),
        vector: (size * share) * turn.apply(to: DipoleVector(-0.45, 0.45, -0.75)))
    }
    waves =
      [1, 0.7, 0.5, 0.4].map { wave(around: frequency, share: $0) }
      + [0.35, 0.25].map { wave(around: 2 * frequency, share: $0) }
  }

  /// R peaks in s, ascending, from before `first` to the first past `end`: RR intervals independent of each other, with a
  /// relative standard deviation of about ``spread``, none shorter than `shortest`.
  func peaks(from first: Double, until end: Double, meanRR: Double, shortest: Double, using stream: inout RandomStream)
    -> [Double]
  {
    var time = first
    var peaks = [time]
    while time <= end {
      let relative = PortableMath.exp(spread * min(max(stream.normal(), -2.5), 2.5) - 0.5 * spread * spread)
      time += max(meanRR * relative, shortest)
      peaks.append(time)
    }
    return peaks
  }

  /// Adds the fibrillatory waves. O(samples).
  func add(to dipole: inout DipoleSignal) {
    for wave in waves { dipole.addSinusoid(wave.vector, frequency: wave.frequency, phase: wave.phase) }
  }
}
