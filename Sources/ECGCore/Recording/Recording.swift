import Reproducibility

/// One ECG in memory: samples, patient, marks and labels.
public struct Recording: Sendable {
  /// Its name within the dataset.
  public let id: RecordingID
  /// The person, where the dataset tells; nil means unknown, and then a patient-disjoint split is impossible.
  public let patient: PatientID?
  /// Years; nil where unknown.
  public let ageInYears: Double?
  /// As recorded.
  public let sex: Sex
  /// Digital samples and calibration.
  public var signal: DigitalSignal
  /// Marks as the dataset gives them, in order of sample.
  public var annotations: [Annotation]
  /// P, QRS and T of each beat, where known.
  public var fiducials: Fiducials?
  /// HR, PR, QRS, QT, each where known.
  public var intervals: Intervals
  /// Values of the source's own columns, in the order of ``RecordingSource/columns``.
  public let columns: [ColumnValue]
  /// Where it came from.
  public var provenance: Provenance

  /// A recording; what a dataset does not tell is left at its default.
  public init(
    id: RecordingID, patient: PatientID? = nil, ageInYears: Double? = nil, sex: Sex = .unknown,
    signal: DigitalSignal, annotations: [Annotation] = [], fiducials: Fiducials? = nil,
    intervals: Intervals = .unknown, columns: [ColumnValue] = [], provenance: Provenance
  ) {
    self.id = id
    self.patient = patient
    self.ageInYears = ageInYears
    self.sex = sex
    self.signal = signal
    self.annotations = annotations
    self.fiducials = fiducials
    self.intervals = intervals
    self.columns = columns
    self.provenance = provenance
  }
}

/// Where a recording came from and what was done to it since.
public struct Provenance: Sendable, Equatable {
  /// The source's file or generator, relative to the dataset: `records100/00000/00001_lr`, `seed 7 index 12`.
  public let source: String
  /// SHA-256 over the source's files in a stated order, or over the generator's name and arguments.
  public let sourceDigest: Digest
  /// One line for each transform applied, in order.
  public var steps: [String]

  /// A recording fresh from its source, or with `steps` behind it.
  public init(source: String, sourceDigest: Digest, steps: [String] = []) {
    self.source = source
    self.sourceDigest = sourceDigest
    self.steps = steps
  }
}

/// A mark at a sample, as in a WFDB annotation file.
public struct Annotation: Sendable, Equatable {
  /// 0-based sample at the recording's sampling frequency.
  public let sample: Int64
  /// The code's symbol: `N`, `V`, `+`, `(`, ...
  public let symbol: String
  /// The field of that name of the MIT format.
  public let subtype: Int8
  /// The signal it belongs to.
  public let channel: UInt8
  /// The field of that name of the MIT format.
  public let number: Int8
  /// Free text: a rhythm such as `(N`, a comment.
  public let auxiliary: String

  /// A mark; the fields that most files leave at 0 are 0.
  public init(
    sample: Int64, symbol: String, subtype: Int8 = 0, channel: UInt8 = 0, number: Int8 = 0, auxiliary: String = ""
  ) {
    self.sample = sample
    self.symbol = symbol
    self.subtype = subtype
    self.channel = channel
    self.number = number
    self.auxiliary = auxiliary
  }
}
