/// Kinds of noise.
public enum NoiseKind: String, Sendable, CaseIterable {
  /// Baseline wander: breath and slow drift.
  case wander
  /// Muscle.
  case muscle
  /// Electrode motion: steps of single electrodes that die away.
  case motion
  /// Hum of the mains.
  case mains
}

/// What mains there are.
public enum Mains: String, Sendable, CaseIterable {
  /// None: no hum at all.
  case none
  /// 50 Hz.
  case fifty = "50"
  /// 60 Hz.
  case sixty = "60"
}

/// Two electrodes that were put on in each other's place.
public enum ElectrodeSwap: String, Sendable, CaseIterable {
  /// Right and left arm: I upside down, II and III exchanged, aVR and aVL exchanged.
  case arms = "ra-la"
  /// Right arm and left leg.
  case rightArmLeg = "ra-ll"
  /// Left arm and left leg: I and II exchanged, III upside down.
  case leftArmLeg = "la-ll"
  /// V1 and V2.
  case v1V2 = "v1-v2"
  /// V1 and V3.
  case v1V3 = "v1-v3"
  /// V3 and V6.
  case v3V6 = "v3-v6"
}
