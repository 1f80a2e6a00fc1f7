import Reproducibility

/// The ranges that a kind of synthetic recording is drawn from. Values come from the list of presets only.
///
/// A closed range is drawn from uniformly unless its comment says otherwise. HR, PR, QRS and QTc are drawn apart from
/// each other; what physiology forbids is excluded by shortening the later draw (see ``SyntheticECG``).
public struct SyntheticRecordingModel: Sendable, Equatable {
  /// As on the command line.
  public internal(set) var name: String
  /// One sentence for people.
  public internal(set) var meaning: String
  /// Mean heart rate in bpm: lower + (upper - lower) u^``heartRateSkew``, u uniform.
  public internal(set) var heartRateInBeatsPerMinute: ClosedRange<Double>
  /// 1 is uniform; above 1 favours slow hearts.
  public internal(set) var heartRateSkew: Double
  /// P onset to QRS onset, ms.
  public internal(set) var prInMilliseconds: ClosedRange<Double>
  /// QRS onset to QRS offset, ms.
  public internal(set) var qrsInMilliseconds: ClosedRange<Double>
  /// QT at 60 bpm, ms; QT = QTc (RR / 1 s)^(1/3), L. S. Fridericia, Acta Med Scand 53:469-486, 1920.
  public internal(set) var correctedQTInMilliseconds: ClosedRange<Double>
  /// Length of the P wave, ms; at least 25 ms of PR are left behind it.
  public internal(set) var pDurationInMilliseconds: ClosedRange<Double>
  /// Length of the T wave as a part of QT; T begins no earlier than 15 ms after the QRS offset.
  public internal(set) var tShareOfQT: ClosedRange<Double>
  /// Factor on the whole heart.
  public internal(set) var amplitude: ClosedRange<Double>
  /// Factor on P.
  public internal(set) var pAmplitude: ClosedRange<Double>
  /// Factor on the first, septal part of the QRS complex (q in I and V6, r in V1).
  public internal(set) var septalAmplitude: ClosedRange<Double>
  /// Factor on the last, basal part of the QRS complex (S in V1 to V4).
  public internal(set) var basalAmplitude: ClosedRange<Double>
  /// Factor on T.
  public internal(set) var tAmplitude: ClosedRange<Double>
  /// Turn of the whole heart in the frontal plane, degrees; positive turns the axis from left to feet.
  public internal(set) var frontalTurnInDegrees: ClosedRange<Double>
  /// Turn of the whole heart in the horizontal plane, degrees; positive turns from left to back.
  public internal(set) var horizontalTurnInDegrees: ClosedRange<Double>
  /// Turn of P and of T on their own, in either plane, degrees.
  public internal(set) var waveTurnInDegrees: ClosedRange<Double>
  /// Standard deviation of each lead coefficient's relative error.
  public internal(set) var leadJitter: Double
  /// Standard deviation of a chest electrode's shift towards a neighbour, as a share of the way.
  public internal(set) var electrodeShift: Double
  /// Breaths a second.
  public internal(set) var respiratoryFrequencyInHertz: ClosedRange<Double>
  /// Relative size of the RR variation with the breath.
  public internal(set) var respiratoryVariability: ClosedRange<Double>
  /// Relative size of the RR variation near 0.1 Hz.
  public internal(set) var slowVariability: ClosedRange<Double>
  /// Relative standard deviation of the white RR variation.
  public internal(set) var whiteVariability: ClosedRange<Double>
  /// Turn of the heart in the frontal plane at the height of a breath, degrees.
  public internal(set) var respiratoryTurnInDegrees: ClosedRange<Double>
  /// Change of the heart's amplitude at the height of a breath, as a part.
  public internal(set) var respiratoryAmplitude: ClosedRange<Double>
  /// Power of the noise-free signal, each lead less its mean, over the power of the noise, both over the eight
  /// independent leads, dB.
  public internal(set) var signalToNoiseInDecibels: ClosedRange<Double>
  /// Shares of the noise power before they are scaled to a sum of 1: baseline wander.
  public internal(set) var wanderShare: ClosedRange<Double>
  /// The same: muscle.
  public internal(set) var muscleShare: ClosedRange<Double>
  /// The same: mains.
  public internal(set) var mainsShare: ClosedRange<Double>
  /// Mains frequencies in Hz, one drawn for each recording.
  public internal(set) var mainsFrequenciesInHertz: [Double]
  /// What is found in the recordings.
  public internal(set) var findings = Findings.none
  /// Whether recordings carry labels and annotated beats. Those of the first preset do not, which keeps its bits.
  public internal(set) var isLabelled = false

  /// What a kind of recordings shows.
  public enum Findings: Sendable, Equatable {
    /// Sinus rhythm and normal forms.
    case none
    /// One pathology, as strong as asked for.
    case one(Pathology)
    /// The five superclasses of PTB-XL; see ``PTBXLPopulation``.
    case likePTBXL
  }
}
