/// What an annotation file holds: its marks, as a collection, and what the file says of itself.
///
/// ```swift
/// let reference = try AnnotationFile.read("data/mitdb/100.atr")
/// let beats = reference.count { AnnotationCode.numbered(Int($0.code))?.isBeat == true }
/// ```
///
/// Marks stand in the file's order: by time, unless its program went back.
public struct AnnotationSet: Sendable {
  /// Steps a second, in Hz, in which the marks' samples count; nil where the file leaves it to the record's header.
  public let timeResolution: Double?
  /// Symbols that the file defines for itself, in its order. Of two for one number the last holds.
  public let definitions: [AnnotationDefinition]
  /// Comments at sample 0 that define nothing, such as the command that made the file. They are about the file as a
  /// whole, so that they are no marks; wfdb-python leaves them out as well.
  public let comments: [String]
  /// Whether the word of 0 that ends a file was there. Without it the file may be the beginning of a longer one.
  public let isTerminated: Bool

  private let packed: [PackedMark]
  private let texts: [String]
  /// By code, the file's own among them.
  private let symbols: [String]

  /// A set to write. Marks whose code is among `definitions` take its symbol. O(marks).
  public init(
    marks: some Sequence<WFDBAnnotation>, timeResolution: Double? = nil, definitions: [AnnotationDefinition] = [],
    comments: [String] = []
  ) {
    var texts: [String] = []
    let packed = marks.map { mark in
      var packed = PackedMark(
        sample: mark.sample, code: mark.code, subtype: mark.subtype, channel: mark.channel, number: mark.number)
      if !mark.auxiliary.isEmpty {
        packed.text = Int32(clamping: texts.count)
        texts.append(mark.auxiliary)
      }
      return packed
    }
    self.init(
      packed: packed, texts: texts, timeResolution: timeResolution, definitions: definitions, comments: comments,
      isTerminated: true)
  }

  init(
    packed: [PackedMark], texts: [String], timeResolution: Double?, definitions: [AnnotationDefinition],
    comments: [String], isTerminated: Bool
  ) {
    self.packed = packed
    self.texts = texts
    var symbols = AnnotationCode.symbols
    for definition in definitions { symbols[Int(definition.number)] = definition.symbol }
    self.symbols = symbols
    self.timeResolution = timeResolution
    self.definitions = definitions
    self.comments = comments
    self.isTerminated = isTerminated
  }

  /// The marks as an array. O(marks).
  public var marks: [WFDBAnnotation] { Array(self) }

  /// The marks from `range.lowerBound` up to, not including, `range.upperBound`, in their order. O(marks), since marks
  /// need not be in the order of time.
  public func marks(in range: Range<Int64>) -> [WFDBAnnotation] {
    packed.indices.filter { range.contains(packed[$0].sample) }.map { self[$0] }
  }
}

extension AnnotationSet: RandomAccessCollection {
  /// Always 0.
  public var startIndex: Int { 0 }
  /// The number of marks.
  public var endIndex: Int { packed.count }
  /// The mark at `position`, counted from 0. O(1).
  public subscript(position: Int) -> WFDBAnnotation {
    let mark = packed[position]
    return WFDBAnnotation(
      mark, symbol: symbols[Int(mark.code)],
      auxiliary: texts.indices.contains(Int(mark.text)) ? texts[Int(mark.text)] : "")
  }
}

extension AnnotationSet: Equatable {
  /// Whether marks and everything else agree. O(marks).
  public static func == (first: AnnotationSet, second: AnnotationSet) -> Bool {
    first.timeResolution == second.timeResolution && first.definitions == second.definitions
      && first.comments == second.comments && first.isTerminated == second.isTerminated
      && first.elementsEqual(second)
  }
}

/// A symbol that an annotation file gives to a number of its own choice: one line of its
/// `## annotation type definitions`.
public struct AnnotationDefinition: Sendable, Hashable {
  /// Number of the code, 0 to 58.
  public let number: UInt8
  /// Without blanks; not empty.
  public let symbol: String
  /// What it means, in the words of the file's author.
  public let description: String

  /// A definition of `symbol`.
  public init(number: UInt8, symbol: String, description: String) {
    self.number = number
    self.symbol = symbol
    self.description = description
  }
}
