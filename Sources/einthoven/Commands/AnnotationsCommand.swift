import ArgumentParser
import Foundation
import Reproducibility
import WFDB

/// `einthoven annotations`.
struct AnnotationsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "annotations", abstract: "List the marks of an annotation file.",
    discussion: """
      One line a mark: sample, time where a sampling frequency is known, symbol,
      subtype, channel, number, text. The frequency is the file's own time
      resolution, or that of the record's header beside it.

      Examples:
        einthoven annotations data/mitdb/100.atr --from 0 --to 3600
        einthoven annotations data/qtdb/sel100.q1c --json
      """)

  @Argument(help: "An annotation file in the MIT format, with its extension: RECORD.EXT.")
  var path: String

  @Option(help: "First sample of the range: a mark there is listed. Default: the first mark.")
  var from: Int64?

  @Option(help: "End of the range, a sample: a mark there is not listed any more. Default: behind the last mark.")
  var to: Int64?

  @Flag(help: "One JSON document.")
  var json = false

  func validate() throws {
    if let from, let to, from > to { throw ValidationError("--from must not be greater than --to.") }
  }

  func run() throws {
    let file = try AnnotationFile.read(path)
    if !file.isTerminated {
      Console.warning("\(path) lacks the zero at its end: it may be the beginning of a longer file")
    }
    let marks = from == nil && to == nil ? file.marks : file.marks(in: (from ?? .min)..<(to ?? .max))
    let frequency = file.timeResolution ?? headerFrequency()
    let text =
      json
      ? AnnotationDocument(marks: marks, definitions: file.definitions, samplingFrequency: frequency).text
      : AnnotationTable(marks: marks, samplingFrequency: frequency).text
    try Console.data(Data(text.utf8))
  }

  /// Hz, from the header of the record that the file's name without its extension names.
  private func headerFrequency() -> Double? {
    guard let dot = path.lastIndex(of: "."), FileBytes.exists(path[..<dot] + ".hea") else { return nil }
    do {
      return try Header(path: path[..<dot] + ".hea").samplingFrequency
    } catch {
      Console.warning("the sampling frequency is not known: \(error)")
      return nil
    }
  }
}

/// Marks as lines for people, in columns.
struct AnnotationTable {
  let marks: [WFDBAnnotation]
  /// Hz, or nil: then there is no column of times.
  let samplingFrequency: Double?

  var text: String {
    var rows = marks.map { row($0) }
    guard let columns = rows.first?.count else { return "" }
    for column in 0..<columns - 1 {
      let width = rows.map { $0[column].count }.max() ?? 0
      let symbols = samplingFrequency == nil ? 1 : 2
      for index in rows.indices {
        let cell = rows[index][column]
        let blanks = String(repeating: " ", count: width - cell.count)
        rows[index][column] = column == symbols ? cell + blanks : blanks + cell
      }
    }
    var text = ""
    for row in rows {
      var line = row.joined(separator: "  ")
      while line.last == " " { line.removeLast() }
      text += line + "\n"
    }
    return text
  }

  private func row(_ mark: WFDBAnnotation) -> [String] {
    let time = samplingFrequency.map { [Self.clock(mark.sample, hertz: $0)] } ?? []
    return ["\(mark.sample)"] + time + [
      mark.symbol, "\(mark.subtype)", "\(mark.channel)", "\(mark.number)", mark.auxiliary.withoutControls,
    ]
  }

  /// `h:mm:ss.mmm`, rounded to the nearest millisecond.
  static func clock(_ sample: Int64, hertz: Double) -> String {
    let exact = (Double(sample.magnitude) / hertz * 1000).rounded()
    guard let total = Int64(exactly: exact) else { return "?" }
    func digits(_ value: Int64, _ count: Int) -> String {
      let text = "\(value)"
      return String(repeating: "0", count: max(0, count - text.count)) + text
    }
    let (seconds, sign) = (total / 1000, sample < 0 ? "-" : "")
    let clock = "\(seconds / 3600):\(digits(seconds / 60 % 60, 2)):\(digits(seconds % 60, 2))"
    return "\(sign)\(clock).\(digits(total % 1000, 3))"
  }
}

/// Marks as one JSON document, a line a mark. Written by hand: a file may hold a hundred thousand, and a general encoder
/// takes seconds for them.
struct AnnotationDocument {
  let marks: [WFDBAnnotation]
  let definitions: [AnnotationDefinition]
  /// Hz, or nil where nothing says it.
  let samplingFrequency: Double?

  var text: String {
    var text = "{\n  \"annotations\": "
    text += list(marks) { mark in
      "{\"sample\": \(mark.sample), \"symbol\": \(quoted(mark.symbol)), \"subtype\": \(mark.subtype), "
        + "\"channel\": \(mark.channel), \"number\": \(mark.number), \"aux\": \(quoted(mark.auxiliary))}"
    }
    if !definitions.isEmpty {
      text += ",\n  \"definitions\": "
      text += list(definitions) { definition in
        "{\"number\": \(definition.number), \"symbol\": \(quoted(definition.symbol)), "
          + "\"description\": \(quoted(definition.description))}"
      }
    }
    let frequency = samplingFrequency.map { hertz in Int64(exactly: hertz).map { "\($0)" } ?? "\(hertz)" }
    return text + ",\n  \"sampling_frequency\": \(frequency ?? "null")\n}\n"
  }

  private func list<Element>(_ elements: [Element], _ line: (Element) -> String) -> String {
    guard let first = elements.first else { return "[]" }
    var text = "[\n    " + line(first)
    for element in elements.dropFirst() {
      text += ",\n    "
      text += line(element)
    }
    return text + "\n  ]"
  }

  private func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\u{0}"..<" ":
        let hex = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
