import ECGCore
import Foundation
import Reproducibility

/// One row of ptbxl_database.csv.
struct PTBXLRow: Sendable {
  let id: RecordingID
  let patient: PatientID
  let ageInYears: Double?
  let sex: Sex
  /// Record path relative to the dataset's folder.
  let file: String
  /// In the order of `columns(classes:)`.
  let values: [ColumnValue]

  static func columns(classes: [String]) -> [ColumnDefinition] {
    [
      ColumnDefinition(name: "site", group: .record, kind: .integer, meaning: "recording site by number, -1 unknown"),
      ColumnDefinition(name: "device", group: .record, kind: .text, meaning: "recording device"),
      ColumnDefinition(
        name: "strat_fold", group: .record, kind: .integer,
        meaning: "published fold, 1 to 10; 9 and 10 were validated by a human, patients stay within a fold"),
      ColumnDefinition(name: "recording_date", group: .record, kind: .text, meaning: "shifted date and time"),
      ColumnDefinition(name: "height", group: .record, kind: .real, meaning: "cm, NaN unknown"),
      ColumnDefinition(name: "weight", group: .record, kind: .real, meaning: "kg, NaN unknown"),
      ColumnDefinition(
        name: "validated_by_human", group: .record, kind: .integer, meaning: "1 where a cardiologist saw it"),
      ColumnDefinition(
        name: "scp_codes", group: .label, kind: .text, meaning: "SCP-ECG codes with likelihoods, as JSON"),
      ColumnDefinition(
        name: "diagnostic_superclass", group: .label, kind: .category(vocabulary: classes),
        meaning: "the superclass of recordings that have exactly one, else -1"),
      ColumnDefinition(
        name: "diagnostic_superclasses", group: .label, kind: .flags(vocabulary: classes),
        meaning: "every superclass that the recording has"),
    ]
  }

  /// All rows, in the table's order.
  static func all(
    in table: DelimitedText, fileColumn: String, _ statements: SCPStatements, _ labels: LabelMap
  ) throws -> [PTBXLRow] {
    let reader = try ColumnReader(table, fileColumn: fileColumn)
    let block = 512
    let blocks = try Workers.all.map((table.rows.count + block - 1) / block) { number in
      try (number * block..<min((number + 1) * block, table.rows.count)).map {
        try reader.row($0, statements, labels)
      }
    }
    var seen: Set<RecordingID> = []
    for (index, row) in blocks.joined().enumerated() {
      guard seen.insert(row.id).inserted else {
        throw DatasetError(
          .malformedValue, at: ErrorPlace(table.path, .line(table.lines[index]), .item("ecg_id")),
          found: "\(row.id) a second time", expected: "every id once", advice: "Fetch the file again")
      }
    }
    return Array(blocks.joined())
  }

  /// Fields by column name, with errors that name line and column.
  private struct ColumnReader: Sendable {
    let table: DelimitedText
    let places: [String: Int]
    let fileColumn: String

    init(_ table: DelimitedText, fileColumn: String) throws {
      self.table = table
      self.fileColumn = fileColumn
      var places: [String: Int] = [:]
      for name in [
        "ecg_id", "patient_id", "age", "sex", "site", "device", "strat_fold", "recording_date", "height", "weight",
        "validated_by_human", "scp_codes", fileColumn,
      ] { places[name] = try table.column(name) }
      self.places = places
    }

    func row(_ index: Int, _ statements: SCPStatements, _ labels: LabelMap) throws -> PTBXLRow {
      let place = ErrorPlace(table.path, .line(table.lines[index]), .item("scp_codes"))
      let codes = try SCPStatements.parse(text(index, "scp_codes"), at: place)
      let superclasses = statements.superclasses(of: codes)
      let file = text(index, fileColumn)
      let steps = file.utf8.split(separator: UInt8(ascii: "/"))
      guard !file.hasPrefix("/"), !steps.contains(where: { $0.elementsEqual("..".utf8) }) else {
        throw malformed(index, fileColumn, "a path inside the dataset")
      }
      return PTBXLRow(
        id: RecordingID(try wholeText(index, "ecg_id")), patient: PatientID(try wholeText(index, "patient_id")),
        ageInYears: try number(index, "age"), sex: try sex(index), file: file,
        values: [
          .integer(try integer(index, "site")), .text(trimmed(index, "device")),
          .integer(try integer(index, "strat_fold")), .text(text(index, "recording_date")),
          .real(try number(index, "height") ?? .nan), .real(try number(index, "weight") ?? .nan),
          .integer(text(index, "validated_by_human") == "True" ? 1 : 0),
          .text(try SCPStatements.text(of: codes)),
          .category(superclasses.count == 1 ? superclasses[0] : -1),
          .flags(labels.classes.indices.map { superclasses.contains($0) }),
        ])
    }

    private func text(_ index: Int, _ name: String) -> String { places[name].map { table.rows[index][$0] } ?? "" }

    private func trimmed(_ index: Int, _ name: String) -> String {
      let field = text(index, name)
      guard
        field.utf8.first == 32 || field.utf8.last == 32
          || !field.utf8.allSatisfy({ (33...126).contains($0) || $0 == 32 })
      else { return field }
      return field.trimmingCharacters(in: .whitespaces)
    }

    private func number(_ index: Int, _ name: String) throws -> Double? {
      let field = text(index, name)
      if field.isEmpty { return nil }
      guard let value = Double(field), value.isFinite else { throw malformed(index, name, "a number or nothing") }
      return value
    }

    /// Ids are written as 15709 in some columns and as 15709.0 in others.
    private func wholeText(_ index: Int, _ name: String) throws -> String {
      guard let value = try number(index, name), let whole = Int64(exactly: value) else {
        throw malformed(index, name, "a whole number")
      }
      return String(whole)
    }

    private func integer(_ index: Int, _ name: String) throws -> Int64 {
      guard let value = try number(index, name) else { return -1 }
      guard let whole = Int64(exactly: value) else { throw malformed(index, name, "a whole number or nothing") }
      return whole
    }

    private func sex(_ index: Int) throws -> Sex {
      switch text(index, "sex") {
      case "0": .male
      case "1": .female
      case "": .unknown
      default: throw malformed(index, "sex", "0 (male) or 1 (female)")
      }
    }

    private func malformed(_ index: Int, _ name: String, _ expected: String) -> DatasetError {
      DatasetError(
        .malformedValue, at: ErrorPlace(table.path, .line(table.lines[index]), .item("column \(name)")),
        found: "'\(text(index, name))'", expected: expected, advice: "Check that this is the published file")
    }
  }
}
