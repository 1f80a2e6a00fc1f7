import Reproducibility

/// A table of comma-separated text after RFC 4180: quoted fields, doubled quotes, line breaks within quotes, lines ended
/// by LF or CR LF. The first line names the columns.
public struct DelimitedText: Sendable {
  /// Column names, as written.
  public let header: [String]
  /// Fields of each row; as many as there are columns.
  public let rows: [[String]]
  /// The 1-based line on which each row begins.
  public let lines: [Int]
  /// As given, for errors.
  public let path: String

  /// Parses `bytes`; `path` stands in errors. O(bytes).
  ///
  /// - Throws: ``ECGCoreError`` `malformed-table` naming the line.
  public init(parsing bytes: [UInt8], path: String) throws(ECGCoreError) {
    var records: [(line: Int, fields: [String])] = []
    var parser = Parser(bytes: bytes, path: path)
    while let record = try parser.next() { records.append(record) }
    guard let first = records.first else {
      throw ECGCoreError(
        .malformedTable, at: ErrorPlace(path, .line(1)), found: "nothing", expected: "a line of column names",
        advice: "Fetch the file again")
    }
    for record in records.dropFirst() where record.fields.count != first.fields.count {
      throw ECGCoreError(
        .malformedTable, at: ErrorPlace(path, .line(record.line)), found: "\(record.fields.count) fields",
        expected: "\(first.fields.count), as in the first line", advice: "Fetch the file again")
    }
    header = first.fields
    rows = records.dropFirst().map(\.fields)
    lines = records.dropFirst().map(\.line)
    self.path = path
  }

  /// Reads the file at `path`.
  ///
  /// - Throws: a file error, or ``ECGCoreError`` `malformed-table`.
  public init(path: String) throws {
    try self.init(parsing: FileBytes.read(path), path: path)
  }

  /// Where the column named `name` stands.
  ///
  /// - Throws: ``ECGCoreError`` `malformed-table`.
  public func column(_ name: String) throws(ECGCoreError) -> Int {
    guard let index = header.firstIndex(of: name) else {
      throw ECGCoreError(
        .malformedTable, at: ErrorPlace(path, .line(1)), found: "no column '\(name)'",
        expected: "columns \(header.joined(separator: ", "))", advice: "Check that this is the published file")
    }
    return index
  }

  private struct Parser {
    let bytes: [UInt8]
    let path: String
    var offset = 0
    var line = 1
    private var width = 0

    init(bytes: [UInt8], path: String) {
      self.bytes = bytes
      self.path = path
      // A byte order mark is no part of the first column's name.
      if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { offset = 3 }
    }

    /// The next row that is not an empty line.
    mutating func next() throws(ECGCoreError) -> (line: Int, fields: [String])? {
      while offset < bytes.count, bytes[offset] == 10 || bytes[offset] == 13 {
        if bytes[offset] == 10 { line += 1 }
        offset += 1
      }
      guard offset < bytes.count else { return nil }
      let first = line
      var fields: [String] = []
      fields.reserveCapacity(width)
      defer { width = fields.count }
      while true {
        fields.append(try field())
        guard offset < bytes.count else { return (first, fields) }
        let end = bytes[offset]
        offset += 1
        if end == UInt8(ascii: ",") { continue }
        if end == 13, offset < bytes.count, bytes[offset] == 10 { offset += 1 }
        line += 1
        return (first, fields)
      }
    }

    /// One field; stops at the comma, the line's end or the end of the text.
    private mutating func field() throws(ECGCoreError) -> String {
      guard offset < bytes.count, bytes[offset] == UInt8(ascii: "\"") else {
        let start = offset
        while offset < bytes.count, !Self.isEnd(bytes[offset]) { offset += 1 }
        return String(decoding: bytes[start..<offset], as: UTF8.self)
      }
      let opened = line
      offset += 1
      var content: [UInt8] = []
      while offset < bytes.count {
        let byte = bytes[offset]
        offset += 1
        if byte == UInt8(ascii: "\"") {
          if offset < bytes.count, bytes[offset] == byte {
            offset += 1
          } else {
            guard offset == bytes.count || Self.isEnd(bytes[offset]) else {
              throw error(line, found: "text behind a closing quote", expected: "a comma or the line's end")
            }
            return String(decoding: content, as: UTF8.self)
          }
        }
        if byte == 10 { line += 1 }
        content.append(byte)
      }
      throw error(opened, found: "a quote that is never closed", expected: "a closing quote")
    }

    private static func isEnd(_ byte: UInt8) -> Bool { byte == UInt8(ascii: ",") || byte == 10 || byte == 13 }

    private func error(_ line: Int, found: String, expected: String) -> ECGCoreError {
      ECGCoreError(
        .malformedTable, at: ErrorPlace(path, .line(line)), found: found, expected: expected,
        advice: "Fetch the file again")
    }
  }
}
