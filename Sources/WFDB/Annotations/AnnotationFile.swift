import Reproducibility

/// One mark of an annotation file.
public struct WFDBAnnotation: Sendable, Equatable {
  /// 0-based sample.
  public let sample: Int64
  /// Number of the code; see ``AnnotationCode``.
  public let code: Int
  /// Set by SUB.
  public let subtype: Int8
  /// Set by CHN, kept until the next.
  public let channel: UInt8
  /// Set by NUM, kept until the next.
  public let number: Int8
  /// Set by AUX, without the zeros behind it.
  public let auxiliary: String

  /// The code's symbol.
  public var symbol: String { AnnotationCode.symbol(of: code) }
}

/// Annotation files in the MIT format: 16-bit little-endian words, code in the upper 6 bits, samples since the last mark
/// in the lower 10; codes 59 to 63 are SKIP, NUM, SUB, CHN and AUX; a word of 0 ends the file.
public enum AnnotationFile {
  private static let skip = 59
  private static let num = 60
  private static let sub = 61
  private static let chn = 62
  private static let aux = 63

  /// All marks of the file at `path`, in its order.
  ///
  /// - Throws: ``WFDBError`` `missing-file` or `malformed-annotations` naming the byte.
  public static func read(_ path: String) throws(WFDBError) -> [WFDBAnnotation] {
    try parse(DiskFolder("").open(path).readAll(), path: path)
  }

  /// Parses a file's bytes; `path` stands in errors. O(bytes).
  ///
  /// - Throws: ``WFDBError`` `malformed-annotations` naming the byte.
  public static func parse(_ bytes: [UInt8], path: String) throws(WFDBError) -> [WFDBAnnotation] {
    var reader = WordReader(bytes: bytes, path: path)
    var annotations: [WFDBAnnotation] = []
    var time: Int64 = 0
    var (channel, number): (UInt8, Int8) = (0, 0)
    var pending: Pending?
    while let word = reader.next() {
      if word == 0 { break }
      let (code, value) = (Int(word >> 10), Int(word & 0x3FF))
      switch code {
      case skip: time = try reader.advance(time, by: Int64(reader.skip()))
      case num:
        number = Int8(truncatingIfNeeded: value)
        pending?.number = number
      case sub: pending?.subtype = Int8(truncatingIfNeeded: value)
      case chn:
        channel = UInt8(truncatingIfNeeded: value)
        pending?.channel = channel
      case aux:
        let text = try reader.text(length: value)
        pending?.auxiliary = text
      case 0...49:
        if let pending { annotations.append(pending.annotation) }
        time = try reader.advance(time, by: Int64(value))
        pending = Pending(sample: time, code: code, channel: channel, number: number)
      default:
        throw reader.error(found: "code \(code)", expected: "a code from 0 to 49 or from 59 to 63")
      }
    }
    if let pending { annotations.append(pending.annotation) }
    return annotations
  }

  /// A mark whose modifiers may still follow.
  private struct Pending {
    let sample: Int64
    let code: Int
    var subtype: Int8 = 0
    var channel: UInt8
    var number: Int8
    var auxiliary = ""

    init(sample: Int64, code: Int, channel: UInt8, number: Int8) {
      (self.sample, self.code, self.channel, self.number) = (sample, code, channel, number)
    }

    var annotation: WFDBAnnotation {
      WFDBAnnotation(
        sample: sample, code: code, subtype: subtype, channel: channel, number: number, auxiliary: auxiliary)
    }
  }
}

/// Little-endian words of a file, with errors that name the byte.
private struct WordReader {
  let bytes: [UInt8]
  let path: String
  private var offset = 0

  init(bytes: [UInt8], path: String) {
    self.bytes = bytes
    self.path = path
  }

  /// The next word; nil at the end of the file, with or without the closing zero.
  mutating func next() -> UInt16? {
    guard offset + 2 <= bytes.count else { return nil }
    defer { offset += 2 }
    return UInt16(bytes[offset]) | UInt16(bytes[offset + 1]) << 8
  }

  /// SKIP's 32 bits: the upper word first, each little-endian.
  mutating func skip() throws(WFDBError) -> Int32 {
    guard let high = next(), let low = next() else {
      throw error(found: "the end of the file", expected: "the four bytes of a SKIP")
    }
    return Int32(bitPattern: UInt32(high) << 16 | UInt32(low))
  }

  /// AUX's text of `length` bytes, padded to a whole word; zeros at its end are dropped.
  mutating func text(length: Int) throws(WFDBError) -> String {
    guard offset + length <= bytes.count else {
      throw error(found: "the end of the file", expected: "\(length) bytes of text")
    }
    var text = bytes[offset..<offset + length]
    offset += length + length % 2
    while text.last == 0 { text = text.dropLast() }
    return String(decoding: text, as: UTF8.self)
  }

  func advance(_ time: Int64, by step: Int64) throws(WFDBError) -> Int64 {
    let (sum, overflow) = time.addingReportingOverflow(step)
    guard !overflow else { throw error(found: "a time that overflows", expected: "a sample number") }
    return sum
  }

  func error(found: String, expected: String) -> WFDBError {
    WFDBError(
      .malformedAnnotations, at: ErrorPlace(path, .byte(offset)), found: found, expected: expected,
      advice: "The file may be damaged or no annotation file: fetch it again")
  }
}
