import Reproducibility

/// The dipole sampled over a recording: three components, mV.
struct DipoleSignal: Sendable {
  let hertz: Double
  private(set) var x: [Double]
  private(set) var y: [Double]
  private(set) var z: [Double]

  /// A Gaussian is added within this many standard deviations of its centre; beyond, it is below 3.8e-6 of its peak,
  /// which at 1 mV is a hundredth of a digital unit.
  static let support = 5.0

  init(sampleCount: Int, hertz: Double) {
    self.hertz = hertz
    x = [Double](repeating: 0, count: sampleCount)
    y = x
    z = x
  }

  /// Adds a beat of `form`, turned and scaled. O(samples the beat covers).
  mutating func add(_ beat: SyntheticBeat, of form: BeatForm, turn: HeartRotation, factor: Double) {
    if let p = form.p {
      add(p.transformed(by: turn, factor: factor), onset: beat.pOnset, duration: form.pDuration)
    }
    add(form.qrs.transformed(by: turn, factor: factor), onset: beat.qrsOnset, duration: form.qrsDuration)
    add(form.t.transformed(by: turn, factor: factor), onset: beat.tOnset, duration: beat.tOffset - beat.tOnset)
    if form.st.magnitude > 0 {
      let st = WaveShape.stSegment(factor * turn.apply(to: form.st))
      add(st, onset: beat.qrsOffset, duration: beat.tPeak - beat.qrsOffset)
    }
  }

  /// Adds a wave that begins at `onset` and lasts `duration`, both in seconds. O(samples the wave covers).
  mutating func add(_ shape: WaveShape, onset: Double, duration: Double) {
    for kernel in shape.kernels {
      add(kernel.vector, centre: onset + kernel.centre * duration, width: kernel.width * duration)
    }
  }

  /// Adds vector * exp(-(t - centre)^2 / (2 width^2)).
  ///
  /// Neighbouring samples of a Gaussian differ by a factor that itself changes by a constant factor, so three
  /// exponentials and two multiplications a sample make the whole curve. Rounding grows with the square of the
  /// number of steps: below 1e-9 of the peak for 2,000 steps.
  private mutating func add(_ vector: DipoleVector, centre: Double, width: Double) {
    let reach = Self.support * width
    let first = max(0, Int(((centre - reach) * hertz).rounded(.up)))
    let last = min(x.count - 1, Int(((centre + reach) * hertz).rounded(.down)))
    guard first <= last else { return }
    let distance = (Double(first) / hertz - centre) / width
    let step = 1 / (hertz * width)
    let value = PortableMath.exp(-0.5 * distance * distance)
    let ratio = PortableMath.exp(-step * (distance + 0.5 * step))
    let ratioOfRatios = PortableMath.exp(-step * step)
    SynthesisWorkspace.kernels.add_gaussian(
      value, ratio, ratioOfRatios, [vector.x, vector.y, vector.z], first, last - first + 1, &x, &y, &z)
  }

  /// Adds `vector` times a sinusoid of `frequency` Hz, which is turned from sample to sample by one rotation. O(samples).
  mutating func addSinusoid(_ vector: DipoleVector, frequency: Double, phase: Double) {
    let turn = PortableMath.sineAndCosine(2 * Double.pi * frequency / hertz)
    var (sine, cosine) = PortableMath.sineAndCosine(phase)
    for sample in x.indices {
      x[sample] += sine * vector.x
      y[sample] += sine * vector.y
      z[sample] += sine * vector.z
      (sine, cosine) = (sine * turn.cosine + cosine * turn.sine, cosine * turn.cosine - sine * turn.sine)
    }
  }
}
