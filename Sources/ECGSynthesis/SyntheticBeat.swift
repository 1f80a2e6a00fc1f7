import ECGCore

/// The exact times of one synthetic beat, in s from the recording's first sample; any may lie outside the recording.
/// Where a beat has no P wave, its P times are not numbers.
public struct SyntheticBeat: Sendable, Equatable {
  /// Where a beat comes from. The raw value is the beat's symbol in a WFDB annotation file.
  public enum Kind: String, Sendable {
    /// Conducted from the atria, in the rhythm's own time.
    case normal = "N"
    /// Early, from elsewhere in the atria.
    case atrialPremature = "A"
    /// Early, from a ventricle.
    case ventricularPremature = "V"
  }

  /// Where it comes from.
  public let kind: Kind
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

  /// A beat of the form `form` whose R peaks at `rPeak`, with the QT interval `qt`, in s.
  init(rPeak: Double, qt: Double, form: BeatForm, kind: Kind) {
    self.kind = kind
    self.rPeak = rPeak
    qrsOnset = rPeak - form.qrsPeak * form.qrsDuration
    qrsOffset = qrsOnset + form.qrsDuration
    pOnset = form.p == nil ? .nan : qrsOnset - form.pr
    pPeak = pOnset + form.pPeak * form.pDuration
    pOffset = pOnset + form.pDuration
    // T stretches with QT, so that its peak stays where its shape has it.
    let tDuration = form.tDuration * (qt / form.qt)
    tOffset = qrsOnset + qt
    tOnset = tOffset - tDuration
    tPeak = tOnset + form.tPeak * tDuration
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

  /// Whether it has a P wave.
  public var hasP: Bool { !pOnset.isNaN }

  /// The sample nearest to the time of `fiducial`, or ``Beat/absent`` where that is outside the recording or the beat
  /// has no such wave.
  private func sample(of fiducial: Fiducial, hertz: Double, sampleCount: Int) -> Int32 {
    let sample = (self[fiducial] * hertz).rounded()
    return sample >= 0 && sample < Double(sampleCount) ? Int32(sample) : Beat.absent
  }

  /// The beat in samples, each time rounded to the nearest; what lies outside the recording is absent.
  func sampled(hertz: Double, sampleCount: Int) -> Beat {
    Beat { sample(of: $0, hertz: hertz, sampleCount: sampleCount) }
  }

  /// Whether any fiducial falls on a sample of the recording.
  func isSeen(hertz: Double, sampleCount: Int) -> Bool {
    Fiducial.allCases.contains { sample(of: $0, hertz: hertz, sampleCount: sampleCount) != Beat.absent }
  }

  /// Whether all the fiducials that the beat has fall on samples of the recording.
  func isComplete(hertz: Double, sampleCount: Int) -> Bool {
    Fiducial.allCases.allSatisfy { fiducial in
      self[fiducial].isNaN || sample(of: fiducial, hertz: hertz, sampleCount: sampleCount) != Beat.absent
    }
  }
}
