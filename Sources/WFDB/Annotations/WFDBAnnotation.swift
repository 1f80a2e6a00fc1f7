/// One mark of an annotation file.
public struct WFDBAnnotation: Sendable, Equatable {
  /// 0-based, in steps of the file's own time resolution: samples of the record, as a rule. May be negative.
  public let sample: Int64
  /// Number of the code, 1 to 58; see ``AnnotationCode``.
  public let code: UInt8
  /// The code's symbol: the file's own where it defines one, else the one of ``AnnotationCode``.
  public let symbol: String
  /// Set by SUB for one mark; 0 without it.
  public let subtype: Int8
  /// Set by CHN, kept until the next; 0 at first.
  public let channel: UInt8
  /// Set by NUM, kept until the next; 0 at first.
  public let number: Int8
  /// Set by AUX, without the zeros behind it; empty for a mark without.
  public let auxiliary: String

  /// A mark with the code `code` and its symbol of ``AnnotationCode``; in a set that defines another symbol for the
  /// code, that one.
  public init(
    sample: Int64, code: UInt8, subtype: Int8 = 0, channel: UInt8 = 0, number: Int8 = 0, auxiliary: String = ""
  ) {
    self.init(
      PackedMark(sample: sample, code: code, subtype: subtype, channel: channel, number: number),
      symbol: AnnotationCode.symbol(of: Int(code)), auxiliary: auxiliary)
  }

  init(_ mark: PackedMark, symbol: String, auxiliary: String) {
    sample = mark.sample
    code = mark.code
    self.symbol = symbol
    subtype = mark.subtype
    channel = mark.channel
    number = mark.number
    self.auxiliary = auxiliary
  }
}

/// A mark as a set keeps it: 16 bytes without references, so that thousands are made and freed at no cost. Few marks
/// have a text, and symbols follow from the code.
struct PackedMark: Sendable {
  var sample: Int64 = 0
  var code: UInt8 = 0
  var subtype: Int8 = 0
  var channel: UInt8 = 0
  var number: Int8 = 0
  /// Place of the text among the set's, or ``noText``.
  var text: Int32 = noText

  static let noText: Int32 = -1
}
