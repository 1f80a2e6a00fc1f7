import ECGCore

/// What a delineator found in one recording.
public struct Delineation: Sendable, Equatable {
  /// P, QRS and T of each beat by all leads together, in samples of the recording.
  public let fiducials: Fiducials
  /// The same in each lead, beat by beat in the order of ``fiducials``, so that beat b is the same heartbeat everywhere.
  public let leads: [Fiducials]
  /// Why there are no beats; nil where there are some.
  public let rejection: SignalRejection?
}
