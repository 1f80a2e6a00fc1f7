/// The beats of a recording, or why there are none.
public struct BeatDetection: Sendable, Equatable {
  /// R peaks as 0-based samples in order of time, each at least 0.2 s behind the last; where there is no R wave, the
  /// main deflection of the QRS complex. Empty with a rejection.
  public let rPeaks: [Int]
  /// Why the recording has no beats; nil where it has some.
  public let rejection: SignalRejection?

  init(rPeaks: [Int]) {
    self.rPeaks = rPeaks
    rejection = nil
  }

  init(_ rejection: SignalRejection) {
    rPeaks = []
    self.rejection = rejection
  }
}
