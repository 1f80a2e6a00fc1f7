import Reproducibility

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

  /// A normal heart that `pathology` is laid over: intervals and forms within normal limits, so that what a criterion
  /// measures comes from the pathology.
  private static func preset(of pathology: Pathology) -> SyntheticRecordingModel {
    var model = SyntheticRecordingModel.default
    model.name = pathology.rawValue
    model.meaning = pathology.criterion
    model.findings = .one(pathology)
    model.isLabelled = true
    model.heartRateInBeatsPerMinute = 55...95
    model.heartRateSkew = 1.2
    model.prInMilliseconds = 130...190
    model.qrsInMilliseconds = 80...100
    model.correctedQTInMilliseconds = 385...430
    model.amplitude = 0.85...1.2
    model.pAmplitude = 0.8...1.4
    model.septalAmplitude = 0.6...1.2
    model.basalAmplitude = 0.6...1.3
    model.tAmplitude = 0.7...1.3
    model.frontalTurnInDegrees = -18...12
    model.horizontalTurnInDegrees = -10...10
    model.waveTurnInDegrees = -8...8
    model.leadJitter = 0.05
    model.electrodeShift = 0.06
    model.signalToNoiseInDecibels = 12...30
    switch pathology {
    case .firstDegreeAVBlock: model.heartRateInBeatsPerMinute = 50...85
    case .prematureAtrialBeats, .prematureVentricularBeats:
      model.heartRateInBeatsPerMinute = 55...78
      model.prInMilliseconds = 130...175
      // Early beats have to stand out from the rhythm's own variation.
      model.respiratoryVariability = 0.005...0.025
      model.slowVariability = 0.003...0.015
    case .atrialFibrillation: model.heartRateInBeatsPerMinute = 60...115
    // Small enough hearts that thick ones stay within what is seen.
    case .leftVentricularHypertrophy: model.amplitude = 0.85...1.0
    default: break
    }
    return model
  }

  /// The five superclasses of PTB-XL with intervals as measured there.
  private static let likePTBXL: SyntheticRecordingModel = {
    var model = SyntheticRecordingModel.default
    model.name = "ptbxl-like"
    model.meaning = "The five superclasses of PTB-XL, with HR, PR, QRS and QT distributed as measured on its recordings"
    model.findings = .likePTBXL
    model.isLabelled = true
    model.amplitude = 0.6...1.25
    model.leadJitter = 0.06
    model.electrodeShift = 0.10
    model.mainsFrequenciesInHertz = [50]
    return model
  }()

  /// Every preset, in the order in which they are listed to users.
  public static let presets: [SyntheticRecordingModel] =
    [.default] + Pathology.allCases.map { preset(of: $0) } + [likePTBXL]

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
