import CLibCrypto

/// A SHA-256: of a file's bytes (a *file digest*) or of decoded content (a *content digest*).
public struct Digest: Hashable, Sendable, Codable, CustomStringConvertible {
  /// Always 32 bytes.
  public let bytes: [UInt8]

  /// The digest with exactly these bytes, or nil unless there are 32.
  public init?(bytes: [UInt8]) {
    guard bytes.count == 32 else { return nil }
    self.bytes = bytes
  }

  /// SHA-256 of a buffer. O(bytes).
  public init(of bytes: UnsafeRawBufferPointer) {
    var hasher = ContentHasher()
    hasher.update(raw: bytes)
    self = hasher.digest
  }

  /// SHA-256 of an array of bytes. O(bytes).
  public init(of bytes: [UInt8]) {
    self = bytes.withUnsafeBytes { Digest(of: $0) }
  }

  /// SHA-256 of a string's UTF-8 bytes.
  public init(ofText text: String) {
    self.init(of: Array(text.utf8))
  }

  /// 64 lower-case hexadecimal digits.
  public var hex: String {
    func digit(_ value: UInt8) -> UInt8 { value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10 }
    return String(unsafeUninitializedCapacity: 2 * bytes.count) { characters in
      for (index, byte) in bytes.enumerated() {
        characters[2 * index] = digit(byte >> 4)
        characters[2 * index + 1] = digit(byte & 15)
      }
      return 2 * bytes.count
    }
  }

  /// The digest written as 64 hexadecimal digits, or nil where `hex` is anything else.
  public init?(hex: String) {
    let characters = Array(hex.utf8)
    guard characters.count == 64 else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(32)
    for pair in stride(from: 0, to: 64, by: 2) {
      guard let high = Self.value(ofDigit: characters[pair]), let low = Self.value(ofDigit: characters[pair + 1])
      else { return nil }
      bytes.append(high << 4 | low)
    }
    self.bytes = bytes
  }

  private static func value(ofDigit character: UInt8) -> UInt8? {
    switch character {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): character - UInt8(ascii: "A") + 10
    default: nil
    }
  }

  /// The hexadecimal form.
  public var description: String { hex }

  /// Reads the hexadecimal form.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let digest = Digest(hex: text) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "'\(text)' is not a SHA-256")
    }
    self = digest
  }

  /// Writes the hexadecimal form.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(hex)
  }
}

/// An incremental SHA-256 over typed values.
///
/// Strings and arrays are preceded by their length as a little-endian 64-bit integer, so that two different
/// sequences of values never feed the same bytes. Numbers are fed little-endian.
public struct ContentHasher: ~Copyable {
  // nil only when libcrypto could not allocate, which ends the process like any other failed allocation.
  private let context: OpaquePointer

  // Never changed nor freed.
  nonisolated(unsafe) private static let algorithm = einthoven_sha256()

  /// A hasher that has seen nothing.
  public init() {
    guard let context = einthoven_sha256_begin(Self.algorithm) else {
      preconditionFailure("libcrypto could not allocate a SHA-256 context: out of memory")
    }
    self.context = context
  }

  deinit { einthoven_sha256_end(context) }

  /// Feeds bytes as they are, with no length before them.
  public mutating func update(raw bytes: UnsafeRawBufferPointer) {
    guard let base = bytes.baseAddress, bytes.count > 0 else { return }
    let done = einthoven_sha256_update(context, base, bytes.count)
    precondition(done == 1, "libcrypto refused a SHA-256 update")
  }

  /// Feeds the length of the UTF-8 form, then its bytes.
  public mutating func update(_ text: String) {
    update(Int64(text.utf8.count))
    var text = text
    text.withUTF8 { update(raw: UnsafeRawBufferPointer($0)) }
  }

  /// Feeds one integer, little-endian.
  public mutating func update<Number: FixedWidthInteger>(_ number: Number) {
    withUnsafeBytes(of: number.littleEndian) { update(raw: $0) }
  }

  /// Feeds the bit pattern of one double.
  public mutating func update(_ number: Double) { update(number.bitPattern) }

  /// Feeds the count, then every element's bytes as they lie in memory. Every platform that this package
  /// supports is little-endian.
  public mutating func update<Number: BitwiseCopyable>(array: [Number]) {
    update(Int64(array.count))
    array.withUnsafeBytes { update(raw: $0) }
  }

  /// Feeds another digest's 32 bytes.
  public mutating func update(_ digest: Digest) {
    digest.bytes.withUnsafeBytes { update(raw: $0) }
  }

  /// The digest of everything fed so far; more may be fed afterwards.
  public var digest: Digest {
    var bytes = [UInt8](repeating: 0, count: 32)
    let done = bytes.withUnsafeMutableBufferPointer { einthoven_sha256_snapshot(context, $0.baseAddress) }
    guard done == 1, let digest = Digest(bytes: bytes) else {
      preconditionFailure("libcrypto could not finish a SHA-256: out of memory")
    }
    return digest
  }
}
