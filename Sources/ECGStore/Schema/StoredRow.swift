import ECGCore
import Reproducibility

/// One recording as the store keeps it, without its samples: what a shard's tables hold in one row, with every
/// unknown in its one stored form, so that what is hashed before writing equals what is hashed after reading.
struct StoredRow: Sendable {
  var id: String
  var samplingFrequency: Double
  var sampleCount: Int
  /// Empty where unknown.
  var patient: String
  /// NaN where unknown.
  var age: Double
  var sex: String
  var source: String
  var sourceDigest: String
  var leadNames: [String]
  var gain: [Double]
  var baseline: [Int32]
  var missing: [Int32]
  var annotations: [Annotation]
  /// Empty where there are no fiducials.
  var fiducialSource: String
  /// Nine to a beat, in the order of `Fiducial.allCases`.
  var beats: [Int32]
  /// In the order of `IntervalKind.allCases`; NaN where unknown.
  var intervals: [Float]
  var intervalSource: String
  var columns: [ColumnValue]

  /// The recording's content digest: over every field in the order declared, the ``FrameDigest`` of `samples` after
  /// `missing`. `frameDigest` is that digest where it is known.
  ///
  /// Texts and arrays are preceded by their lengths, numbers are little-endian, intervals are 32-bit floats, and a
  /// column's value is preceded by its kind (0 integer, 1 real, 2 text, 3 category, 4 flags).
  func contentDigest(samples: [Int16], frameDigest: Digest? = nil) -> Digest {
    var hasher = ContentHasher()
    hasher.update("einthoven recording 2")
    hasher.update(id)
    hasher.update(samplingFrequency)
    hasher.update(Int64(sampleCount))
    hasher.update(patient)
    hasher.update(age)
    hasher.update(sex)
    hasher.update(source)
    hasher.update(sourceDigest)
    hasher.update(texts: leadNames)
    hasher.update(array: gain)
    hasher.update(array: baseline)
    hasher.update(array: missing)
    hasher.update(frameDigest ?? FrameDigest.of(samples, leadCount: leadNames.count))
    hasher.update(Int64(annotations.count))
    for annotation in annotations {
      hasher.update(annotation.sample)
      hasher.update(annotation.symbol)
      hasher.update(annotation.subtype)
      hasher.update(annotation.channel)
      hasher.update(annotation.number)
      hasher.update(annotation.auxiliary)
    }
    hasher.update(fiducialSource)
    hasher.update(array: beats)
    hasher.update(array: intervals)
    hasher.update(intervalSource)
    hasher.update(Int64(columns.count))
    for column in columns { hasher.update(column) }
    return hasher.digest
  }
}

extension StoredRow {
  /// The row that `recording` becomes.
  init(_ recording: Recording) {
    let signal = recording.signal
    id = recording.id.text
    samplingFrequency = signal.samplingFrequency.hertz
    sampleCount = signal.sampleCount
    patient = recording.patient?.text.withoutTrailingZeros ?? ""
    age = recording.ageInYears.map { $0.isNaN ? .nan : $0 } ?? .nan
    sex = recording.sex.rawValue
    source = recording.provenance.source.withoutTrailingZeros
    sourceDigest = recording.provenance.sourceDigest.hex
    leadNames = signal.leads.names.map(\.withoutTrailingZeros)
    gain = signal.gain
    baseline = signal.baseline
    missing = signal.samples.withUnsafeBufferPointer { samples in
      (0..<signal.leads.count).map { lead in
        let row = UnsafeBufferPointer(rebasing: samples[lead * signal.sampleCount..<(lead + 1) * signal.sampleCount])
        return Int32(ChunkCodec.kernels.count_equal16(row.baseAddress, row.count, DigitalSignal.missing))
      }
    }
    annotations = recording.annotations.map {
      Annotation(
        sample: $0.sample, symbol: $0.symbol.withoutTrailingZeros, subtype: $0.subtype, channel: $0.channel,
        number: $0.number, auxiliary: $0.auxiliary.withoutTrailingZeros)
    }
    fiducialSource = recording.fiducials?.source.withoutTrailingZeros ?? ""
    beats = (recording.fiducials?.beats ?? []).flatMap { beat in Fiducial.allCases.map { beat[$0] } }
    intervals = IntervalKind.allCases.map { kind in
      recording.intervals[kind].map { $0.isNaN ? .nan : Float($0) } ?? .nan
    }
    intervalSource = recording.intervals.source.withoutTrailingZeros
    columns = recording.columns.map { value in
      switch value {
      case .real(let number): .real(number.isNaN ? .nan : number)
      case .text(let text): .text(text.withoutTrailingZeros)
      default: value
      }
    }
  }
}

extension ContentHasher {
  /// Feeds the count, then every text.
  mutating func update(texts: [String]) {
    update(Int64(texts.count))
    for text in texts { update(text) }
  }

  fileprivate mutating func update(_ value: ColumnValue) {
    switch value {
    case .integer(let number):
      update(UInt8(0))
      update(number)
    case .real(let number):
      update(UInt8(1))
      update(number)
    case .text(let text):
      update(UInt8(2))
      update(text)
    case .category(let index):
      update(UInt8(3))
      update(Int64(index))
    case .flags(let flags):
      update(UInt8(4))
      update(array: flags.map { UInt8($0 ? 1 : 0) })
    }
  }
}

/// Content digests of shards and stores, made of those of recordings.
enum ContentDigests {
  /// Over the digests of a shard's recordings, in order.
  static func shard(_ recordings: [Digest]) -> Digest {
    var hasher = ContentHasher()
    hasher.update("einthoven shard 1")
    hasher.update(Int64(recordings.count))
    for digest in recordings { hasher.update(digest) }
    return hasher.digest
  }

  /// Over what `store.json` says of the content (not of files, codec, software or skipped recordings), then over
  /// the digests of all recordings, in order.
  static func store(
    _ source: SourceDescription, _ layout: SignalLayout, columns: [StoreDescription.Column], transforms: [String],
    recordings: [Digest]
  ) -> Digest {
    var hasher = ContentHasher()
    hasher.update("einthoven store 1")
    for text in [source.dataset, source.version, source.licence, source.citation] { hasher.update(text) }
    hasher.update(Int64(source.publishedRecordings ?? -1))
    switch layout {
    case .fixed(let leads, let sampleCount, let samplingFrequency):
      hasher.update("fixed")
      hasher.update(texts: leads.names)
      hasher.update(samplingFrequency.hertz)
      hasher.update(Int64(sampleCount))
    case .variable:
      hasher.update("variable")
    }
    hasher.update(Int64(columns.count))
    for column in columns {
      for text in [column.name, column.group, column.kind, column.meaning] { hasher.update(text) }
      hasher.update(texts: column.vocabulary)
    }
    hasher.update(texts: transforms)
    hasher.update(Int64(recordings.count))
    for digest in recordings { hasher.update(digest) }
    return hasher.digest
  }
}
