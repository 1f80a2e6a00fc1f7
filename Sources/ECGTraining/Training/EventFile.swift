import Reproducibility

/// The records of a TensorBoard event file of numbers over steps: length, masked CRC-32C of the length, payload and masked
/// CRC-32C of the payload; each payload is a protobuf `Event`. A file is a beginning and then any records, each appended
/// as it is made. The clock is the caller's: `wallTime` is in seconds since 1970.
///
/// Formats: TFRecord and `event.proto`, `summary.proto` of TensorFlow; of the messages only the fields that TensorBoard
/// needs for its scalar charts are written.
public enum EventFile {
  /// What a file begins with. TensorBoard then forgets what earlier files of the folder say of `firstStep` and later: a
  /// training that was stopped and goes on does some steps again.
  public static func beginning(firstStep: Int, wallTime: Double) -> [UInt8] {
    record(event(wallTime: wallTime, step: nil) { $0.text(field: 3, "brain.Event:2") })
      // A session log that says "start" is the mark to purge at.
      + record(event(wallTime: wallTime, step: firstStep) { $0.message(field: 7) { $0.integer(field: 1, 1) } })
  }

  /// The values of `scalars` at `step`, in order of their tags.
  public static func record(of scalars: [String: Double], step: Int, wallTime: Double) -> [UInt8] {
    record(
      event(wallTime: wallTime, step: step) { event in
        event.message(field: 5) { summary in
          for (tag, value) in scalars.sorted(by: { $0.key < $1.key }) {
            summary.message(field: 1) {
              $0.text(field: 1, tag)
              $0.float(field: 2, Float(value))
            }
          }
        }
      })
  }

  private static func event(wallTime: Double, step: Int?, _ content: (inout ProtobufMessage) -> Void) -> [UInt8] {
    var event = ProtobufMessage()
    event.double(field: 1, wallTime)
    if let step { event.integer(field: 2, UInt64(max(0, step))) }
    content(&event)
    return event.bytes
  }

  private static func record(_ payload: [UInt8]) -> [UInt8] {
    let length = withUnsafeBytes(of: UInt64(payload.count).littleEndian) { Array($0) }
    return length + maskedChecksum(length) + payload + maskedChecksum(payload)
  }

  /// The checksum rotated and shifted, so that checksums of data that hold checksums stay sound.
  private static func maskedChecksum(_ bytes: [UInt8]) -> [UInt8] {
    let checksum = CRC32C.checksum(of: bytes)
    let masked = (checksum >> 15 | checksum << 17) &+ 0xA282_EAD8
    return withUnsafeBytes(of: masked.littleEndian) { Array($0) }
  }
}

/// The 32-bit cyclic redundancy check with Castagnoli's polynomial, reflected: RFC 3720, appendix B.4.
enum CRC32C {
  private static let table: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { value, _ in value >> 1 ^ (value & 1 == 1 ? 0x82F6_3B78 : 0) }
  }

  /// Of all `bytes`. O(bytes).
  static func checksum(of bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(UInt32.max) { table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] ^ $0 >> 8 }
  }
}

/// The bytes of one protobuf message, field by field.
private struct ProtobufMessage {
  private(set) var bytes: [UInt8] = []

  mutating func integer(field: Int, _ value: UInt64) {
    variableLength(UInt64(field) << 3)
    variableLength(value)
  }

  mutating func double(field: Int, _ value: Double) {
    variableLength(UInt64(field) << 3 | 1)
    withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes += $0 }
  }

  mutating func float(field: Int, _ value: Float) {
    variableLength(UInt64(field) << 3 | 5)
    withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes += $0 }
  }

  mutating func text(field: Int, _ value: String) { delimited(field, Array(value.utf8)) }

  mutating func message(field: Int, _ content: (inout ProtobufMessage) -> Void) {
    var inner = ProtobufMessage()
    content(&inner)
    delimited(field, inner.bytes)
  }

  private mutating func delimited(_ field: Int, _ content: [UInt8]) {
    variableLength(UInt64(field) << 3 | 2)
    variableLength(UInt64(content.count))
    bytes += content
  }

  /// Seven bits a byte, the lowest first.
  private mutating func variableLength(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: rest))
  }
}
