/// A record's header: what header(5) of the WFDB applications guide describes.
public struct Header: Sendable, Equatable {
  /// The record's name as the header has it.
  public let recordName: String
  /// Segments of a multi-segment record; nil for a single one.
  public let segmentCount: Int?
  /// Frames a second, in Hz. Default 250.
  public let samplingFrequency: Double
  /// Ticks a second of the counter, where the header has it.
  public let counterFrequency: Double?
  /// The counter at the first sample, where the header has it.
  public let baseCounter: Double?
  /// Frames in the record; nil where the header leaves it to the signal files.
  public let sampleCount: Int?
  /// Time of day of the first sample, as written.
  public let baseTime: String?
  /// Date of the first sample, as written.
  public let baseDate: String?
  /// One for each signal, in order.
  public let signals: [SignalSpecification]
  /// Segments of a multi-segment record, in order.
  public let segments: [Segment]
  /// Comment lines without their `#`, surrounding blanks taken off.
  public let comments: [String]
}

/// One segment of a multi-segment record.
public struct Segment: Sendable, Equatable {
  /// The segment's record name; `~` for a gap.
  public let name: String
  /// Its length in frames.
  public let sampleCount: Int
}

/// One signal's line of a header, defaults filled in.
public struct SignalSpecification: Sendable, Equatable {
  /// Its file, a plain name in the header's own folder.
  public let fileName: String
  /// Number of the storage format: 16, 212, ...
  public let format: Int
  /// Samples of this signal in each frame. Default 1.
  public let samplesPerFrame: Int
  /// Frames by which this signal is late. Default 0.
  public let skew: Int
  /// Bytes before the first sample of the file. Default 0.
  public let byteOffset: Int
  /// Digital units for one physical unit. Default 200, also where the header says 0.
  public let gain: Double
  /// Digital value of physical 0. Default: ``adcZero``.
  public let baseline: Int
  /// Physical unit. Default mV.
  public let units: String
  /// Bits of the converter; 0 where the header leaves it out.
  public let adcResolution: Int
  /// Digital value in the middle of the converter's range. Default 0.
  public let adcZero: Int
  /// First sample's value, where the header has it.
  public let initialValue: Int?
  /// 16-bit sum of all samples, signed as written, where the header has it.
  public let checksum: Int?
  /// Block size for special devices. Default 0.
  public let blockSize: Int
  /// The signal's name; empty where the header has none.
  public let description: String
}
