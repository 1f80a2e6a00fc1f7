import Reproducibility

extension Header {
  /// Reads the header file at `path`.
  ///
  /// - Throws: ``WFDBError`` `missing-file`, `malformed-header` naming the line, or `unsafe-path`.
  public init(path: String) throws(WFDBError) {
    let bytes = try RecordFile.read(path)
    self = try Header(parsing: bytes, path: path)
  }

  /// Parses a header's bytes; `path` stands in errors. O(bytes).
  ///
  /// - Throws: ``WFDBError`` `malformed-header` naming the line, or `unsafe-path`.
  public init(parsing bytes: [UInt8], path: String) throws(WFDBError) {
    var parser = HeaderParser(text: String(decoding: bytes, as: UTF8.self), path: path)
    self = try parser.parse()
  }
}

/// Goes through a header line by line.
private struct HeaderParser {
  private let path: String
  private let lines: [(number: Int, text: Substring)]
  private let comments: [String]

  init(text: String, path: String) {
    self.path = path
    var lines: [(Int, Substring)] = []
    var comments: [String] = []
    for (index, raw) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
      let line = raw.trimmed
      if line.hasPrefix("#") {
        comments.append(String(line.dropFirst().trimmed))
      } else if !line.isEmpty {
        lines.append((index + 1, line))
      }
    }
    self.lines = lines
    self.comments = comments
  }

  mutating func parse() throws(WFDBError) -> Header {
    guard let first = lines.first else {
      throw error(1, found: "no record line", expected: "record name, number of signals, ...")
    }
    let line = HeaderLine(path: path, number: first.number, fields: first.text.fields)
    let (name, segmentCount) = try recordName(line)
    let signalCount = try line.integer(1, "number of signals", in: 0...Int(Int16.max))
    let frequencies = try Frequencies(line.optional(2), line)
    let sampleCount = try line.optional(3).map { _ throws(WFDBError) in
      try line.integer(3, "number of samples", in: 0...(1 << 48))
    }
    let rest = Array(lines.dropFirst())
    var signals: [SignalSpecification] = []
    var segments: [Segment] = []
    let expected = segmentCount ?? signalCount
    guard rest.count >= expected else {
      throw error(
        (rest.last ?? first).number + 1, found: "the end of the header after \(rest.count) lines",
        expected: "\(expected) \(segmentCount == nil ? "signal" : "segment") lines")
    }
    for (number, text) in rest.prefix(expected) {
      let line = HeaderLine(path: path, number: number, fields: text.fields)
      if segmentCount == nil {
        signals.append(try SignalLineParser(line: line).parse())
      } else {
        let length = try line.integer(1, "segment's number of samples", in: 0...(1 << 48))
        segments.append(Segment(name: try line.text(0, "segment's name"), sampleCount: length))
      }
    }
    return Header(
      recordName: name, segmentCount: segmentCount, samplingFrequency: frequencies.sampling,
      counterFrequency: frequencies.counter, baseCounter: frequencies.base,
      sampleCount: sampleCount == 0 ? nil : sampleCount, baseTime: line.optional(4).map(String.init),
      baseDate: line.optional(5).map(String.init), signals: signals, segments: segments, comments: comments)
  }

  private func recordName(_ line: HeaderLine) throws(WFDBError) -> (name: String, segments: Int?) {
    let field = try line.text(0, "record name")
    guard let slash = field.firstIndex(of: "/") else { return (field, nil) }
    guard let count = Int(field[field.index(after: slash)...]), count >= 1, count <= 1 << 24 else {
      throw line.error(found: "'\(field)'", expected: "a number of segments behind the slash")
    }
    return (String(field[..<slash]), count)
  }

  private func error(_ line: Int, found: String, expected: String) -> WFDBError {
    WFDBError(
      .malformedHeader, at: ErrorPlace(path, .line(line)), found: found, expected: expected,
      advice: "The file may be damaged or no WFDB header: fetch it again")
  }
}

/// `250`, `250/360`, `360/1(5)`.
private struct Frequencies {
  var sampling = 250.0
  var counter: Double?
  var base: Double?

  init(_ field: Substring?, _ line: HeaderLine) throws(WFDBError) {
    guard let field else { return }
    let parts = field.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    sampling = try Self.number(parts[0], field, line)
    guard parts.count == 2 else { return }
    let open = parts[1].firstIndex(of: "(") ?? parts[1].endIndex
    counter = try Self.number(parts[1][..<open], field, line)
    guard open != parts[1].endIndex else { return }
    let inside = parts[1][parts[1].index(after: open)...]
    guard inside.last == ")", let value = Double(inside.dropLast()), value.isFinite else {
      throw line.error(found: "'\(field)'", expected: "a base counter in round brackets")
    }
    base = value
  }

  private static func number(
    _ text: Substring, _ field: Substring, _ line: HeaderLine
  ) throws(WFDBError) -> Double {
    guard let value = Double(text), value.isFinite, value > 0, value <= 1e9 else {
      throw line.error(found: "'\(field)'", expected: "a frequency above 0 Hz")
    }
    return value
  }
}

/// One line cut into fields, with errors that name it.
struct HeaderLine {
  let path: String
  let number: Int
  let fields: [Substring]

  func optional(_ index: Int) -> Substring? { index < fields.count ? fields[index] : nil }

  func text(_ index: Int, _ name: String) throws(WFDBError) -> String {
    guard let field = optional(index) else { throw error(found: "no \(name)", expected: "a \(name)") }
    return String(field)
  }

  func integer(_ index: Int, _ name: String, in range: ClosedRange<Int>) throws(WFDBError) -> Int {
    let field = try text(index, name)
    guard let value = Int(field), range.contains(value) else {
      throw error(
        found: "\(name) '\(field)'", expected: "a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  func error(found: String, expected: String) -> WFDBError {
    WFDBError(
      .malformedHeader, at: ErrorPlace(path, .line(number)), found: found, expected: expected,
      advice: "The file may be damaged: fetch it again")
  }
}

extension Substring {
  /// Without blanks at both ends.
  var trimmed: Substring {
    var text = self
    while let first = text.first, first.isWhitespace { text = text.dropFirst() }
    while let last = text.last, last.isWhitespace { text = text.dropLast() }
    return text
  }

  /// The parts between blanks.
  var fields: [Substring] { split(whereSeparator: \.isWhitespace) }
}
