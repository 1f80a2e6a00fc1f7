/// Onset, peak or offset of a P wave, QRS complex or T wave. The raw value is the store's column name.
public enum Fiducial: String, Sendable, CaseIterable {
  /// Start of the P wave.
  case pOnset = "p_onset"
  /// Peak of the P wave.
  case pPeak = "p_peak"
  /// End of the P wave.
  case pOffset = "p_offset"
  /// Start of the QRS complex.
  case qrsOnset = "qrs_onset"
  /// Peak of the R wave, or the main deflection where there is no R.
  case rPeak = "r_peak"
  /// End of the QRS complex.
  case qrsOffset = "qrs_offset"
  /// Start of the T wave.
  case tOnset = "t_onset"
  /// Peak of the T wave.
  case tPeak = "t_peak"
  /// End of the T wave.
  case tOffset = "t_offset"
}

/// One heartbeat's fiducials as 0-based samples; an absent one is ``Beat/absent``.
public struct Beat: Sendable, Equatable {
  /// Stands for a fiducial that is not there.
  public static let absent: Int32 = -1

  // In the order of Fiducial.allCases, so that a column is one index.
  private var positions: [Int32]

  /// A beat with the fiducials given; all others absent. Negative positions count as absent.
  public init(_ positions: [Fiducial: Int32]) {
    self.positions = Fiducial.allCases.map { max(positions[$0] ?? Self.absent, Self.absent) }
  }

  /// A beat whose fiducials are where `position` says; negative positions count as absent.
  public init(_ position: (Fiducial) -> Int32) {
    positions = Fiducial.allCases.map { max(position($0), Self.absent) }
  }

  /// The sample of `fiducial`, or ``absent``.
  public subscript(fiducial: Fiducial) -> Int32 {
    positions[fiducial.ordinal]
  }
}

extension Fiducial {
  /// Its place in `allCases`, by a switch that the compiler checks.
  var ordinal: Int {
    switch self {
    case .pOnset: 0
    case .pPeak: 1
    case .pOffset: 2
    case .qrsOnset: 3
    case .rPeak: 4
    case .qrsOffset: 5
    case .tOnset: 6
    case .tPeak: 7
    case .tOffset: 8
    }
  }
}

/// The fiducials of a recording, beat by beat in order of time, and who says so.
public struct Fiducials: Sendable, Equatable {
  /// In order of time.
  public let beats: [Beat]
  /// `manual`, `synthetic truth`, or a delineator's name and version.
  public let source: String

  /// Beats in order of time from `source`.
  public init(beats: [Beat], source: String) {
    self.beats = beats
    self.source = source
  }
}
