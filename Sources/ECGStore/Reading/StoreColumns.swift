import ECGCore
import Reproducibility

extension Store {
  /// The patient of each recording, nil where unknown.
  public func patients() throws -> [PatientID?] {
    try everyShard { try $0.texts(StoreNames.patient) }.map { $0.isEmpty ? nil : PatientID($0) }
  }

  /// One interval of each recording, nil where unknown: bpm or ms, rounded to 32 bits when it was stored.
  public func intervals(_ kind: IntervalKind) throws -> [Double?] {
    try everyShard { try $0.numbers(StoreNames.interval(kind), .float32, Float.self) }
      .map { $0.isNaN ? nil : Double($0) }
  }

  /// An integer column that the source added.
  public func integers(group: ColumnDefinition.Group, name: String) throws -> [Int64] {
    _ = try column(group, name, ["integer"])
    return try everyShard { try $0.numbers(StoreNames.column(group, name), .int64, Int64.self) }
  }

  /// A real column: one that the source added, or `/record/age` and `/record/sampling_frequency`.
  public func reals(group: ColumnDefinition.Group, name: String) throws -> [Double] {
    let path = StoreNames.column(group, name)
    if ![StoreNames.age, StoreNames.samplingFrequency].contains(path) { _ = try column(group, name, ["real"]) }
    return try everyShard { try $0.numbers(path, .float64, Double.self) }
  }

  /// A text column: one that the source added, or one of those that every store has in `/record`.
  public func texts(group: ColumnDefinition.Group, name: String) throws -> [String] {
    let path = StoreNames.column(group, name)
    let own = [
      StoreNames.id, StoreNames.patient, StoreNames.sex, StoreNames.source, StoreNames.sourceDigest,
      StoreNames.leadNames, StoreNames.contentDigest,
    ]
    if !own.contains(path) { _ = try column(group, name, ["text"]) }
    return try everyShard { try $0.texts(path) }
  }

  /// A category column: each recording's index into the vocabulary, -1 for none.
  public func categories(group: ColumnDefinition.Group, name: String) throws -> (values: [Int], vocabulary: [String]) {
    let vocabulary = try column(group, name, ["category"]).vocabulary
    let values = try everyShard { try $0.numbers(StoreNames.column(group, name), .int32, Int32.self) }
    return (values.map { Int($0) }, vocabulary)
  }

  /// A flags column: for each recording, whether each class of the vocabulary is set.
  public func flags(group: ColumnDefinition.Group, name: String) throws -> (values: [[Bool]], vocabulary: [String]) {
    let vocabulary = try column(group, name, ["flags"]).vocabulary
    let width = vocabulary.count
    let flat = try everyShard {
      try $0.numbers(StoreNames.column(group, name), .uint8, UInt8.self, width: width)
    }
    let values = (0..<count).map { row in flat[row * width..<(row + 1) * width].map { $0 != 0 } }
    return (values, vocabulary)
  }

  private func column(_ group: ColumnDefinition.Group, _ name: String, _ kinds: [String]) throws(StoreError)
    -> StoreDescription.Column
  {
    let columns = description.columns
    if let column = columns.first(where: { $0.group == group.rawValue && $0.name == name && kinds.contains($0.kind) }) {
      return column
    }
    let present = columns.map { "\($0.group)/\($0.name) (\($0.kind))" }.joined(separator: ", ")
    throw StoreError(
      .noSuchColumn, at: ErrorPlace(path, .item(StoreNames.column(group, name))),
      found: present.isEmpty ? "no columns" : "columns \(present)",
      expected: "a column of kind \(kinds.joined(separator: " or "))", advice: "Ask for a column that the store has")
  }

  private func everyShard<Value>(_ read: (ShardReader) throws -> [Value]) throws -> [Value] {
    var values: [Value] = []
    values.reserveCapacity(count)
    for index in description.shards.indices { values += try read(reader(ofShard: index)) }
    return values
  }
}
