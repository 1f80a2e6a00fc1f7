import ECGCore
import Reproducibility

/// The table scp_statements.csv: which codes are diagnostic, and of which superclass.
struct SCPStatements: Sendable {
  private let classOfCode: [String: Int]
  private let minimumLikelihood: Double

  /// Reads the table at `path`; `labels` gives the superclasses in order.
  init(path: String, labels: LabelMap) throws {
    let table = try DelimitedText(path: path)
    let code = try table.column("")
    let diagnostic = try table.column("diagnostic")
    let superclass = try table.column("diagnostic_class")
    var classOfCode: [String: Int] = [:]
    for (row, line) in zip(table.rows, table.lines) where Double(row[diagnostic]) == 1 {
      guard let index = labels.classes.firstIndex(of: row[superclass]) else {
        throw DatasetError(
          .malformedValue, at: ErrorPlace(path, .line(line), .item("diagnostic_class")), found: "'\(row[superclass])'",
          expected: labels.classes.joined(separator: ", "), advice: "Check that this is the published file")
      }
      classOfCode[row[code]] = index
    }
    self.classOfCode = classOfCode
    minimumLikelihood = labels.minimumLikelihood ?? 0
  }

  /// Indexes of the superclasses that `codes` show, ascending.
  func superclasses(of codes: [String: Double]) -> [Int] {
    let shown = codes.compactMap { code, likelihood in likelihood >= minimumLikelihood ? classOfCode[code] : nil }
    return Set(shown).sorted()
  }

  /// Parses a table field such as `{'NORM': 100.0, 'SR': 0.0}`: text in single quotes to numbers.
  ///
  /// - Throws: ``DatasetError`` `malformed-value` at `place`.
  static func parse(_ text: String, at place: ErrorPlace) throws(DatasetError) -> [String: Double] {
    func malformed(_ found: String) -> DatasetError {
      DatasetError(
        .malformedValue, at: place, found: found, expected: "codes and likelihoods such as {'NORM': 100.0}",
        advice: "Check that this is the published file")
    }
    var rest = text[...]
    func skipBlanks() { while rest.first == " " { rest = rest.dropFirst() } }
    func take(_ character: Character) throws(DatasetError) {
      skipBlanks()
      guard rest.first == character else { throw malformed("'\(rest.prefix(20))' where '\(character)' belongs") }
      rest = rest.dropFirst()
    }
    var codes: [String: Double] = [:]
    try take("{")
    skipBlanks()
    if rest.first == "}" { return [:] }
    while true {
      try take("'")
      guard let end = rest.firstIndex(of: "'") else { throw malformed("a quote that is never closed") }
      let code = String(rest[..<end])
      rest = rest[rest.index(after: end)...]
      try take(":")
      skipBlanks()
      let number = rest.prefix { $0.isNumber || $0 == "." || $0 == "-" }
      guard let likelihood = Double(number), likelihood.isFinite else { throw malformed("likelihood '\(number)'") }
      rest = rest.dropFirst(number.count)
      guard codes.updateValue(likelihood, forKey: code) == nil else { throw malformed("code \(code) twice") }
      skipBlanks()
      if rest.first == "," {
        rest = rest.dropFirst()
        skipBlanks()
        continue
      }
      try take("}")
      skipBlanks()
      guard rest.isEmpty else { throw malformed("'\(rest.prefix(20))' behind the closing bracket") }
      return codes
    }
  }
}
