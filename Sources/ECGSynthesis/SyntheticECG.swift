import ECGCore
import Reproducibility

/// One synthetic 12-lead ECG with everything that is known about it: the dipole it was made of, the exact times of
/// its waves, its intervals and its noise. A function of (model, seed, index, sampling frequency, length) alone.
///
/// **Model.** A cardiac dipole of three components, each a sum of Gaussians (McSharry 2003; Sameni 2007), seen by the
/// leads through Dower's transform with an error of its own for each recording. `docs/synthesis.md` has the equations.
///
/// **Fiducials.** A Gaussian begins and ends 2.5 standard deviations from its centre, where 4.4% of its peak are
/// left; a wave begins with its first Gaussian and ends with its last; it peaks where its own dipole is longest.
///
/// **Intervals.** From these exact times, never from samples. HR is 60 over the mean interval between the recording's
/// R peaks, from the first to the last; PR, QRS and QT are medians over the complete beats of the heart's own rhythm,
/// those with all their fiducials in the recording. A recording too short for two R peaks or one complete beat has none
/// of these, one without P waves no PR.
///
/// **Independence.** HR, QTc, QRS and PR are drawn apart. Diastole has to hold the PR interval, so at high rates long
/// ones are left out of PR's draw, which leaves a weak correlation of HR and PR.
public struct SyntheticECG: Sendable {
  /// The kind of recording.
  public let model: SyntheticRecordingModel
  /// Of every lead.
  public let sampleCount: Int
  /// 100 to 1000 Hz.
  public let samplingFrequency: SamplingFrequency
  /// Beats with at least one fiducial in the recording, in order of time.
  public let beats: [SyntheticBeat]
  /// HR, PR, QRS and QT as told above.
  public let intervals: Intervals
  /// Signal over noise power in dB, as ``SyntheticRecordingModel/signalToNoiseInDecibels`` defines it.
  public let signalToNoiseInDecibels: Double
  /// What is found, in words of PTB-XL; see ``DiagnosticSuperclass``.
  public let superclasses: [DiagnosticSuperclass]
  /// Pathologies in it.
  public let pathologies: [Pathology]
  /// Of the strongest pathology, 0 without one.
  public let strength: Double
  private let settings: RecordingSettings
  private let dipole: DipoleSignal
  private let transform: LeadTransform
  private let breath: Double
  private let seed: UInt64
  private let index: UInt64

  /// Who says where the fiducials are.
  public static let truth = "synthetic truth"
  /// Digital units per mV, as in PTB-XL, where the settings ask for no other resolution.
  public static let gain = 1000.0

  /// Recording `index` of `seed`. O(samples).
  init(
    model: SyntheticRecordingModel, strength: Double, settings: RecordingSettings, seed: UInt64, index: UInt64,
    samplingFrequency: SamplingFrequency, sampleCount: Int
  ) {
    self.model = model
    self.settings = settings
    self.seed = seed
    self.index = index
    self.sampleCount = sampleCount
    self.samplingFrequency = samplingFrequency
    let hertz = samplingFrequency.hertz
    let duration = Double(sampleCount) / hertz

    // A stream for each part, so that a deeper model of one leaves the draws of the others as they are.
    func stream(_ part: String) -> RandomStream {
      RandomStream(seed: seed, purpose: "synthesis:" + part, index: index)
    }
    var (heartStream, rhythmStream, findingStream) = (stream("heart"), stream("rhythm"), stream("findings"))
    var diagnosisStream = stream("diagnosis")
    let diagnosis = Diagnosis(model: model, strength: strength, using: &diagnosisStream)
    superclasses = diagnosis.superclasses
    pathologies = diagnosis.findings.map(\.pathology)
    self.strength = diagnosis.strength
    let heart = Heart(model: model, diagnosis: diagnosis, using: &heartStream, findings: &findingStream)
    let rhythm = SinusRhythm(heartRate: heart.heartRate, model: model, using: &rhythmStream)
    var dipole = DipoleSignal(sampleCount: sampleCount, hertz: hertz)
    let timeline = Self.timeline(
      diagnosis: diagnosis, heart: heart, rhythm: rhythm, duration: duration, dipole: &dipole, using: &rhythmStream,
      findings: &findingStream)

    var beats: [SyntheticBeat] = []
    // QT follows the rate with a lag of some ten beats: it adapts to an average of RR, not to the last one.
    var adaptedRR = rhythm.meanRR
    for (number, timed) in timeline.enumerated() {
      if number > 0 { adaptedRR += 0.1 * (timed.rPeak - timeline[number - 1].rPeak - adaptedRR) }
      let form = heart.form(of: timed.kind)
      // An early ventricular beat's QT is longer than the sinus beats' by a fixed share.
      let qt = Heart.qt(corrected: heart.correctedQT, rr: adaptedRR) * (form.qt / heart.form.qt)
      let beat = SyntheticBeat(rPeak: timed.rPeak, qt: qt, form: form, kind: timed.kind)
      let breath = rhythm.breath(at: timed.rPeak)
      let turn = HeartRotation(frontalDegrees: heart.respiratoryTurn * breath, horizontalDegrees: 0)
      dipole.add(beat, of: form, turn: turn, factor: 1 - heart.respiratoryAmplitude * breath)
      if beat.isSeen(hertz: hertz, sampleCount: sampleCount) { beats.append(beat) }
    }
    self.dipole = dipole
    self.beats = beats
    transform = heart.leads
    breath = rhythm.respiratoryFrequency
    intervals = Self.intervals(of: beats, hertz: hertz, sampleCount: sampleCount)
    var noiseStream = stream("noise-level")
    let drawn = noiseStream.uniform(in: model.signalToNoiseInDecibels)
    signalToNoiseInDecibels = settings.signalToNoiseInDecibels ?? drawn
  }

