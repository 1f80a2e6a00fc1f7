import Reproducibility

/// Annotation files in the MIT format of annot(5) of the WFDB applications guide.
///
/// A file is a row of 16-bit little-endian words: the code in the upper 6 bits, the samples since the last mark in the
/// lower 10. Codes 59 to 63 are SKIP, NUM, SUB, CHN and AUX, see ``Word``; a word of 0 ends the file. Comments at sample
/// 0 say what the file itself is like, see ``AnnotationSet``. The name's extension names the annotator and nothing else.
///
/// ```swift
/// let marks = [WFDBAnnotation(sample: 18, code: 28, auxiliary: "(N"), WFDBAnnotation(sample: 77, code: 1)]
/// try AnnotationFile.write(AnnotationSet(marks: marks, timeResolution: 360), to: "100.test")
/// let copy = try AnnotationFile.read("100.test")
/// ```
public enum AnnotationFile {
  /// All that the file at `path` holds. Eight times the file's size in memory at most. O(bytes).
  ///
  /// - Throws: ``WFDBError`` `missing-file`, `malformed-annotations` naming the byte, or `unsupported-format` for a file
  ///   in the AHA format.
  public static func read(_ path: String) throws(WFDBError) -> AnnotationSet {
    try parse(DiskFolder("").open(path).readAll(), path: path)
  }

  /// Parses a file's bytes; `path` stands in errors. O(bytes).
  ///
  /// A file without the word of 0 at its end, an empty one among them, is taken as it is and says so in
  /// ``AnnotationSet/isTerminated``; bytes behind that word are left alone.
  ///
  /// - Throws: ``WFDBError`` `malformed-annotations` naming the byte, or `unsupported-format` for a file in the AHA
  ///   format.
  public static func parse(_ bytes: [UInt8], path: String) throws(WFDBError) -> AnnotationSet {
    if AHAFormat.matches(bytes) { throw AHAFormat.refusal(path) }
    let outcome = bytes.withUnsafeBytes { raw -> Result<AnnotationSet, WFDBError> in
      var parser = AnnotationParser(raw, path: path)
      do throws(WFDBError) {
        return .success(try parser.parse())
      } catch {
        return .failure(error)
      }
    }
    return try outcome.get()
  }

  /// The bytes of a file that reads back as `set`. O(marks).
  ///
  /// Marks are written in their order, whatever their times: a step back in time takes a SKIP, which every reader
  /// understands, though programs that seek by time expect order.
  ///
  /// - Parameter name: stands in errors.
  /// - Throws: ``WFDBError`` `unwritable-annotations` naming the mark by its sample, or the item: a code, a text or a
  ///   time that the format cannot hold or that would read back as something else.
  public static func encode(_ set: AnnotationSet, name: String = "annotations") throws(WFDBError) -> [UInt8] {
    var writer = AnnotationWriter(name: name)
    return try writer.encode(set)
  }

  /// Writes `set` to `path`: whole, or not at all. O(marks).
  ///
  /// - Throws: ``WFDBError`` `unwritable-annotations`, see ``encode(_:name:)``; `unwritable-file` where the disk or the
  ///   folder refuses.
  public static func write(_ set: AnnotationSet, to path: String) throws(WFDBError) {
    let bytes = try encode(set, name: path)
    do {
      try AtomicFile.write(bytes, to: path)
    } catch {
      throw WFDBError(
        .unwritableFile, at: error.place, found: error.found, expected: error.expected, advice: error.advice)
    }
  }

  /// Codes that are no marks but say something of one, and what they say.
  enum Word {
    /// The next four bytes are a signed step in time, upper half first.
    static let skip: UInt8 = 59
    /// The lower byte is the `number` of this mark and the next ones.
    static let number: UInt8 = 60
    /// The lower byte is the `subtype` of this mark.
    static let subtype: UInt8 = 61
    /// The lower byte is the `channel` of this mark and the next ones.
    static let channel: UInt8 = 62
    /// The lower byte counts the bytes of text that follow, filled up to a whole word.
    static let auxiliary: UInt8 = 63
    /// The largest step in time that a mark's own word can hold.
    static let longestStep: Int64 = 1023
    /// The code of comments, which at sample 0 are about the file.
    static let comment: UInt8 = 22
  }
}

extension ModuleError<WFDBErrorDomain>.Code {
  /// Marks or definitions that no annotation file can hold.
  public static let unwritableAnnotations = Self(rawValue: "unwritable-annotations")
  /// A file that could not be written where it was to be.
  public static let unwritableFile = Self(rawValue: "unwritable-file")
}
