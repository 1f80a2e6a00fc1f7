import ECGCore
import Reproducibility

/// What a source and its recordings must satisfy to be stored.
enum SourceChecks {
  /// Names must differ and columns must have names of their own.
  static func check(
    _ dataset: String, identifiers: [RecordingID], columns: [ColumnDefinition], layout: SignalLayout
  ) throws(StoreError) {
    var seen = Set<String>()
    for id in identifiers where !seen.insert(id.text).inserted || id.text.isEmpty || id.text.utf8.contains(0) {
      throw StoreError(
        .invalidSource, at: ErrorPlace(dataset, .record(id.text)), found: "this name twice, or not a name",
        expected: "a name of its own for each recording", advice: "Correct the source's list of recordings")
    }
    var names = Set<String>()
    for column in columns {
      let name = column.name
      let reserved = column.group == .record && StoreNames.reserved.contains(name)
      let wellFormed = !name.isEmpty && name.utf8.allSatisfy(isSnakeCase)
      if !wellFormed || reserved || !names.insert(StoreNames.column(column.group, name)).inserted {
        throw StoreError(
          .invalidSource, at: ErrorPlace(dataset, .item("column \(name)")),
          found: reserved ? "the name of one of the store's own columns" : "a name that is taken or not in snake case",
          expected: "lower-case letters, digits and underscores, unique within the group",
          advice: "Rename the column in the source")
      }
    }
    guard case .fixed(let leads, let sampleCount, _) = layout else { return }
    guard sampleCount > 0, sampleCount < (1 << 31) / leads.count else {
      throw StoreError(
        .invalidSource, at: ErrorPlace(dataset), found: "\(leads.count) leads of \(sampleCount) samples",
        expected: "at least one sample and less than 4 GiB in a recording",
        advice: "Store recordings of that length in the variable layout")
    }
  }

  /// The codec must have the level and be able to encode the recordings.
  static func check(_ codec: Codec, _ level: Int?, suits layout: SignalLayout, of dataset: String) throws(StoreError) {
    if let level, codec.levels?.contains(level) != true {
      let levels = codec.levels.map { "\($0.lowerBound) to \($0.upperBound)" } ?? "no level"
      throw StoreError(
        .invalidSource, at: ErrorPlace(dataset, .item("level")), found: "level \(level) of \(codec)", expected: levels,
        advice: "Choose another level or codec")
    }
    guard codec == .szip, case .fixed(let leads, let sampleCount, _) = layout else { return }
    guard SzipFilter(rows: leads.count, width: sampleCount) != nil else {
      throw StoreError(
        .invalidSource, at: ErrorPlace(dataset), found: "recordings of \(leads.count * sampleCount) samples",
        expected: "at least \(SzipFilter.pixelsPerBlock) for szip", advice: "Choose another codec")
    }
  }

  /// A recording must be the one that was asked for, of the layout and with a value of the right kind in each column.
  static func check(
    _ recording: Recording, is id: RecordingID, layout: SignalLayout, columns: [ColumnDefinition], in dataset: String
  ) throws(StoreError) {
    func failure(_ found: String, _ expected: String, _ item: String? = nil) -> StoreError {
      let place = item.map { ErrorPlace(dataset, .record(id.text), .item($0)) } ?? ErrorPlace(dataset, .record(id.text))
      return StoreError(
        .inconsistentRecording, at: place, found: found, expected: expected,
        advice: "Correct the source, or add a transform that makes its recordings alike")
    }
    guard recording.id == id else { throw failure("recording \(recording.id)", "recording \(id)") }
    let signal = recording.signal
    switch layout {
    case .fixed(let leads, let sampleCount, let frequency):
      guard signal.leads == leads, signal.sampleCount == sampleCount, signal.samplingFrequency == frequency else {
        throw failure(
          "leads \(signal.leads.names.joined(separator: " ")), \(signal.sampleCount) samples at "
            + "\(signal.samplingFrequency)",
          "leads \(leads.names.joined(separator: " ")), \(sampleCount) samples at \(frequency)")
      }
    case .variable(let leadCount):
      guard signal.leads.count == leadCount else {
        throw failure("\(signal.leads.count) leads", "\(leadCount) leads")
      }
    }
    guard !signal.leads.names.contains(where: { $0.withoutTrailingZeros.isEmpty }) else {
      throw failure("a lead without a name", "a name for each lead")
    }
    guard recording.columns.count == columns.count else {
      throw failure("\(recording.columns.count) column values", "\(columns.count)")
    }
    for (column, value) in zip(columns, recording.columns) where !fits(value, column.kind) {
      throw failure("\(value)", "a value of the column's kind and vocabulary", "column \(column.name)")
    }
  }

  private static func isSnakeCase(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"): true
    default: false
    }
  }

  private static func fits(_ value: ColumnValue, _ kind: ColumnDefinition.Kind) -> Bool {
    switch (value, kind) {
    case (.integer, .integer), (.real, .real), (.text, .text): true
    case (.category(let index), .category(let vocabulary)): (-1..<vocabulary.count).contains(index)
    case (.flags(let flags), .flags(let vocabulary)): flags.count == vocabulary.count
    default: false
    }
  }
}
