/// Texts of marks: bytes in no declared encoding. Programs of today write UTF-8, older ones one byte a character.
enum AnnotationText {
  /// The most bytes that the length in a word can count.
  static let longest = 255

  /// `bytes` as UTF-8 where they are, else as Latin-1, which any bytes are.
  static func decode(_ bytes: UnsafeRawBufferPointer) -> String {
    String(validating: bytes, as: UTF8.self)
      ?? String(String.UnicodeScalarView(bytes.lazy.map { Unicode.Scalar($0) }))
  }

  /// The bytes that ``decode(_:)`` makes `text` of again: UTF-8, or Latin-1 where only that is short enough. Nil where
  /// there are none.
  static func encode(_ text: String) -> [UInt8]? {
    let utf8 = Array(text.utf8)
    guard utf8.last != 0 else { return nil }
    if utf8.count <= longest { return utf8 }
    var latin1: [UInt8] = []
    for scalar in text.unicodeScalars {
      guard let byte = UInt8(exactly: scalar.value) else { return nil }
      latin1.append(byte)
    }
    // Bytes that happen to be UTF-8 too would read back as another text.
    guard latin1.count <= longest, String(validating: latin1, as: UTF8.self) == nil else { return nil }
    return latin1
  }
}
