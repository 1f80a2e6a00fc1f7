import Reproducibility

/// Noise of one recording in the eight independent leads, mV: baseline wander, muscle, electrode motion and mains at a
/// stated ratio to the signal's power.
///
/// Noise arises at the nine electrodes (RA, LA, LL, V1 to V6) and reaches the leads as their potentials do, chest
/// leads against the mean of the three limb electrodes; so noisy recordings obey Einthoven's law as real ones do.
///
/// - Wander: three sinusoids, one at the breath's frequency and two between 0.05 and 0.5 Hz, with a random amplitude
///   and phase at each electrode.
/// - Muscle: white noise between 15 and 120 Hz (first-order filters; at 100 Hz the upper edge has no effect), made
///   of sums of four uniform numbers, which filtering brings close enough to a normal distribution.
/// - Motion: steps of single electrodes, one or two in ten seconds, that rise within some 50 ms and die away within a
///   second (``ElectrodeMotion``).
/// - Mains: one sinusoid with its own amplitude and phase at each electrode, left out where its frequency is at least
///   0.45 of the sampling frequency: an anti-alias filter would have removed it.
///
/// A sinusoid is turned from sample to sample by one rotation, whose rounding grows by about 1e-16 a sample.
struct RecordingNoise: Sendable {
  private let wanderShare: Double
  private let muscleShare: Double
  private let motionShare: Double
  private let mainsShare: Double
  private let mains: Double?
  private let drifts: [Double]
  private let hertz: Double

  /// Whether a recording at `hertz` can hold mains of `frequency` Hz.
  static func holds(_ frequency: Double, hertz: Double) -> Bool { frequency < 0.45 * hertz }

  /// The kinds and shares of one recording's noise.
  init(
    model: SyntheticRecordingModel, settings: RecordingSettings, hertz: Double, breath: Double,
    using stream: inout RandomStream
  ) {
    self.hertz = hertz
    var shares: [NoiseKind: Double] = [
      .wander: stream.uniform(in: model.wanderShare), .muscle: stream.uniform(in: model.muscleShare),
      .mains: stream.uniform(in: model.mainsShare),
    ]
    var frequency = model.mainsFrequenciesInHertz[stream.integer(below: model.mainsFrequenciesInHertz.count)]
    drifts = [breath, stream.uniform(in: 0.05...0.5), stream.uniform(in: 0.05...0.5)]
    if let kinds = settings.noise {
      shares = [:]
      for kind in NoiseKind.allCases where kinds.contains(kind) { shares[kind] = stream.uniform(in: 1.0 / 3...1) }
    }
    if settings.mains == .fifty { frequency = 50 }
    if settings.mains == .sixty { frequency = 60 }
    wanderShare = shares[.wander] ?? 0
    muscleShare = shares[.muscle] ?? 0
    motionShare = shares[.motion] ?? 0
    mainsShare = shares[.mains] ?? 0
    mains = settings.mains != Mains.none && Self.holds(frequency, hertz: hertz) ? frequency : nil
  }

  /// Makes the noise in `workspace`; the result is what it has to be multiplied by for a mean power of `power` mV^2.
  /// O(leads * samples).
  func make(
    power: Double, in workspace: inout SynthesisWorkspace, using stream: inout RandomStream,
    motion motionStream: inout RandomStream
  ) -> Double {
    var isSilent = true
    func take(_ share: Double) {
      if workspace.takePart(power: share, isFirst: isSilent) { isSilent = false }
    }
    let wander = drifts.map { Self.sinusoid($0 / hertz, using: &stream) }
    if wanderShare > 0 {
      workspace.makeSinusoids(wander)
      take(wanderShare)
    }
    if let mains {
      let hum = Self.sinusoid(mains / hertz, using: &stream)
      if mainsShare > 0 {
        workspace.makeSinusoids([hum])
        take(mainsShare)
      }
    }
    if motionShare > 0 {
      ElectrodeMotion.make(in: &workspace, hertz: hertz, using: &motionStream)
      take(motionShare)
    }
    if muscleShare > 0 {
      workspace.makeBandNoise(
        low: 1 - PortableMath.exp(-2 * Double.pi * 15 / hertz),
        high: 1 - PortableMath.exp(-2 * Double.pi * 120 / hertz), using: &stream)
      take(muscleShare)
    }
    guard !isSilent else { return 0 }
    return (power / workspace.noisePower).squareRoot()
  }

  /// A frequency, in cycles a sample, with a random amplitude and phase at every electrode.
  private static func sinusoid(_ cyclesPerSample: Double, using stream: inout RandomStream) -> LeadSinusoid {
    func draw() -> [Double] {
      leads(fromElectrodes: (0..<SynthesisWorkspace.electrodeCount).map { _ in stream.normal() })
    }
    return LeadSinusoid(cyclesPerSample: cyclesPerSample, cosines: draw(), sines: draw())
  }

  /// The leads' values from the electrodes'.
  static func leads(fromElectrodes potentials: [Double]) -> [Double] {
    let (right, left, leg) = (potentials[0], potentials[1], potentials[2])
    let terminal = (right + left + leg) / 3
    return [left - right, leg - right] + potentials[3...].map { $0 - terminal }
  }
}

/// Electrode motion: an electrode that is pulled or pressed steps away from its potential and creeps back.
enum ElectrodeMotion {
  /// Sets the workspace's part to one event or more, each at one electrode. O(samples of the events).
  static func make(in workspace: inout SynthesisWorkspace, hertz: Double, using stream: inout RandomStream) {
    workspace.clearPart()
    let count = workspace.sampleCount
    let duration = Double(count) / hertz
    let events = 1 + stream.integer(below: 1 + Int(duration / 4))
    for _ in 0..<events {
      let electrode = stream.integer(below: SynthesisWorkspace.electrodeCount)
      let start = stream.integer(below: max(1, count - min(count / 2, Int(0.2 * hertz))))
      let size = (stream.uniform() < 0.5 ? -1 : 1) * stream.uniform(in: 0.4...1.2)
      let rise = PortableMath.exp(-1 / (hertz * stream.uniform(in: 0.01...0.05)))
      let decay = PortableMath.exp(-1 / (hertz * stream.uniform(in: 0.15...0.8)))
      var (rising, falling) = (1.0, 1.0)
      // Beyond 8 s less than 5e-5 of a step with the longest decay is left.
      let values = (0..<min(count - start, Int(8 * hertz))).map { _ in
        rising *= rise
        falling *= decay
        return size * (falling - rising * falling)
      }
      let unit = (0..<SynthesisWorkspace.electrodeCount).map { $0 == electrode ? 1.0 : 0.0 }
      workspace.addToPart(values, weights: RecordingNoise.leads(fromElectrodes: unit), first: start)
    }
  }
}