  /// R peaks and kinds of the beats, from before the recording to after it.
  private static func timeline(
    diagnosis: Diagnosis, heart: Heart, rhythm: SinusRhythm, duration: Double, dipole: inout DipoleSignal,
    using stream: inout RandomStream, findings: inout RandomStream
  ) -> [TimedBeat] {
    if diagnosis.strength(of: .atrialFibrillation) > 0 {
      let fibrillation = AtrialFibrillation(
        strength: diagnosis.strength(of: .atrialFibrillation), using: &findings)
      fibrillation.add(to: &dipole)
      let first = -rhythm.meanRR * (2 + stream.uniform())
      // T ends before the next QRS begins.
      let peaks = fibrillation.peaks(
        from: first, until: duration + 1, meanRR: rhythm.meanRR, shortest: heart.form.qt + 0.030, using: &stream)
      return peaks.map { TimedBeat(rPeak: $0, kind: .normal) }
    }
    let atrial = diagnosis.strength(of: .prematureAtrialBeats)
    let ventricular = diagnosis.strength(of: .prematureVentricularBeats)
    guard atrial > 0 || ventricular > 0 else {
      return rhythm.peaks(until: duration + 1, using: &stream).map { TimedBeat(rPeak: $0, kind: .normal) }
    }
    // Early beats shorten the row, so it is made longer than it has to be.
    let peaks = rhythm.peaks(until: 1.3 * duration + 3, using: &stream)
    let kind: SyntheticBeat.Kind = atrial > 0 ? .atrialPremature : .ventricularPremature
    let form = heart.form(of: kind)
    let normal = heart.form
    let early = form.qrsPeak * form.qrsDuration - normal.qrsPeak * normal.qrsDuration
    let coupling = 1.03 * normal.qt + early + (kind == .atrialPremature ? form.pr - 0.015 : 0.015)
    return PrematureBeats.timeline(
      of: peaks, kind: kind, within: min(0.9, 0.3 * duration)...max(0.5 * duration, duration - 1),
      strength: max(atrial, ventricular),
      coupling: coupling, using: &findings)
  }

