import Reproducibility

extension Header {
  /// Parses a header's bytes; `path` stands in errors. O(bytes).
  ///
  /// - Throws: ``WFDBError`` `malformed-header` naming the line, or `unsafe-path`.
  public init(parsing bytes: [UInt8], path: String) throws(WFDBError) {
    var result: Result<Header, WFDBError> = .failure(WFDBError(.malformedHeader, at: ErrorPlace(path), found: ""))
    bytes.withUnsafeBufferPointer { buffer in
      do throws(WFDBError) {
        result = .success(try HeaderParser(bytes: buffer, path: path).parse())
      } catch {
        result = .failure(error)
      }
    }
    self = try result.get()
  }

  /// Reads the header file at `path`.
  ///
  /// - Throws: ``WFDBError`` `missing-file`, `malformed-header` naming the line, or `unsafe-path`.
  public init(path: String) throws(WFDBError) {
    try self.init(parsing: DiskFolder("").open(path).readAll(), path: path)
  }
}

/// Goes through a header line by line: a record line, then as many signal or segment lines as it tells. Lines that begin
/// with `#` are comments wherever they stand; empty ones and those behind the last signal or segment mean nothing.
private struct HeaderParser {
  private let path: String
  private var lines: [LineScanner] = []
  private var comments: [String] = []

  init(bytes: UnsafeBufferPointer<UInt8>, path: String) {
    self.path = path
    // A record line and twelve leads.
    lines.reserveCapacity(16)
    var (start, number) = (0, 0)
    while start < bytes.count {
      var end = start
      // A carriage return ends a line on its own too.
      while end < bytes.count, bytes[end] != 10, bytes[end] != 13 { end += 1 }
      number += 1
      take(bytes, start, end, number)
      if end + 1 < bytes.count, bytes[end] == 13, bytes[end + 1] == 10 { end += 1 }
      start = end + 1
    }
  }

  private mutating func take(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int, _ number: Int) {
    var (start, end) = (start, end)
    while start < end, bytes[start].isBlank { start += 1 }
    while start < end, bytes[end - 1].isBlank { end -= 1 }
    guard start < end else { return }
    if bytes[start] == UInt8(ascii: "#") {
      func isMargin(_ byte: UInt8) -> Bool { byte.isBlank || byte == UInt8(ascii: "#") }
      while start < end, isMargin(bytes[start]) { start += 1 }
      while start < end, isMargin(bytes[end - 1]) { end -= 1 }
      comments.append(bytes[start..<end].text)
    } else {
      lines.append(LineScanner(path: path, number: number, bytes: .init(rebasing: bytes[start..<end])))
    }
  }

  func parse() throws(WFDBError) -> Header {
    guard var line = lines.first else {
      throw WFDBError(
        .malformedHeader, at: ErrorPlace(path, .line(1)), found: "no record line",
        expected: "record name, number of signals, ...",
        advice: "The file may be damaged or no WFDB header: fetch it again")
    }
    let (name, segmentCount) = try recordName(&line)
    guard let signalCount = try line.integer("number of signals", in: 0...Int(Int16.max)) else {
      throw line.error(found: "no number of signals", expected: "a number of signals")
    }
    let frequencies = try Frequencies(line.next(), line)
    let sampleCount = try line.integer("number of samples", in: 0...(1 << 48))
    let baseTime = line.next()?.text
    let baseDate = line.next()?.text
    let expected = segmentCount ?? signalCount
    guard lines.count - 1 >= expected else {
      throw WFDBError(
        .malformedHeader, at: ErrorPlace(path, .line((lines.last?.number ?? 0) + 1)),
        found: "the end of the header after \(lines.count - 1) lines",
        expected: "\(expected) \(segmentCount == nil ? "signal" : "segment") lines",
        advice: "The file may be truncated: fetch it again")
    }
    var signals: [SignalSpecification] = []
    var segments: [Segment] = []
    if segmentCount == nil { signals.reserveCapacity(expected) } else { segments.reserveCapacity(expected) }
    var total = 0
    for line in lines[1..<1 + expected] {
      if segmentCount == nil {
        signals.append(try SignalLineParser(line: line).parse(after: signals.last))
      } else {
        segments.append(try segment(line))
        total += segments.last?.sampleCount ?? 0
        guard total <= 1 << 48 else {
          throw line.error(found: "segments of \(total) frames and more", expected: "at most 2^48 in all")
        }
      }
    }
    return Header(
      recordName: name, segmentCount: segmentCount, signalCount: signalCount, samplingFrequency: frequencies.sampling,
      counterFrequency: frequencies.counter, baseCounter: frequencies.base, sampleCount: sampleCount,
      baseTime: baseTime, baseDate: baseDate, signals: signals, segments: segments, comments: comments)
  }

  private func recordName(_ line: inout LineScanner) throws(WFDBError) -> (name: String, segments: Int?) {
    let field = try line.required("record name")
    guard let slash = field.firstIndex(of: UInt8(ascii: "/")) else { return (field.text, nil) }
    guard let count = field[(slash + 1)...].wholeNumber, count >= 1, count <= 1 << 24 else {
      throw line.error(found: "'\(field.text)'", expected: "a number of segments behind the slash")
    }
    return (field[..<slash].text, count)
  }

  private func segment(_ line: LineScanner) throws(WFDBError) -> Segment {
    var line = line
    let name = try line.required("segment's name").text
    guard let count = try line.integer("segment's number of samples", in: 0...(1 << 48)) else {
      throw line.error(found: "no number of samples", expected: "the segment's length")
    }
    guard name == Segment.gapName || name.isPlainFileName else { throw .unsafePath(name, "segment", line) }
    return Segment(name: name, sampleCount: count)
  }
}

/// `250`, `250/360`, `360/1(5)`.
private struct Frequencies {
  var sampling = 250.0
  var counter: Double?
  var base: Double?

  init(_ field: LineScanner.Field?, _ line: LineScanner) throws(WFDBError) {
    guard let field else { return }
    let slash = field.firstIndex(of: UInt8(ascii: "/")) ?? field.endIndex
    guard let sampling = field[..<slash].decimalNumber, sampling > 0, sampling <= 1e9 else {
      throw line.error(found: "'\(field.text)'", expected: "a sampling frequency above 0 Hz")
    }
    self.sampling = sampling
    guard slash < field.endIndex, field.index(after: slash) < field.endIndex else { return }
    let open = field[slash...].firstIndex(of: UInt8(ascii: "(")) ?? field.endIndex
    guard let counter = field[(slash + 1)..<open].decimalNumber else {
      throw line.error(found: "'\(field.text)'", expected: "a counter frequency behind the slash")
    }
    self.counter = counter
    guard open < field.endIndex else { return }
    guard field.last == UInt8(ascii: ")"), let base = field[(open + 1)..<(field.endIndex - 1)].decimalNumber else {
      throw line.error(found: "'\(field.text)'", expected: "a base counter in round brackets")
    }
    self.base = base
  }
}

extension String {
  /// Whether this names a file in the same folder, whatever the system.
  var isPlainFileName: Bool {
    !isEmpty && self != "." && self != ".." && !hasPrefix("#") && !utf8.contains { $0 == 0x2F || $0 == 0x5C || $0 == 0 }
  }
}

extension ModuleError<WFDBErrorDomain> {
  static func unsafePath(_ name: String, _ what: String, _ line: LineScanner) -> WFDBError {
    WFDBError(
      .unsafePath, at: ErrorPlace(line.path, .line(line.number)), found: "\(what) '\(name)'",
      expected: "a plain name in the header's own folder", advice: "Do not trust this header")
  }
}
