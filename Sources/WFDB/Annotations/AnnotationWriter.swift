import Reproducibility

/// Writes marks as words. What it writes, ``AnnotationParser`` reads back as the same set; what would read back as
/// anything else is an error.
struct AnnotationWriter {
  /// The farthest sample from 0 that is written, 35 years at 1000 Hz. Every 2^31 samples of a step take another SKIP, so
  /// that some limit has to keep a single mark from filling a disk.
  static let farthestSample: Int64 = 1 << 40

  private let name: String
  private var bytes: [UInt8] = []
  private var time: Int64 = 0
  private var channel: UInt8 = 0
  private var number: Int8 = 0

  /// A writer; `name` stands in errors.
  init(name: String) {
    self.name = name
  }

  /// All of the file.
  ///
  /// - Throws: ``WFDBError`` `unwritable-annotations`.
  mutating func encode(_ set: AnnotationSet) throws(WFDBError) -> [UInt8] {
    bytes.reserveCapacity(set.count * 4 + 64)
    try appendMetadata(of: set)
    for mark in set {
      try check(mark)
      try append(mark)
    }
    append(word: 0)
    return bytes
  }

  private mutating func appendMetadata(of set: AnnotationSet) throws(WFDBError) {
    if let problem = AnnotationMetadata.problem(of: set) {
      throw unwritable(.item("metadata"), found: problem.found, expected: problem.expected)
    }
    let lines = AnnotationMetadata.lines(of: set)
    for line in lines { try append(comment: line) }
    if !lines.isEmpty {
      // A step back and a code 0 one sample later: where the WFDB library stops looking for definitions.
      append(skip: -1)
      append(word: 1)
    }
    for comment in set.comments {
      guard !comment.isEmpty, !comment.hasPrefix(AnnotationMetadata.mark) else {
        throw unwritable(
          .item("comments"), found: "the comment '\(comment)'",
          expected: "a text that does not begin with '\(AnnotationMetadata.mark)'")
      }
      try append(comment: comment)
    }
  }

  private mutating func append(comment text: String) throws(WFDBError) {
    append(word: UInt16(AnnotationFile.Word.comment) << 10)
    try append(text: text, at: .item("comment '\(text)'"))
  }

  private func check(_ mark: WFDBAnnotation) throws(WFDBError) {
    let place = ErrorPlace.Coordinate.sample(Int(truncatingIfNeeded: mark.sample))
    guard 1..<AnnotationFile.Word.skip ~= mark.code else {
      throw unwritable(place, found: "code \(mark.code)", expected: "a code from 1 to 58")
    }
    guard -Self.farthestSample...Self.farthestSample ~= mark.sample else {
      throw unwritable(place, found: "a sample beyond 2^40", expected: "a sample from -2^40 to 2^40")
    }
    if mark.code == AnnotationFile.Word.comment && mark.sample == 0 {
      throw unwritable(
        place, found: "a comment at sample 0, which is about the file as a whole",
        expected: "its text among the set's comments")
    }
  }

  /// In the order of the WFDB library: time and code, SUB, CHN, NUM, AUX.
  private mutating func append(_ mark: WFDBAnnotation) throws(WFDBError) {
    var step = mark.sample - time
    if !(0...AnnotationFile.Word.longestStep ~= step) {
      appendSkips(step)
      step = 0
    }
    time = mark.sample
    append(code: mark.code, UInt16(step))
    if mark.subtype != 0 { append(code: AnnotationFile.Word.subtype, UInt16(UInt8(bitPattern: mark.subtype))) }
    if mark.channel != channel {
      channel = mark.channel
      append(code: AnnotationFile.Word.channel, UInt16(channel))
    }
    if mark.number != number {
      number = mark.number
      append(code: AnnotationFile.Word.number, UInt16(UInt8(bitPattern: number)))
    }
    try append(text: mark.auxiliary, at: .sample(Int(truncatingIfNeeded: mark.sample)))
  }

  private mutating func appendSkips(_ step: Int64) {
    var left = step
    while left != 0 {
      let part = Int32(clamping: left)
      append(skip: part)
      left -= Int64(part)
    }
  }

  private mutating func append(skip step: Int32) {
    let bits = UInt32(bitPattern: step)
    append(code: AnnotationFile.Word.skip, 0)
    append(word: UInt16(truncatingIfNeeded: bits >> 16))
    append(word: UInt16(truncatingIfNeeded: bits))
  }

  private mutating func append(text: String, at place: ErrorPlace.Coordinate) throws(WFDBError) {
    if text.isEmpty { return }
    guard let encoded = AnnotationText.encode(text) else {
      throw unwritable(
        place, found: "a text of \(text.utf8.count) bytes\(text.utf8.last == 0 ? ", the last one 0" : "")",
        expected: "at most \(AnnotationText.longest) bytes, the last one not 0")
    }
    append(code: AnnotationFile.Word.auxiliary, UInt16(encoded.count))
    bytes += encoded
    if encoded.count % 2 == 1 { bytes.append(0) }
  }

  private mutating func append(code: UInt8, _ value: UInt16) {
    append(word: UInt16(code) << 10 | value)
  }

  private mutating func append(word: UInt16) {
    bytes.append(UInt8(truncatingIfNeeded: word))
    bytes.append(UInt8(truncatingIfNeeded: word >> 8))
  }

  private func unwritable(_ place: ErrorPlace.Coordinate, found: String, expected: String) -> WFDBError {
    WFDBError(
      .unwritableAnnotations, at: ErrorPlace(name, place), found: found, expected: expected,
      advice: "Correct the marks before they are written")
  }
}
