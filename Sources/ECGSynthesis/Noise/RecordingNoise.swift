import Reproducibility

/// Noise of one recording in the eight independent leads, mV: baseline wander, muscle and mains at a stated ratio to
/// the signal's power.
///
/// Noise arises at the nine electrodes (RA, LA, LL, V1 to V6) and reaches the leads as their potentials do, chest
/// leads against the mean of the three limb electrodes; so noisy recordings obey Einthoven's law as real ones do.
///
/// - Wander: three sinusoids, one at the breath's frequency and two between 0.05 and 0.5 Hz, with a random amplitude
///   and phase at each electrode.
/// - Muscle: white noise between 15 and 120 Hz (first-order filters; at 100 Hz the upper edge has no effect), made
///   of sums of four uniform numbers, which filtering brings close enough to a normal distribution.
/// - Mains: one sinusoid with its own amplitude and phase at each electrode, left out where its frequency is at least
///   0.45 of the sampling frequency: an anti-alias filter would have removed it.
struct RecordingNoise: Sendable {
  /// Lead after lead, in the order of `Lead.independent8`.
  private(set) var samples: [Double]
  private let sampleCount: Int
  private static let leadCount = 8
  private static let electrodeCount = 9

  /// Noise whose mean power is `power` in mV^2. O(leads * samples).
  init(
    power: Double, sampleCount: Int, hertz: Double, breath: Double, model: SyntheticRecordingModel,
    using stream: inout RandomStream
  ) {
    self.sampleCount = sampleCount
    samples = [Double](repeating: 0, count: Self.leadCount * sampleCount)
    let wanderShare = stream.uniform(in: model.wanderShare)
    let muscleShare = stream.uniform(in: model.muscleShare)
    let mainsShare = stream.uniform(in: model.mainsShare)
    let mains = model.mainsFrequenciesInHertz[stream.integer(below: model.mainsFrequenciesInHertz.count)]
    let drifts = [breath, stream.uniform(in: 0.05...0.5), stream.uniform(in: 0.05...0.5)]

    for drift in drifts { addSinusoid(drift / hertz, using: &stream) }
    scale(toPower: wanderShare)
    if mains < 0.45 * hertz {
      var component = RecordingNoise(silentLike: self)
      component.addSinusoid(mains / hertz, using: &stream)
      add(component, atPower: mainsShare)
    }
    var component = RecordingNoise(silentLike: self)
    component.addMuscle(hertz: hertz, using: &stream)
    add(component, atPower: muscleShare)
    scale(toPower: power)
  }

  private init(silentLike other: RecordingNoise) {
    sampleCount = other.sampleCount
    samples = [Double](repeating: 0, count: other.samples.count)
  }

  private mutating func scale(toPower power: Double) {
    let present = meanSquare
    guard present > 0 else { return }
    let factor = (power / present).squareRoot()
    samples.withUnsafeMutableBufferPointer { samples in
      for position in samples.indices { samples[position] *= factor }
    }
  }

  private mutating func add(_ other: RecordingNoise, atPower power: Double) {
    let present = other.meanSquare
    guard present > 0 else { return }
    let factor = (power / present).squareRoot()
    add(other.samples[...], times: factor, from: 0)
  }

  /// Adds `factor` times `values` to the samples from position `start` on.
  private mutating func add(_ values: ArraySlice<Double>, times factor: Double, from start: Int) {
    samples.withUnsafeMutableBufferPointer { samples in
      values.withUnsafeBufferPointer { values in
        for position in values.indices { samples[start + position] += factor * values[position] }
      }
    }
  }

  /// Four running sums side by side, in a fixed order: a single one would wait for itself at each addition.
  private var meanSquare: Double {
    samples.withUnsafeBufferPointer { samples in
      var sums = SIMD4<Double>.zero
      var position = 0
      while position + 4 <= samples.count {
        let values = SIMD4(
          samples[position], samples[position + 1], samples[position + 2], samples[position + 3])
        sums += values * values
        position += 4
      }
      var total = (sums[0] + sums[1]) + (sums[2] + sums[3])
      while position < samples.count {
        total += samples[position] * samples[position]
        position += 1
      }
      return total / Double(samples.count)
    }
  }

  /// The leads' values from the electrodes'.
  private static func leads(fromElectrodes potentials: [Double]) -> [Double] {
    let (right, left, leg) = (potentials[0], potentials[1], potentials[2])
    let terminal = (right + left + leg) / 3
    return [left - right, leg - right] + potentials[3...].map { $0 - terminal }
  }

  /// One frequency, in cycles a sample, at every electrode. The sinusoid is turned from sample to sample by one
  /// rotation, whose rounding grows by about 1e-16 a sample.
  private mutating func addSinusoid(_ cyclesPerSample: Double, using stream: inout RandomStream) {
    let cosines = Self.leads(fromElectrodes: (0..<Self.electrodeCount).map { _ in stream.normal() })
    let sines = Self.leads(fromElectrodes: (0..<Self.electrodeCount).map { _ in stream.normal() })
    let turn = PortableMath.sineAndCosine(2 * Double.pi * cyclesPerSample)
    var cosine = [Double](repeating: 1, count: sampleCount)
    var sine = [Double](repeating: 0, count: sampleCount)
    for sample in 1..<sampleCount {
      let (c, s) = (cosine[sample - 1], sine[sample - 1])
      cosine[sample] = c * turn.cosine - s * turn.sine
      sine[sample] = s * turn.cosine + c * turn.sine
    }
    for lead in 0..<Self.leadCount {
      add(cosine[...], times: cosines[lead], from: lead * sampleCount)
      add(sine[...], times: sines[lead], from: lead * sampleCount)
    }
  }

  private mutating func addMuscle(hertz: Double, using stream: inout RandomStream) {
    let low = 1 - PortableMath.exp(-2 * Double.pi * 15 / hertz)
    let high = 1 - PortableMath.exp(-2 * Double.pi * 120 / hertz)
    // What each electrode adds to each lead, as in leads(fromElectrodes:).
    for electrode in 0..<Self.electrodeCount {
      let band = Self.band(low: low, high: high, count: sampleCount, using: &stream)
      let unit = (0..<Self.electrodeCount).map { $0 == electrode ? 1.0 : 0.0 }
      for (lead, weight) in Self.leads(fromElectrodes: unit).enumerated() where weight != 0 {
        add(band[...], times: weight, from: lead * sampleCount)
      }
    }
  }

  /// White noise less what is below one corner and above another; `low` and `high` are the filters' coefficients.
  private static func band(low: Double, high: Double, count: Int, using stream: inout RandomStream) -> [Double] {
    var slow = 0.0
    var smooth = 0.0
    var band = [Double](repeating: 0, count: count)
    band.withUnsafeMutableBufferPointer { band in
      for sample in band.indices {
        let bits = stream.nextUInt64()
        let sum = (bits & 0xFFFF) + (bits >> 16 & 0xFFFF) + (bits >> 32 & 0xFFFF) + (bits >> 48)
        let value = Double(sum) - 131_070
        slow += low * (value - slow)
        smooth += high * (value - slow - smooth)
        band[sample] = smooth
      }
    }
    return band
  }
}
