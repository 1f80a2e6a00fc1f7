import ECGCore
import Reproducibility

/// All of a shard but its signal: rows gathered one by one and written as columns at the end, or read back.
struct ShardTables: Sendable {
  let columns: [ColumnDefinition]
  private(set) var rows: [StoredRow] = []
  private(set) var digests: [Digest] = []

  init(columns: [ColumnDefinition]) { self.columns = columns }

  mutating func append(_ row: StoredRow, digest: Digest) {
    rows.append(row)
    digests.append(digest)
  }

  /// Writes every group but `/signal` and its offsets.
  func write(to file: HDF5File, leadCount: Int, codec: Codec) throws(StoreError) {
    for group in StoreNames.groups { try file.makeGroup(group) }
    var arrays: [(String, RawArray)] = []
    let perLead = [rows.count, leadCount]
    arrays.append((StoreNames.gain, RawArray(rows.flatMap(\.gain), .float64, dimensions: perLead)))
    arrays.append((StoreNames.baseline, RawArray(rows.flatMap(\.baseline), .int32, dimensions: perLead)))
    arrays.append((StoreNames.missing, RawArray(rows.flatMap(\.missing), .int32, dimensions: perLead)))
    arrays.append((StoreNames.id, RawArray(rows.map(\.id))))
    arrays.append((StoreNames.samplingFrequency, RawArray(rows.map(\.samplingFrequency), .float64)))
    arrays.append((StoreNames.patient, RawArray(rows.map(\.patient))))
    arrays.append((StoreNames.age, RawArray(rows.map(\.age), .float64)))
    arrays.append((StoreNames.sex, RawArray(rows.map(\.sex))))
    arrays.append((StoreNames.source, RawArray(rows.map(\.source))))
    arrays.append((StoreNames.sourceDigest, RawArray(rows.map(\.sourceDigest))))
    arrays.append((StoreNames.leadNames, RawArray(joinedLeadNames)))
    arrays.append((StoreNames.contentDigest, RawArray(digests.map(\.hex))))
    arrays += annotationArrays + fiducialArrays + intervalArrays
    for (name, array) in arrays { try file.write(array, to: name, compressed: codec != .none) }
    for index in columns.indices { try write(column: index, to: file, compressed: codec != .none) }
  }

  private var joinedLeadNames: [String] {
    var joined: [String] = []
    joined.reserveCapacity(rows.count)
    for (index, row) in rows.enumerated() {
      // Most recordings have the leads of the one before.
      let isSame = index > 0 && row.leadNames == rows[index - 1].leadNames
      joined.append(isSame ? joined[index - 1] : StoreNames.join(leads: row.leadNames))
    }
    return joined
  }

  private var annotationArrays: [(String, RawArray)] {
    let marks = rows.flatMap(\.annotations)
    return [
      (StoreNames.annotationOffset, RawArray(Self.offsets(rows.map(\.annotations.count)), .int64)),
      (StoreNames.annotationSample, RawArray(marks.map(\.sample), .int64)),
      (StoreNames.annotationSymbol, RawArray(marks.map(\.symbol))),
      (StoreNames.annotationSubtype, RawArray(marks.map(\.subtype), .int8)),
      (StoreNames.annotationChannel, RawArray(marks.map(\.channel), .uint8)),
      (StoreNames.annotationNumber, RawArray(marks.map(\.number), .int8)),
      (StoreNames.annotationAuxiliary, RawArray(marks.map(\.auxiliary))),
    ]
  }

  private var fiducialArrays: [(String, RawArray)] {
    let width = Fiducial.allCases.count
    let beats = rows.flatMap(\.beats)
    var arrays: [(String, RawArray)] = Fiducial.allCases.enumerated().map { place, fiducial in
      let positions = stride(from: place, to: beats.count, by: width).map { beats[$0] }
      return (StoreNames.fiducial(fiducial), RawArray(positions, .int32))
    }
    arrays.append((StoreNames.fiducialOffset, RawArray(Self.offsets(rows.map { $0.beats.count / width }), .int64)))
    arrays.append((StoreNames.fiducialSource, RawArray(rows.map(\.fiducialSource))))
    return arrays
  }

  private var intervalArrays: [(String, RawArray)] {
    var arrays: [(String, RawArray)] = IntervalKind.allCases.enumerated().map { place, kind in
      (StoreNames.interval(kind), RawArray(rows.map { $0.intervals[place] }, .float32))
    }
    arrays.append((StoreNames.intervalSource, RawArray(rows.map(\.intervalSource))))
    return arrays
  }

  private func write(column index: Int, to file: HDF5File, compressed: Bool) throws(StoreError) {
    let column = columns[index]
    let values = rows.map { $0.columns[index] }
    let name = StoreNames.column(column.group, column.name)
    let array: RawArray =
      switch column.kind {
      case .integer:
        RawArray(values.map(\.asInteger), .int64)
      case .real:
        RawArray(values.map(\.asReal), .float64)
      case .text:
        RawArray(values.map(\.asText))
      case .category:
        RawArray(values.map(\.asCategory), .int32)
      case .flags(let vocabulary):
        RawArray(values.flatMap(\.asFlags), .uint8, dimensions: [rows.count, vocabulary.count])
      }
    try file.write(array, to: name, compressed: compressed)
    if !column.vocabulary.isEmpty {
      try file.writeAttribute(RawArray(column.vocabulary), named: "vocabulary", to: name)
    }
  }

  /// Running sums from 0: element i is where row i starts.
  static func offsets(_ counts: [Int]) -> [Int64] {
    var offsets: [Int64] = [0]
    offsets.reserveCapacity(counts.count + 1)
    var sum: Int64 = 0
    for count in counts {
      sum += Int64(count)
      offsets.append(sum)
    }
    return offsets
  }
}

// Every value was checked against its column's kind before it came here.
extension ColumnValue {
  fileprivate var asInteger: Int64 { if case .integer(let number) = self { number } else { -1 } }
  fileprivate var asReal: Double { if case .real(let number) = self { number } else { .nan } }
  fileprivate var asText: String { if case .text(let text) = self { text } else { "" } }
  fileprivate var asCategory: Int32 { if case .category(let index) = self { Int32(clamping: index) } else { -1 } }
  fileprivate var asFlags: [UInt8] { if case .flags(let flags) = self { flags.map { $0 ? 1 : 0 } } else { [] } }
}
