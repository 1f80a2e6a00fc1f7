import Foundation

/// JSON with one written form: keys sorted, numbers in their shortest round-trip form, no escaped slashes, UTF-8,
/// one final newline in files. The digest of a task, split or result is the SHA-256 of this form.
public enum CanonicalJSON {
  /// The compact form of `value`, the one that digests are taken of.
  public static func compact<Value: Encodable>(_ value: Value) throws -> [UInt8] {
    Array(try encoder([.sortedKeys, .withoutEscapingSlashes]).encode(value))
  }

  /// The indented form of `value` with a final newline, the one that files hold.
  public static func pretty<Value: Encodable>(_ value: Value) throws -> [UInt8] {
    Array(try encoder([.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]).encode(value)) + [UInt8(ascii: "\n")]
  }

  /// SHA-256 of the compact form.
  public static func digest<Value: Encodable>(of value: Value) throws -> Digest {
    Digest(of: try compact(value))
  }

  /// Reads `Value` from the JSON file at `path`.
  ///
  /// - Throws: ``ReproducibilityError`` `missing-file`, `file-system`, or `malformed-json` naming the key.
  public static func read<Value: Decodable>(_ type: Value.Type, fromFile path: String) throws -> Value {
    try decode(type, from: FileBytes.read(path), named: path)
  }

  /// Reads `Value` from bytes; `name` stands in errors.
  public static func decode<Value: Decodable>(_ type: Value.Type, from bytes: [UInt8], named name: String) throws
    -> Value
  {
    do {
      return try JSONDecoder().decode(type, from: Data(bytes))
    } catch let error as DecodingError {
      throw ReproducibilityError(
        .malformedJSON, at: ErrorPlace(name, .item(keyPath(of: error))), found: problem(of: error),
        expected: "the JSON described in docs/schemas", advice: "Correct the file or make it anew")
    }
  }

  private static func encoder(_ format: JSONEncoder.OutputFormatting) -> JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = format
    return encoder
  }

  private static func context(of error: DecodingError) -> DecodingError.Context? {
    switch error {
    case .typeMismatch(_, let context), .valueNotFound(_, let context), .keyNotFound(_, let context),
      .dataCorrupted(let context):
      context
    @unknown default: nil
    }
  }

  private static func keyPath(of error: DecodingError) -> String {
    let path = context(of: error)?.codingPath.map { $0.intValue.map(String.init) ?? $0.stringValue } ?? []
    return path.isEmpty ? "top level" : "key " + path.joined(separator: ".")
  }

  private static func problem(of error: DecodingError) -> String {
    if case .keyNotFound(let key, _) = error { return "no key '\(key.stringValue)'" }
    return context(of: error)?.debugDescription ?? "not readable"
  }
}
