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
/// R peaks, from the first to the last; PR, QRS and QT are medians over the complete beats, those with all nine
/// fiducials in the recording. A recording too short for two R peaks or one complete beat has none of these.
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
  private let dipole: DipoleSignal
  private let leads: LeadTransform
  private let breath: Double
  private let seed: UInt64
  private let index: UInt64

  /// Who says where the fiducials are.
  public static let truth = "synthetic truth"
  /// Digital units per mV, as in PTB-XL.
  public static let gain = 1000.0

  /// Recording `index` of `seed`. O(samples).
  init(
    model: SyntheticRecordingModel, seed: UInt64, index: UInt64, samplingFrequency: SamplingFrequency, sampleCount: Int
  ) {
    self.model = model
    self.seed = seed
    self.index = index
    self.sampleCount = sampleCount
    self.samplingFrequency = samplingFrequency
    let hertz = samplingFrequency.hertz
    let duration = Double(sampleCount) / hertz

    // A stream for each part, so that a deeper model of one leaves the draws of the others as they are.
    var heartStream = RandomStream(seed: seed, purpose: "synthesis:heart", index: index)
    var rhythmStream = RandomStream(seed: seed, purpose: "synthesis:rhythm", index: index)
    let heart = Heart(model: model, using: &heartStream)
    let rhythm = SinusRhythm(heartRate: heart.heartRate, model: model, using: &rhythmStream)
    let peaks = rhythm.peaks(until: duration + 1, using: &rhythmStream)

    var dipole = DipoleSignal(sampleCount: sampleCount, hertz: hertz)
    var beats: [SyntheticBeat] = []
    // QT follows the rate with a lag of some ten beats: it adapts to an average of RR, not to the last one.
    var adaptedRR = rhythm.meanRR
    for (number, peak) in peaks.enumerated() {
      if number > 0 { adaptedRR += 0.1 * (peak - peaks[number - 1] - adaptedRR) }
      let beat = SyntheticBeat(
        rPeak: peak, qt: Heart.qt(corrected: heart.correctedQT, rr: adaptedRR), heart: heart)
      let breath = rhythm.breath(at: peak)
      let turn = HeartRotation(frontalDegrees: heart.respiratoryTurn * breath, horizontalDegrees: 0)
      let factor = 1 - heart.respiratoryAmplitude * breath
      dipole.add(heart.p.transformed(by: turn, factor: factor), onset: beat.pOnset, duration: heart.pDuration)
      dipole.add(
        heart.qrs.transformed(by: turn, factor: factor), onset: beat.qrsOnset, duration: heart.qrsDuration)
      dipole.add(
        heart.t.transformed(by: turn, factor: factor), onset: beat.tOnset, duration: beat.tOffset - beat.tOnset)
      let sampled = beat.sampled(hertz: hertz, sampleCount: sampleCount)
      if Fiducial.allCases.contains(where: { sampled[$0] != Beat.absent }) { beats.append(beat) }
    }
    self.dipole = dipole
    self.beats = beats
    leads = heart.leads
    breath = rhythm.respiratoryFrequency
    intervals = Self.intervals(of: beats, hertz: hertz, sampleCount: sampleCount)
    var noiseStream = RandomStream(seed: seed, purpose: "synthesis:noise-level", index: index)
    signalToNoiseInDecibels = noiseStream.uniform(in: model.signalToNoiseInDecibels)
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
    let complete = beats.filter { $0.isComplete(hertz: hertz, sampleCount: sampleCount) }
    func median(_ duration: (SyntheticBeat) -> Double) -> Double? {
      guard !complete.isEmpty else { return nil }
      let sorted = complete.map(duration).sorted()
      return 1000 * 0.5 * (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2])
    }
    return Intervals(
      heartRate: heartRate, prInMilliseconds: median { $0.qrsOnset - $0.pOnset },
      qrsInMilliseconds: median { $0.qrsOffset - $0.qrsOnset },
      qtInMilliseconds: median { $0.tOffset - $0.qrsOnset }, source: truth)
  }

  /// The beats in samples.
  public var fiducials: Fiducials {
    Fiducials(
      beats: beats.map { $0.sampled(hertz: samplingFrequency.hertz, sampleCount: sampleCount) }, source: Self.truth)
  }

  /// The noise-free dipole at `sample`, in mV on Frank's axes.
  public func dipole(at sample: Int) -> DipoleVector {
    DipoleVector(dipole.x[sample], dipole.y[sample], dipole.z[sample])
  }

  /// The twelve leads in mV, lead after lead in the order of `Lead.standard12`; `noisy` false leaves the noise out.
  /// O(samples).
  public func millivolts(noisy: Bool = true) -> [Double] {
    var independent = (0..<leads.rows.count).map { leads.lead($0, of: dipole) }
    if noisy {
      let power = Self.variance(independent) / PortableMath.pow(10, signalToNoiseInDecibels / 10)
      var stream = RandomStream(seed: seed, purpose: "synthesis:noise", index: index)
      let noise = RecordingNoise(
        power: power, sampleCount: sampleCount, hertz: samplingFrequency.hertz, breath: breath, model: model,
        using: &stream)
      for lead in independent.indices {
        for sample in 0..<sampleCount { independent[lead][sample] += noise.samples[lead * sampleCount + sample] }
      }
    }
    return Self.standard12(from: independent, sampleCount: sampleCount)
  }

  /// Mean over leads of each lead's variance.
  private static func variance(_ leads: [[Double]]) -> Double {
    var total = 0.0
    for lead in leads {
      var sum = 0.0
      var squares = 0.0
      for value in lead {
        sum += value
        squares += value * value
      }
      let count = Double(lead.count)
      total += squares / count - (sum / count) * (sum / count)
    }
    return total / Double(leads.count)
  }

  /// III = II - I, aVR = -(I + II) / 2, aVL = I - II / 2, aVF = II - I / 2.
  private static func standard12(from leads: [[Double]], sampleCount: Int) -> [Double] {
    var all = [Double](repeating: 0, count: 12 * sampleCount)
    for sample in 0..<sampleCount {
      let (one, two) = (leads[0][sample], leads[1][sample])
      all[sample] = one
      all[sampleCount + sample] = two
      all[2 * sampleCount + sample] = two - one
      all[3 * sampleCount + sample] = -0.5 * (one + two)
      all[4 * sampleCount + sample] = one - 0.5 * two
      all[5 * sampleCount + sample] = two - 0.5 * one
    }
    for chest in 0..<6 {
      for sample in 0..<sampleCount { all[(6 + chest) * sampleCount + sample] = leads[2 + chest][sample] }
    }
    return all
  }

  /// The twelve leads as digitised: int16, 1000 units per mV, 0 mV at 0, rounded to the nearest unit and held
  /// within +-32,767.
  public func digitalSignal(noisy: Bool = true) throws(ECGCoreError) -> DigitalSignal {
    let samples = millivolts(noisy: noisy).map { value in
      Int16(min(max((value * Self.gain).rounded(), -32_767), 32_767))
    }
    return try DigitalSignal(
      leads: .standard12, samplingFrequency: samplingFrequency, samples: samples,
      gain: [Double](repeating: Self.gain, count: 12), baseline: [Int32](repeating: 0, count: 12))
  }
}
