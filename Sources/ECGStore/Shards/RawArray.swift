/// What an element of an HDF5 dataset is; little-endian throughout, as every platform of this package is.
enum ElementType: Hashable, Sendable {
  case int8, uint8, int16, int32, int64, float32, float64
  /// UTF-8, padded with zero bytes.
  case text(width: Int)

  /// Bytes of one element.
  var size: Int {
    switch self {
    case .int8, .uint8: 1
    case .int16: 2
    case .int32, .float32: 4
    case .int64, .float64: 8
    case .text(let width): width
    }
  }
}

/// The content of an HDF5 dataset or attribute, row by row.
struct RawArray: Sendable {
  let type: ElementType
  /// Empty for a scalar.
  let dimensions: [Int]
  let bytes: [UInt8]

  init(type: ElementType, dimensions: [Int], bytes: [UInt8]) {
    self.type = type
    self.dimensions = dimensions
    self.bytes = bytes
  }

  /// Numbers, as a vector unless `dimensions` say otherwise.
  init<Number: BitwiseCopyable>(_ numbers: [Number], _ type: ElementType, dimensions: [Int]? = nil) {
    self.init(type: type, dimensions: dimensions ?? [numbers.count], bytes: numbers.withUnsafeBytes { Array($0) })
  }

  /// Texts, each padded to the longest. HDF5 has no text of width 0, so the least is 1.
  init(_ texts: [String]) {
    let width = max(1, texts.reduce(0) { max($0, $1.utf8.count) })
    var bytes: [UInt8] = []
    bytes.reserveCapacity(width * texts.count)
    for text in texts {
      bytes.append(contentsOf: text.utf8)
      bytes.append(contentsOf: repeatElement(0, count: width - text.utf8.count))
    }
    self.init(type: .text(width: width), dimensions: [texts.count], bytes: bytes)
  }

  /// One text.
  init(scalar text: String) {
    let column = RawArray([text])
    self.init(type: column.type, dimensions: [], bytes: column.bytes)
  }

  /// How many elements.
  var count: Int { dimensions.reduce(1, *) }

  /// The elements as numbers of the type that `type` names.
  func numbers<Number: BitwiseCopyable>(_ kind: Number.Type) -> [Number] {
    precondition(MemoryLayout<Number>.size == type.size && bytes.count == count * type.size)
    return [Number](unsafeUninitializedCapacity: count) { buffer, initialized in
      UnsafeMutableRawBufferPointer(buffer).copyBytes(from: bytes)
      initialized = count
    }
  }

  /// The elements as text without their padding.
  var texts: [String] {
    let width = type.size
    return (0..<count).map { index in
      let field = bytes[index * width..<(index + 1) * width]
      let end = field.lastIndex { $0 != 0 }.map { $0 + 1 } ?? field.startIndex
      return String(decoding: field[field.startIndex..<end], as: UTF8.self)
    }
  }
}

extension String {
  /// The text without zero bytes at its end, which padding cannot be told from.
  var withoutTrailingZeros: String {
    guard utf8.last == 0 else { return self }
    var bytes = Array(utf8)
    while bytes.last == 0 { bytes.removeLast() }
    return String(decoding: bytes, as: UTF8.self)
  }
}
