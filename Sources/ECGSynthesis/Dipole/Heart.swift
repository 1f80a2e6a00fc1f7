import Reproducibility

/// One patient's heart and chest: the shapes of its waves, how long they last and how the leads see them.
///
/// The dipole is a sum of Gaussians, as in P. E. McSharry, G. D. Clifford, L. Tarassenko, L. A. Smith, *A dynamical
/// model for generating synthetic electrocardiogram signals*, IEEE TBME 50(3):289-294, 2003, equation 1, and in three
/// orthogonal components as in R. Sameni, G. D. Clifford, C. Jutten, M. B. Shamsollahi, *Multichannel ECG and noise
/// modeling*, EURASIP J. Adv. Signal Process. 2007:43407, equation 2. Two things differ: Gaussians stand in
/// time rather than in phase, so that intervals in ms are exact, and one Gaussian serves all three components with a
/// vector of amplitudes, so that a wave has one onset for all leads. P and T are two Gaussians each, which makes
/// P's right and left atrial halves and T's slow rise and faster fall (G. D. Clifford, S. Nemati, R. Sameni, *An
/// artificial vector model for generating abnormal electrocardiographic rhythms*, Physiol. Meas. 31:595-609, 2010,
/// use two for T for the same reason).
struct Heart: Sendable {
  /// Of the beats of the heart's own rhythm.
  let form: BeatForm
  /// Of premature atrial beats.
  let atrialEctopic: BeatForm?
  /// Of premature ventricular beats.
  let ventricularEctopic: BeatForm?
  /// Beats a minute.
  let heartRate: Double
  /// Seconds, at 60 bpm.
  let correctedQT: Double
  let leads: LeadTransform
  /// What a full breath does: degrees of turn, and part of amplitude.
  let respiratoryTurn: Double
  let respiratoryAmplitude: Double

  /// The patient's heart: the normal one drawn from `stream`, what `diagnosis` does to it from `findings`.
  init(
    model: SyntheticRecordingModel, diagnosis: Diagnosis, using stream: inout RandomStream,
    findings: inout RandomStream
  ) {
    let drawn = HeartTiming(model: model, using: &stream)
    let timing = diagnosis.timing ?? drawn
    let qt = timing.qt
    let pDuration = min(0.001 * stream.uniform(in: model.pDurationInMilliseconds), timing.pr - 0.025)
    let tDuration = min(
      stream.uniform(in: model.tShareOfQT) * qt, qt - timing.qrsDuration - BeatForm.shortestST)

    let turn = HeartRotation(
      frontalDegrees: stream.uniform(in: model.frontalTurnInDegrees),
      horizontalDegrees: stream.uniform(in: model.horizontalTurnInDegrees))
    func ownTurn() -> HeartRotation {
      HeartRotation(
        frontalDegrees: stream.uniform(in: model.waveTurnInDegrees),
        horizontalDegrees: stream.uniform(in: model.waveTurnInDegrees))
    }
    let size = stream.uniform(in: model.amplitude)
    let p = Self.normalP.transformed(by: ownTurn(), factor: stream.uniform(in: model.pAmplitude))
      .transformed(by: turn, factor: size)
    let qrs = Self.normalQRS(
      septal: stream.uniform(in: model.septalAmplitude), basal: stream.uniform(in: model.basalAmplitude)
    ).transformed(by: turn, factor: size)
    let t = Self.normalT.transformed(by: ownTurn(), factor: stream.uniform(in: model.tAmplitude))
      .transformed(by: turn, factor: size)
    var form = BeatForm(
      p: p, qrs: qrs, t: t, pDuration: pDuration, pr: timing.pr, qrsDuration: timing.qrsDuration, qt: qt,
      tDuration: tDuration)
    for finding in diagnosis.findings {
      form.apply(finding, keepsDurations: diagnosis.timing != nil, using: &findings)
    }
    form.findPeaks()
    self.form = form
    let atrial = diagnosis.strength(of: .prematureAtrialBeats) > 0
    let ventricular = diagnosis.strength(of: .prematureVentricularBeats) > 0
    atrialEctopic = atrial ? form.atrialEctopic(using: &findings) : nil
    ventricularEctopic = ventricular ? form.ventricularEctopic(using: &findings) : nil

    heartRate = timing.heartRate
    correctedQT = form.qt == qt ? timing.correctedQT : form.qt / PortableMath.pow(60 / heartRate, 1.0 / 3)
    respiratoryTurn = stream.uniform(in: model.respiratoryTurnInDegrees)
    respiratoryAmplitude = stream.uniform(in: model.respiratoryAmplitude)
    leads = LeadTransform.dower.jittered(
      relative: model.leadJitter, shift: model.electrodeShift, using: &stream)
  }

  /// Fridericia's formula turned round: QT in s from QTc and RR in s.
  static func qt(corrected: Double, rr: Double) -> Double {
    corrected * PortableMath.pow(rr, 1.0 / 3)
  }
}

// Vectors in mV on Frank's axes, chosen so that Dower's transform gives leads of textbook form: QRS axis near 50
// degrees, R growing from V1 to V4 or V5, the transition near V3, S deepest in V2, T upright where R is.
extension Heart {
  private static let normalP = WaveShape([
    WaveShape.kernel(from: 0, to: 0.72, DipoleVector(0.050, 0.070, -0.035)),  // right atrium
    WaveShape.kernel(from: 0.28, to: 1, DipoleVector(0.085, 0.065, 0.030)),  // left atrium
  ])

  // The loop turns from the septum's right and front over left and feet to the back.
  private static func normalQRS(septal: Double, basal: Double) -> WaveShape {
    WaveShape([
      WaveShape.kernel(from: 0, to: 0.50, septal * DipoleVector(-0.14, -0.04, -0.26)),
      WaveShape.kernel(from: 0.16, to: 0.64, DipoleVector(0.76, 0.54, 0.02)),  // apex and free wall
      WaveShape.kernel(from: 0.30, to: 0.82, DipoleVector(0.74, 0.28, 0.50)),  // lateral and posterior wall
      WaveShape.kernel(from: 0.46, to: 1, basal * DipoleVector(-0.26, -0.14, 0.40)),
    ])
  }

  private static let normalT = WaveShape([
    WaveShape.kernel(from: 0, to: 0.84, DipoleVector(0.12, 0.05, -0.09)),
    WaveShape.kernel(from: 0.24, to: 1, DipoleVector(0.27, 0.14, -0.13)),
  ])
}

extension Heart {
  /// What beats of `kind` look like.
  func form(of kind: SyntheticBeat.Kind) -> BeatForm {
    switch kind {
    case .normal: form
    case .atrialPremature: atrialEctopic ?? form
    case .ventricularPremature: ventricularEctopic ?? form
    }
  }
}
