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
    var rest = Array(text.utf8)[...]
    func skipBlanks() { while rest.first == 32 { rest = rest.dropFirst() } }
    func words(_ bytes: ArraySlice<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }
    func take(_ character: Unicode.Scalar) throws(DatasetError) {
      skipBlanks()
      guard rest.first == UInt8(ascii: character) else {
        throw malformed("'\(words(rest.prefix(20)))' where '\(character)' belongs")
      }
      rest = rest.dropFirst()
    }
    var codes: [String: Double] = [:]
    try take("{")
    skipBlanks()
    if rest.first == UInt8(ascii: "}") { return [:] }
    while true {
      try take("'")
      guard let end = rest.firstIndex(of: UInt8(ascii: "'")) else { throw malformed("a quote that is never closed") }
      let code = words(rest[..<end])
      rest = rest[(end + 1)...]
      try take(":")
      skipBlanks()
      let number = rest.prefix { (48...57).contains($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") }
      guard let likelihood = Double(words(number)), likelihood.isFinite else {
        throw malformed("likelihood '\(words(number))'")
      }
      rest = rest.dropFirst(number.count)
      guard codes.updateValue(likelihood, forKey: code) == nil else { throw malformed("code \(code) twice") }
      skipBlanks()
      if rest.first == UInt8(ascii: ",") {
        rest = rest.dropFirst()
        skipBlanks()
        continue
      }
      try take("}")
      skipBlanks()
      guard rest.isEmpty else { throw malformed("'\(words(rest.prefix(20)))' behind the closing bracket") }
      return codes
    }
  }

  /// The canonical JSON of codes and likelihoods, without the encoder where neither needs one: names in capitals and
  /// digits, whole likelihoods.
  static func text(of codes: [String: Double]) throws -> String {
    func isPlain(_ code: String, _ likelihood: Double) -> Bool {
      likelihood.magnitude < 1e6 && likelihood == likelihood.rounded() && likelihood.sign == .plus
        && code.utf8.allSatisfy { (48...57).contains($0) || (65...90).contains($0) || $0 == UInt8(ascii: "_") }
    }
    guard codes.allSatisfy(isPlain) else { return String(decoding: try CanonicalJSON.compact(codes), as: UTF8.self) }
    return "{" + codes.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\(Int($0.value))" }.joined(separator: ",") + "}"
  }
}