  private static func intervals(of beats: [SyntheticBeat], hertz: Double, sampleCount: Int) -> Intervals {
    let peaks = beats.map(\.rPeak).filter { peak in
      let sample = (peak * hertz).rounded()
      return sample >= 0 && sample < Double(sampleCount)
    }
    var heartRate: Double?
    if let first = peaks.first, let last = peaks.last, peaks.count > 1 {
      heartRate = 60 * Double(peaks.count - 1) / (last - first)
    }
    let complete = beats.filter {
      $0.kind == .normal && $0.isComplete(hertz: hertz, sampleCount: sampleCount)
    }
    func median(_ duration: (SyntheticBeat) -> Double) -> Double? {
      guard !complete.isEmpty else { return nil }
      let sorted = complete.map(duration).sorted()
      return 1000 * 0.5 * (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2])
    }
    return Intervals(
      heartRate: heartRate,
      prInMilliseconds: complete.allSatisfy(\.hasP) ? median { $0.qrsOnset - $0.pOnset } : nil,
      qrsInMilliseconds: median { $0.qrsOffset - $0.qrsOnset },
      qtInMilliseconds: median { $0.tOffset - $0.qrsOnset }, source: truth)
  }

  /// The beats in samples.
  public var fiducials: Fiducials {
    Fiducials(
      beats: beats.map { $0.sampled(hertz: samplingFrequency.hertz, sampleCount: sampleCount) }, source: Self.truth)
  }

  /// A mark at each R peak with the beat's symbol, behind one for the rhythm at the first sample: `(N` or `(AFIB`.
  public var annotations: [Annotation] {
    let isFibrillating = pathologies.contains(.atrialFibrillation)
    return [Annotation(sample: 0, symbol: "+", auxiliary: isFibrillating ? "(AFIB" : "(N")]
      + beats.compactMap { beat in
        let sample = beat.sampled(hertz: samplingFrequency.hertz, sampleCount: sampleCount)[.rPeak]
        return sample == Beat.absent ? nil : Annotation(sample: Int64(sample), symbol: beat.kind.rawValue)
      }
  }

  /// The noise-free dipole at `sample`, in mV on Frank's axes.
  public func dipole(at sample: Int) -> DipoleVector {
    DipoleVector(dipole.x[sample], dipole.y[sample], dipole.z[sample])
  }

  /// The twelve leads in mV, lead after lead in the order of `Lead.standard12`; `noisy` false leaves the noise out.
  /// Electrodes in each other's place, clipping and missing leads are in ``digitalSignal(noisy:)`` only. O(samples).
  public func millivolts(noisy: Bool = true) -> [Double] {
    let leads = SynthesisWorkspace.with(sampleCount) { workspace in
      let factor = render(noisy: noisy, in: &workspace)
      return workspace.sum(noiseFactor: factor)
    }
    return Self.standard12(from: leads, sampleCount: sampleCount)
  }

  /// Makes the eight leads without noise, and the noise; the result is the noise's factor.
  private func render(noisy: Bool, in workspace: inout SynthesisWorkspace) -> Double? {
    let variance = workspace.project(dipole, rows: transform.rows)
    guard noisy, signalToNoiseInDecibels < .infinity else { return nil }
    let power = variance / PortableMath.pow(10, signalToNoiseInDecibels / 10)
    var stream = RandomStream(seed: seed, purpose: "synthesis:noise", index: index)
    var motion = RandomStream(seed: seed, purpose: "synthesis:motion", index: index)
    let noise = RecordingNoise(
      model: model, settings: settings, hertz: samplingFrequency.hertz, breath: breath, using: &stream)
    return noise.make(power: power, in: &workspace, using: &stream, motion: &motion)
  }

  /// III = II - I, aVR = -(I + II) / 2, aVL = I - II / 2, aVF = II - I / 2.
  private static func standard12(from leads: [Double], sampleCount: Int) -> [Double] {
    [Double](unsafeUninitializedCapacity: 12 * sampleCount) { all, initialized in
      for sample in 0..<sampleCount {
        let (one, two) = (leads[sample], leads[sampleCount + sample])
        all.initializeElement(at: sample, to: one)
        all.initializeElement(at: sampleCount + sample, to: two)
        all.initializeElement(at: 2 * sampleCount + sample, to: two - one)
        all.initializeElement(at: 3 * sampleCount + sample, to: -0.5 * (one + two))
        all.initializeElement(at: 4 * sampleCount + sample, to: one - 0.5 * two)
        all.initializeElement(at: 5 * sampleCount + sample, to: two - 0.5 * one)
      }
      for position in 2 * sampleCount..<8 * sampleCount {
        all.initializeElement(at: 4 * sampleCount + position, to: leads[position])
      }
      initialized = 12 * sampleCount
    }
  }

  /// The twelve leads as digitised: int16, 1000 units per mV unless the settings ask for another resolution, 0 mV at 0,
  /// rounded to the nearest unit and held within +-32,767; with what the settings do to them. O(samples).
  public func digitalSignal(noisy: Bool = true) throws(ECGCoreError) -> DigitalSignal {
    let gain = Self.gain / settings.resolutionInMicrovolts
    var samples = SynthesisWorkspace.with(sampleCount) { workspace in
      let factor = render(noisy: noisy, in: &workspace)
      if let swap = settings.swap { workspace.exchange(swap, noiseFactor: factor) }
      return workspace.digitised(noiseFactor: settings.swap == nil ? factor : nil, gain: gain)
    }
    settings.distort(&samples, sampleCount: sampleCount, gain: gain)
    return try DigitalSignal(
      leads: .standard12, samplingFrequency: samplingFrequency, samples: samples,
      gain: [Double](repeating: gain, count: 12), baseline: [Int32](repeating: 0, count: 12))
  }
}
