import ECGCore
import Reproducibility

/// All tables of one shard, loaded, from which rows are put together as they were hashed.
struct ShardRows: Sendable {
  let contentDigests: [String]
  let reader: ShardReader
  private let definitions: [ColumnDefinition]
  private let marks: ShardMarks
  private let frequencies: [Double]
  private let patients: [String]
  private let ages: [Double]
  private let sexes: [String]
  private let sources: [String]
  private let sourceDigests: [String]
  private let leadNames: [[String]]
  private let gain: [Double]
  private let baseline: [Int32]
  private let missing: [Int32]
  private let intervals: [[Float]]
  private let intervalSources: [String]
  /// Column by column.
  private let columns: [[ColumnValue]]

  init(_ reader: ShardReader, _ definitions: [ColumnDefinition]) throws {
    self.reader = reader
    self.definitions = definitions
    marks = try reader.loadedMarks()
    contentDigests = try reader.texts(StoreNames.contentDigest)
    frequencies = try reader.numbers(StoreNames.samplingFrequency, .float64, Double.self)
    patients = try reader.texts(StoreNames.patient)
    ages = try reader.numbers(StoreNames.age, .float64, Double.self)
    sexes = try reader.texts(StoreNames.sex)
    sources = try reader.texts(StoreNames.source)
    sourceDigests = try reader.texts(StoreNames.sourceDigest)
    leadNames = try reader.texts(StoreNames.leadNames).map { StoreNames.split(leads: $0) }
    let leads = reader.leadCount
    gain = try reader.numbers(StoreNames.gain, .float64, Double.self, width: leads)
    baseline = try reader.numbers(StoreNames.baseline, .int32, Int32.self, width: leads)
    missing = try reader.numbers(StoreNames.missing, .int32, Int32.self, width: leads)
    intervals = try IntervalKind.allCases.map { try reader.numbers(StoreNames.interval($0), .float32, Float.self) }
    intervalSources = try reader.texts(StoreNames.intervalSource)
    columns = try definitions.map { try Self.values(of: $0, reader) }
  }

  func row(_ row: Int, sampleCount total: Int) -> StoredRow {
    let perLead = row * reader.leadCount..<(row + 1) * reader.leadCount
    return StoredRow(
      id: reader.identifiers[row], samplingFrequency: frequencies[row], sampleCount: total / reader.leadCount,
      patient: patients[row], age: ages[row], sex: sexes[row], source: sources[row],
      sourceDigest: sourceDigests[row], leadNames: leadNames[row], gain: Array(gain[perLead]),
      baseline: Array(baseline[perLead]), missing: Array(missing[perLead]), annotations: marks.annotations(of: row),
      fiducialSource: marks.fiducialSources[row], beats: marks.beats(of: row), intervals: intervals.map { $0[row] },
      intervalSource: intervalSources[row], columns: columns.map { $0[row] })
  }

  // MARK: Where it lies

  /// The bytes of everything that the tables hold of the recording in `row`, its content digest apart.
  func regions(ofRow row: Int) -> [ByteRegion] {
    let annotations = marks.annotationRange(of: row)
    let beats = marks.beatRange(of: row)
    let tables: [(names: [String], rows: Range<Int>)] = [
      ([StoreNames.gain, StoreNames.baseline, StoreNames.missing], row..<row + 1),
      (StoreNames.perRecording + definitions.map { StoreNames.column($0.group, $0.name) }, row..<row + 1),
      // Where a row's marks begin and end is said by two offsets.
      ([StoreNames.offset, StoreNames.annotationOffset, StoreNames.fiducialOffset], row..<row + 2),
      (StoreNames.annotationColumns, annotations), (Fiducial.allCases.map { StoreNames.fiducial($0) }, beats),
    ]
    return tables.flatMap { table in table.names.flatMap { regions(of: $0, rows: table.rows) } }
  }

  /// The bytes of `rows` of the array `name`; none where there is no such array.
  func regions(of name: String, rows: Range<Int>) -> [ByteRegion] {
    guard !rows.isEmpty, let storage = reader.file.storage(of: name) else { return [] }
    return storage.bytes(ofRows: rows).map { ByteRegion(item: name, $0) }
  }

  private static func values(of column: ColumnDefinition, _ reader: ShardReader) throws(StoreError) -> [ColumnValue] {
    let name = StoreNames.column(column.group, column.name)
    switch column.kind {
    case .integer: return try reader.numbers(name, .int64, Int64.self).map { .integer($0) }
    case .real: return try reader.numbers(name, .float64, Double.self).map { .real($0) }
    case .text: return try reader.texts(name).map { .text($0) }
    case .category: return try reader.numbers(name, .int32, Int32.self).map { .category(Int($0)) }
    case .flags(let vocabulary):
      let width = vocabulary.count
      let flat = try reader.numbers(name, .uint8, UInt8.self, width: width)
      if let odd = flat.first(where: { $0 > 1 }) { throw ShardReader.malformed(reader.path, name, "\(odd)", "0 or 1") }
      return (0..<reader.count).map { row in .flags(flat[row * width..<(row + 1) * width].map { $0 != 0 }) }
    }
  }
}
