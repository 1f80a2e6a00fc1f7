import Reproducibility

/// The ranges that a kind of synthetic recording is drawn from. Values come from the list of presets only.
///
/// A closed range is drawn from uniformly unless its comment says otherwise. HR, PR, QRS and QTc are drawn apart from
/// each other; what physiology forbids is excluded by shortening the later draw (see ``SyntheticECG``).
public struct SyntheticRecordingModel: Sendable, Equatable {
  /// As on the command line.
  public let name: String
  /// One sentence for people.
  public let meaning: String
  /// Mean heart rate in bpm: lower + (upper - lower) u^``heartRateSkew``, u uniform.
  public let heartRateInBeatsPerMinute: ClosedRange<Double>
  /// 1 is uniform; above 1 favours slow hearts.
  public let heartRateSkew: Double
  /// P onset to QRS onset, ms.
  public let prInMilliseconds: ClosedRange<Double>
  /// QRS onset to QRS offset, ms.
  public let qrsInMilliseconds: ClosedRange<Double>
  /// QT at 60 bpm, ms; QT = QTc (RR / 1 s)^(1/3), L. S. Fridericia, Acta Med Scand 53:469-486, 1920.
  public let correctedQTInMilliseconds: ClosedRange<Double>
  /// Length of the P wave, ms; at least 25 ms of PR are left behind it.
  public let pDurationInMilliseconds: ClosedRange<Double>
  /// Length of the T wave as a part of QT; T begins no earlier than 15 ms after the QRS offset.
  public let tShareOfQT: ClosedRange<Double>
  /// Factor on the whole heart.
  public let amplitude: ClosedRange<Double>
  /// Factor on P.
  public let pAmplitude: ClosedRange<Double>
  /// Factor on the first, septal part of the QRS complex (q in I and V6, r in V1).
  public let septalAmplitude: ClosedRange<Double>
  /// Factor on the last, basal part of the QRS complex (S in V1 to V4).
  public let basalAmplitude: ClosedRange<Double>
  /// Factor on T.
  public let tAmplitude: ClosedRange<Double>
  /// Turn of the whole heart in the frontal plane, degrees; positive turns the axis from left to feet.
  public let frontalTurnInDegrees: ClosedRange<Double>
  /// Turn of the whole heart in the horizontal plane, degrees; positive turns from left to back.
  public let horizontalTurnInDegrees: ClosedRange<Double>
  /// Turn of P and of T on their own, in either plane, degrees.
  public let waveTurnInDegrees: ClosedRange<Double>
  /// Standard deviation of each lead coefficient's relative error.
  public let leadJitter: Double
  /// Standard deviation of a chest electrode's shift towards a neighbour, as a share of the way.
  public let electrodeShift: Double
  /// Breaths a second.
  public let respiratoryFrequencyInHertz: ClosedRange<Double>
  /// Relative size of the RR variation with the breath.
  public let respiratoryVariability: ClosedRange<Double>
  /// Relative size of the RR variation near 0.1 Hz.
  public let slowVariability: ClosedRange<Double>
  /// Relative standard deviation of the white RR variation.
  public let whiteVariability: ClosedRange<Double>
  /// Turn of the heart in the frontal plane at the height of a breath, degrees.
  public let respiratoryTurnInDegrees: ClosedRange<Double>
  /// Change of the heart's amplitude at the height of a breath, as a part.
  public let respiratoryAmplitude: ClosedRange<Double>
  /// Power of the noise-free signal, each lead less its mean, over the power of the noise, both over the eight
  /// independent leads, dB.
  public let signalToNoiseInDecibels: ClosedRange<Double>
  /// Shares of the noise power before they are scaled to a sum of 1: baseline wander.
  public let wanderShare: ClosedRange<Double>
  /// The same: muscle.
  public let muscleShare: ClosedRange<Double>
  /// The same: mains.
  public let mainsShare: ClosedRange<Double>
  /// Mains frequencies in Hz, one drawn for each recording.
  public let mainsFrequenciesInHertz: [Double]
}

extension SyntheticRecordingModel {
  /// Sinus rhythm with normal wave forms and the whole range of normal and prolonged intervals.
  public static let `default` = SyntheticRecordingModel(
    name: "default",
    meaning: "Sinus rhythm at 48 to 135 bpm with normal wave forms and independent PR, QRS and QTc",
    heartRateInBeatsPerMinute: 48...135, heartRateSkew: 1.4,
    prInMilliseconds: 112...238, qrsInMilliseconds: 70...150, correctedQTInMilliseconds: 375...445,
    pDurationInMilliseconds: 80...115, tShareOfQT: 0.46...0.60,
    amplitude: 0.5...1.25, pAmplitude: 0.6...1.4, septalAmplitude: 0.3...1.5, basalAmplitude: 0.4...1.4,
    tAmplitude: 0.5...1.5,
    frontalTurnInDegrees: -35...25, horizontalTurnInDegrees: -20...20, waveTurnInDegrees: -12...12,
    leadJitter: 0.08, electrodeShift: 0.12,
    respiratoryFrequencyInHertz: 0.18...0.36, respiratoryVariability: 0.005...0.045,
    slowVariability: 0.003...0.03, whiteVariability: 0.002...0.008,
    respiratoryTurnInDegrees: 0...6, respiratoryAmplitude: 0...0.06,
    signalToNoiseInDecibels: 8...30, wanderShare: 0.3...1, muscleShare: 0.1...1, mainsShare: 0...0.3,
    mainsFrequenciesInHertz: [50, 60])

  /// Every preset, in the order in which they are listed to users.
  public static let presets: [SyntheticRecordingModel] = [.default]

  /// The preset called `name`.
  ///
  /// - Throws: ``SynthesisError`` `unknown-preset`, suggesting the nearest name.
  public static func preset(named name: String) throws(SynthesisError) -> SyntheticRecordingModel {
    if let preset = presets.first(where: { $0.name == name }) { return preset }
    throw SynthesisError(
      .unknownPreset, at: ErrorPlace("synthesis", .item("preset")), found: "no preset '\(name)'",
      advice: NearestName.advice(for: name, among: presets.map(\.name)))
  }
}
