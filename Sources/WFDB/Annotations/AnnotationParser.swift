import Reproducibility

/// Reads the words of one annotation file into marks. One pass, each word looked at once.
struct AnnotationParser {
  private let bytes: UnsafeRawBufferPointer
  private let path: String
  private var texts: [String] = []
  private var metadata = AnnotationMetadata()

  /// A parser of `bytes`, which must outlive it; `path` stands in errors.
  init(_ bytes: UnsafeRawBufferPointer, path: String) {
    self.bytes = bytes
    self.path = path
  }

  /// All that the file holds.
  ///
  /// - Throws: ``WFDBError`` `malformed-annotations` naming the byte.
  mutating func parse() throws(WFDBError) -> AnnotationSet {
    var isTerminated = false
    // Every mark takes a word at least, so that this is enough and a hostile file cannot ask for more.
    let marks = try [PackedMark](unsafeUninitializedCapacity: bytes.count / 2) { buffer, count throws(WFDBError) in
      isTerminated = try readWords(into: buffer, &count)
    }
    return AnnotationSet(
      packed: marks, texts: texts, timeResolution: metadata.timeResolution, definitions: metadata.definitions,
      comments: metadata.comments, isTerminated: isTerminated)
  }

  /// Whether a word of 0 ended the file.
  private mutating func readWords(
    into marks: UnsafeMutableBufferPointer<PackedMark>, _ count: inout Int
  ) throws(WFDBError) -> Bool {
    // Locals, not properties: the compiler keeps them in registers. `mark` is the one whose modifiers may still follow;
    // code 0 is none. The next one inherits its channel and number.
    var mark = PackedMark()
    var time: Int64 = 0
    var (offset, place) = (0, 0)
    let last = bytes.count - 2
    while offset <= last {
      let word = UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt16.self))
      let code = UInt8(truncatingIfNeeded: word >> 10)
      offset += 2
      if code >= AnnotationFile.Word.skip {
        try readModifier(code, value: UInt8(truncatingIfNeeded: word), of: &mark, &time, at: &offset)
        continue
      }
      if mark.code != 0 { try finish(mark, at: place, into: marks, &count) }
      if word == 0 { return true }
      time = try sum(time, Int64(word & 0x3FF), at: offset)
      mark.sample = time
      mark.code = code
      mark.subtype = 0
      mark.text = PackedMark.noText
      place = offset - 2
    }
    if offset < bytes.count { throw endOfFile(at: offset, expected: "a word of two bytes") }
    if mark.code != 0 { try finish(mark, at: place, into: marks, &count) }
    return false
  }

  /// Modifiers belong to the mark in front of them; NUM and CHN count for later ones even where there is none.
  private mutating func readModifier(
    _ code: UInt8, value: UInt8, of mark: inout PackedMark, _ time: inout Int64, at offset: inout Int
  ) throws(WFDBError) {
    switch code {
    case AnnotationFile.Word.skip:
      guard offset + 4 <= bytes.count else { throw endOfFile(at: offset, expected: "the four bytes of a SKIP") }
      let words = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
      offset += 4
      time = try sum(time, Int64(Int32(bitPattern: words << 16 | words >> 16)), at: offset)
    case AnnotationFile.Word.number: mark.number = Int8(bitPattern: value)
    case AnnotationFile.Word.subtype: mark.subtype = Int8(bitPattern: value)
    case AnnotationFile.Word.channel: mark.channel = value
    default:
      mark.text = PackedMark.noText
      guard let text = try readText(length: Int(value), at: &offset) else { return }
      guard let place = Int32(exactly: texts.count) else {
        throw malformed(at: offset, found: "text number \(texts.count)", expected: "fewer than 2^31 texts")
      }
      mark.text = place
      texts.append(text)
    }
  }

  /// Puts the mark where it belongs, now that its modifiers are known.
  @inline(__always)
  private mutating func finish(
    _ mark: PackedMark, at place: Int, into marks: UnsafeMutableBufferPointer<PackedMark>, _ count: inout Int
  ) throws(WFDBError) {
    if mark.code == AnnotationFile.Word.comment && mark.sample == 0 {
      return try readComment(mark, at: place)
    }
    marks.initializeElement(at: count, to: mark)
    count += 1
  }

  private mutating func readComment(_ mark: PackedMark, at place: Int) throws(WFDBError) {
    guard mark.text != PackedMark.noText, let text = texts.popLast() else { return }
    do {
      try metadata.take(text)
    } catch {
      throw malformed(at: place, found: error.found, expected: error.expected)
    }
  }

  @inline(__always)
  private func sum(_ time: Int64, _ step: Int64, at offset: Int) throws(WFDBError) -> Int64 {
    let (sum, overflow) = time.addingReportingOverflow(step)
    if overflow { throw malformed(at: offset, found: "a time that overflows", expected: "a sample number") }
    return sum
  }

  /// AUX's text of `length` bytes without zeros at its end; nil where nothing is left. The byte that fills up the last
  /// word may be missing at the very end of a file.
  private func readText(length: Int, at offset: inout Int) throws(WFDBError) -> String? {
    guard offset + length <= bytes.count else { throw endOfFile(at: offset, expected: "\(length) bytes of text") }
    var end = offset + length
    while end > offset && bytes[end - 1] == 0 { end -= 1 }
    let text = UnsafeRawBufferPointer(rebasing: bytes[offset..<end])
    offset = min(bytes.count, offset + length + length % 2)
    return text.isEmpty ? nil : AnnotationText.decode(text)
  }

  @inline(never)
  private func endOfFile(at byte: Int, expected: String) -> WFDBError {
    malformed(at: byte, found: "the end of the file", expected: expected)
  }

  @inline(never)
  private func malformed(at byte: Int, found: String, expected: String) -> WFDBError {
    WFDBError(
      .malformedAnnotations, at: ErrorPlace(path, .byte(byte)), found: found, expected: expected,
      advice: "The file may be damaged or no annotation file: fetch it again")
  }
}
