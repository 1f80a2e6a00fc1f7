import ECGCore

/// The exact times of one synthetic beat, in s from the recording's first sample; any may lie outside the recording.
public struct SyntheticBeat: Sendable, Equatable {
  /// Where the P wave begins, by the rule of ``SyntheticECG``.
  public let pOnset: Double
  /// Where P's own dipole is longest.
  public let pPeak: Double
  /// Where the P wave ends.
  public let pOffset: Double
  /// Where the QRS complex begins.
  public let qrsOnset: Double
  /// Where the QRS complex's own dipole is longest.
  public let rPeak: Double
  /// Where the QRS complex ends.
  public let qrsOffset: Double
  /// Where the T wave begins.
  public let tOnset: Double
  /// Where T's own dipole is longest.
  public let tPeak: Double
  /// Where the T wave ends.
  public let tOffset: Double

  /// Of a heart whose R peaks at `rPeak`, with the QT interval `qt`, in s.
  init(rPeak: Double, qt: Double, heart: Heart) {
    self.rPeak = rPeak
    qrsOnset = rPeak - heart.qrsPeak * heart.qrsDuration
    qrsOffset = qrsOnset + heart.qrsDuration
    pOnset = qrsOnset - heart.pr
    pPeak = pOnset + heart.pPeak * heart.pDuration
    pOffset = pOnset + heart.pDuration
    // T stretches with QT, so that its peak stays where its shape has it.
    let tDuration = heart.tDuration * (qt / heart.qt)
    tOffset = qrsOnset + qt
    tOnset = tOffset - tDuration
    tPeak = tOnset + heart.tPeak * tDuration
  }

  /// The time of one fiducial.
  public subscript(fiducial: Fiducial) -> Double {
    switch fiducial {
    case .pOnset: pOnset
    case .pPeak: pPeak
    case .pOffset: pOffset
    case .qrsOnset: qrsOnset
    case .rPeak: rPeak
    case .qrsOffset: qrsOffset
    case .tOnset: tOnset
    case .tPeak: tPeak
    case .tOffset: tOffset
    }
  }

  /// The beat in samples, each time rounded to the nearest; what lies outside the recording is absent.
  func sampled(hertz: Double, sampleCount: Int) -> Beat {
    var positions: [Fiducial: Int32] = [:]
    for fiducial in Fiducial.allCases {
      let sample = (self[fiducial] * hertz).rounded()
      if sample >= 0, sample < Double(sampleCount) { positions[fiducial] = Int32(sample) }
    }
    return Beat(positions)
  }

  /// Whether all nine fiducials fall on samples of the recording.
  func isComplete(hertz: Double, sampleCount: Int) -> Bool {
    Fiducial.allCases.allSatisfy { fiducial in
      let sample = (self[fiducial] * hertz).rounded()
      return sample >= 0 && sample < Double(sampleCount)
    }
  }
}
