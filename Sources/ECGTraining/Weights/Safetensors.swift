import Reproducibility

/// The safetensors format: an 8-byte little-endian length, a JSON header of as many bytes that gives type, shape and byte
/// range of each tensor, then the data. Only F32 tensors are read and written. PyTorch and others load it by name.
public enum Safetensors {
  private struct TensorHeader: Codable {
    let dtype: String
    let shape: [Int]
    let dataOffsets: [Int]

    enum CodingKeys: String, CodingKey {
      case dtype, shape
      case dataOffsets = "data_offsets"
    }
  }

  /// Headers above this are refused, as in the reference implementation.
  private static let largestHeader = 100_000_000

  /// The bytes of `weights` and `metadata` (text to text).
  public static func bytes(of weights: Weights, metadata: [String: String]) throws -> [UInt8] {
    var header: [String: JSONValue] = [
      "__metadata__": .object(metadata.mapValues { .string($0) })
    ]
    var data: [UInt8] = []
    for entry in weights.entries {
      let start = data.count
      entry.values.withUnsafeBytes { data.append(contentsOf: $0) }
      header[entry.name] = .object([
        "dtype": .string("F32"), "shape": .array(entry.shape.map { .integer(Int64($0)) }),
        "data_offsets": .array([.integer(Int64(start)), .integer(Int64(data.count))]),
      ])
    }
    var text = try CanonicalJSON.compact(JSONValue.object(header))
    // The data begins at a multiple of 8 bytes.
    text += Array(repeating: UInt8(ascii: " "), count: (8 - text.count % 8) % 8)
    let length = withUnsafeBytes(of: UInt64(text.count).littleEndian) { Array($0) }
    return length + text + data
  }

  /// Writes `weights` to `path`.
  public static func write(_ weights: Weights, metadata: [String: String], to path: String) throws {
    try AtomicFile.write(bytes(of: weights, metadata: metadata), to: path)
  }

  /// What a file holds.
  public struct Contents: Sendable {
    /// The tensors.
    public let weights: Weights
    /// Text by name.
    public let metadata: [String: String]
  }

  /// Reads the tensors of the file at `path`.
  ///
  /// - Throws: ``TrainingError`` `malformed-weights`, or a file error. Every size is checked against the file's own.
  public static func read(_ path: String) throws -> Weights { try contents(ofFile: path).weights }

  /// Reads the tensors of bytes; `name` stands in errors.
  public static func parse(_ bytes: [UInt8], named name: String) throws -> Weights {
    try contents(of: bytes, named: name).weights
  }

  /// Reads tensors and metadata of the file at `path`.
  ///
  /// - Throws: ``TrainingError`` `malformed-weights`, or a file error. Every size is checked against the file's own.
  public static func contents(ofFile path: String) throws -> Contents {
    try contents(of: FileBytes.read(path), named: path)
  }

  /// Reads tensors and metadata of bytes; `name` stands in errors. O(bytes).
  public static func contents(of bytes: [UInt8], named name: String) throws -> Contents {
    func malformed(_ place: ErrorPlace.Coordinate, _ found: String, _ expected: String) -> TrainingError {
      TrainingError(
        .malformedWeights, at: ErrorPlace(name, place), found: found, expected: expected,
        advice: "The file may be damaged: make it anew")
    }
    guard bytes.count >= 8 else { throw malformed(.byte(0), "\(bytes.count) bytes", "a length of 8 bytes") }
    let length = (0..<8).reduce(UInt64(0)) { $0 | UInt64(bytes[$1]) << UInt64(8 * $1) }
    guard length <= UInt64(min(largestHeader, bytes.count - 8)) else {
      throw malformed(.byte(0), "a header of \(length) bytes", "at most \(min(largestHeader, bytes.count - 8))")
    }
    let start = 8 + Int(length)
    let json = try CanonicalJSON.decode([String: JSONValue].self, from: Array(bytes[8..<start]), named: name)
    var entries: [Weights.Entry] = []
    var metadata: [String: String] = [:]
    for (tensor, value) in json.sorted(by: { $0.key < $1.key }) {
      if tensor == "__metadata__" {
        guard case .object(let texts) = value else { throw malformed(.item(tensor), "no object", "text by name") }
        for case (let key, .string(let text)) in texts { metadata[key] = text }
        continue
      }
      let header = try CanonicalJSON.decode(
        TensorHeader.self, from: CanonicalJSON.compact(value), named: "\(name), tensor \(tensor)")
      guard header.dtype == "F32" else { throw malformed(.item(tensor), "type \(header.dtype)", "F32") }
      let data = bytes.count - start
      guard header.dataOffsets.count == 2, header.dataOffsets[0] >= 0,
        header.dataOffsets[0] <= header.dataOffsets[1], header.dataOffsets[1] <= data
      else { throw malformed(.item(tensor), "bytes \(header.dataOffsets)", "a range within \(data) bytes") }
      let size = header.dataOffsets[1] - header.dataOffsets[0]
      guard let numbers = product(header.shape), numbers.multipliedReportingOverflow(by: 4) == (size, false) else {
        throw malformed(.item(tensor), "\(size) bytes for shape \(header.shape)", "4 bytes a number")
      }
      let from = start + header.dataOffsets[0]
      let values = bytes.withUnsafeBytes { raw in
        (0..<numbers).map {
          Float(bitPattern: UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: from + 4 * $0, as: UInt32.self)))
        }
      }
      entries.append(Weights.Entry(name: tensor, shape: header.shape, values: values))
    }
    return Contents(weights: Weights(entries: entries), metadata: metadata)
  }

  /// The numbers in a shape; nil where one is negative or the product overflows.
  private static func product(_ shape: [Int]) -> Int? {
    var product = 1
    for size in shape {
      let (next, overflow) = product.multipliedReportingOverflow(by: size)
      guard size >= 0, !overflow else { return nil }
      product = next
    }
    return product
  }
}
