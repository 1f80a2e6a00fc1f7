/// A finding that can be laid over a normal heart, with a strength from 0 (normal) to 1 (plain to see). The raw value is
/// the preset's name.
public enum Pathology: String, Sendable, CaseIterable {
  /// Evolving infarction of the anterior wall.
  case anteriorInfarction = "anterior-infarction"
  /// Evolving infarction of the inferior wall.
  case inferiorInfarction = "inferior-infarction"
  /// Evolving infarction of the lateral wall.
  case lateralInfarction = "lateral-infarction"
  /// ST depression and T inversion in the leads with tall R.
  case stTChanges = "st-t-changes"
  /// Left bundle branch block.
  case leftBundleBranchBlock = "left-bundle-branch-block"
  /// Right bundle branch block.
  case rightBundleBranchBlock = "right-bundle-branch-block"
  /// First-degree atrioventricular block.
  case firstDegreeAVBlock = "first-degree-av-block"
  /// Left ventricular hypertrophy with strain.
  case leftVentricularHypertrophy = "left-ventricular-hypertrophy"
  /// Right ventricular hypertrophy with strain.
  case rightVentricularHypertrophy = "right-ventricular-hypertrophy"
  /// Atrial fibrillation.
  case atrialFibrillation = "atrial-fibrillation"
  /// Premature atrial beats.
  case prematureAtrialBeats = "premature-atrial-beats"
  /// Premature ventricular beats.
  case prematureVentricularBeats = "premature-ventricular-beats"

  /// The textbook's criterion that recordings meet at full strength, as a sentence for people.
  public var criterion: String {
    switch self {
    case .anteriorInfarction:
      "Anterior infarction: ST elevation of 0.2 mV or more in V2 and V3, Q of 20 ms or more or QS there, T inverted"
    case .inferiorInfarction:
      "Inferior infarction: ST elevation of 0.1 mV or more in II, III and aVF, Q of 30 ms and 0.1 mV there, T inverted"
    case .lateralInfarction:
      "Lateral infarction: ST elevation of 0.1 mV or more in I, aVL, V5, V6, Q of 30 ms and 0.1 mV there, T inverted"
    case .stTChanges:
      "ST/T changes: ST depression of 0.05 mV or more and T inverted by 0.1 mV or more in V5 and V6"
    case .leftBundleBranchBlock:
      "Left bundle branch block: QRS of 120 ms or more, no Q and R peak after 60 ms in V5 and V6, S or QS in V1"
    case .rightBundleBranchBlock:
      "Right bundle branch block: QRS of 120 ms or more, R' in V1, S of 40 ms or more in I and V6"
    case .firstDegreeAVBlock: "First-degree AV block: PR above 200 ms, every P followed by QRS"
    case .leftVentricularHypertrophy:
      "Left ventricular hypertrophy: S in V1 plus R in V5 or V6 of 3.5 mV or more (Sokolow and Lyon), strain"
    case .rightVentricularHypertrophy:
      "Right ventricular hypertrophy: R in V1 of 0.7 mV or more and above S, axis beyond 90 degrees, strain"
    case .atrialFibrillation: "Atrial fibrillation: no P waves, RR irregular, fibrillatory waves at 4 to 9 Hz"
    case .prematureAtrialBeats:
      "Premature atrial beats: RR shortened by a fifth or more, P of another form, QRS as ever, pause not compensatory"
    case .prematureVentricularBeats:
      "Premature ventricular beats: early QRS of 120 ms or more without P, T discordant, pause compensatory"
    }
  }

  /// The diagnostic superclass of PTB-XL that it belongs to; nil for rhythms, which have none there.
  public var superclass: DiagnosticSuperclass? {
    switch self {
    case .anteriorInfarction, .inferiorInfarction, .lateralInfarction: .infarction
    case .stTChanges: .stTChange
    case .leftBundleBranchBlock, .rightBundleBranchBlock, .firstDegreeAVBlock: .conductionDisturbance
    case .leftVentricularHypertrophy, .rightVentricularHypertrophy: .hypertrophy
    case .atrialFibrillation, .prematureAtrialBeats, .prematureVentricularBeats: nil
    }
  }
}

/// The five diagnostic superclasses of PTB-XL, in the order of its vocabulary.
public enum DiagnosticSuperclass: String, Sendable, CaseIterable {
  /// Normal ECG.
  case normal = "NORM"
  /// Myocardial infarction.
  case infarction = "MI"
  /// ST/T change.
  case stTChange = "STTC"
  /// Conduction disturbance.
  case conductionDisturbance = "CD"
  /// Hypertrophy.
  case hypertrophy = "HYP"
}

/// A pathology and how much of it.
struct Finding: Sendable, Equatable {
  let pathology: Pathology
  /// 0 to 1.
  let strength: Double
  /// Of an infarction: 1 is evolving, with ST elevation and T inversion; 0 is old, with Q waves only.
  var acuity = 1.0
}
