/// A record's header: what header(5) of the WFDB applications guide describes.
public struct Header: Sendable, Equatable {
  /// The record's name as the header has it.
  public var recordName: String
  /// Segments of a multi-segment record; nil for a single one.
  public var segmentCount: Int?
  /// Signals, as the record line says.
  public var signalCount: Int
  /// Frames a second, in Hz. Default 250.
  public var samplingFrequency: Double
  /// Ticks a second of the counter, where the header has it.
  public var counterFrequency: Double?
  /// The counter at the first sample, where the header has it.
  public var baseCounter: Double?
  /// Frames in the record as written; nil or 0 where the header leaves it to the signal files.
  public var sampleCount: Int?
  /// Time of day of the first sample, as written.
  public var baseTime: String?
  /// Date of the first sample, as written.
  public var baseDate: String?
  /// One for each signal, in order; none in the header of a multi-segment record.
  public var signals: [SignalSpecification]
  /// Segments of a multi-segment record, in order.
  public var segments: [Segment]
  /// Comment lines; blanks and `#` at both ends are taken off.
  public var comments: [String]

  /// A header; what is left out has the default of header(5).
  public init(
    recordName: String, segmentCount: Int? = nil, signalCount: Int? = nil, samplingFrequency: Double = 250,
    counterFrequency: Double? = nil, baseCounter: Double? = nil, sampleCount: Int? = nil, baseTime: String? = nil,
    baseDate: String? = nil, signals: [SignalSpecification] = [], segments: [Segment] = [], comments: [String] = []
  ) {
    self.recordName = recordName
    self.segmentCount = segmentCount
    self.signalCount = signalCount ?? signals.count
    self.samplingFrequency = samplingFrequency
    self.counterFrequency = counterFrequency
    self.baseCounter = baseCounter
    self.sampleCount = sampleCount
    self.baseTime = baseTime
    self.baseDate = baseDate
    self.signals = signals
    self.segments = segments
    self.comments = comments
  }

  /// Whether a multi-segment record begins with a layout segment of length 0, which names all signals that its segments
  /// may have; its segments then have any of them ("variable layout").
  public var hasVariableLayout: Bool { segments.first?.sampleCount == 0 }
}

/// One segment of a multi-segment record.
public struct Segment: Sendable, Equatable {
  /// The segment's record name; `~` for a gap.
  public let name: String
  /// Its length in frames.
  public let sampleCount: Int

  /// A segment.
  public init(name: String, sampleCount: Int) {
    self.name = name
    self.sampleCount = sampleCount
  }

  /// What stands for a gap.
  static let gapName = "~"
  /// Whether nothing was recorded.
  public var isGap: Bool { name == Self.gapName }
}

/// One signal's line of a header, defaults filled in.
public struct SignalSpecification: Sendable, Equatable {
  /// Its file, a plain name in the header's own folder.
  public var fileName: String
  /// Number of the storage format: 16, 212, ...
  public var format: Int
  /// Samples of this signal in each frame. Default 1.
  public var samplesPerFrame: Int
  /// Frames by which this signal is late. Default 0.
  public var skew: Int
  /// Bytes before the first sample of the file (samples, in compressed formats). Default 0.
  public var byteOffset: Int
  /// Digital units for one physical unit. Default 200, also where the header says 0.
  public var gain: Double
  /// Digital value of physical 0. Default: ``adcZero``.
  public var baseline: Int
  /// Physical unit. Default mV.
  public var units: String
  /// Bits of the converter; 0 where the header leaves it out.
  public var adcResolution: Int
  /// Digital value in the middle of the converter's range. Default 0.
  public var adcZero: Int
  /// First sample's value, where the header has it.
  public var initialValue: Int?
  /// 16-bit sum of all samples, signed or not as written, where the header has it.
  public var checksum: Int?
  /// Block size for special devices. Default 0.
  public var blockSize: Int
  /// The signal's name; empty where the header has none.
  public var description: String

  /// A signal; what is left out has the default of header(5).
  public init(
    fileName: String, format: Int, samplesPerFrame: Int = 1, skew: Int = 0, byteOffset: Int = 0,
    gain: Double = SignalSpecification.defaultGain, baseline: Int = 0, units: String = "mV", adcResolution: Int = 0,
    adcZero: Int = 0, initialValue: Int? = nil, checksum: Int? = nil, blockSize: Int = 0, description: String = ""
  ) {
    self.fileName = fileName
    self.format = format
    self.samplesPerFrame = samplesPerFrame
    self.skew = skew
    self.byteOffset = byteOffset
    self.gain = gain
    self.baseline = baseline
    self.units = units
    self.adcResolution = adcResolution
    self.adcZero = adcZero
    self.initialValue = initialValue
    self.checksum = checksum
    self.blockSize = blockSize
    self.description = description
  }

  /// Digital units for one physical unit where nothing is known.
  public static let defaultGain = 200.0
}

extension Header {
  /// Whether the header states what its samples sum up to. Where initial value and checksum of every signal are 0, the
  /// publisher left the fields empty, as in the PTB Diagnostic ECG Database.
  public var statesChecksums: Bool {
    signals.contains { ($0.checksum ?? 0) != 0 || ($0.checksum != nil && ($0.initialValue ?? 0) != 0) }
  }
}
