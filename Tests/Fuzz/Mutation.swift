import Reproducibility

/// Damage to bytes: a few random edits, numbers that break parsers among them.
struct Mutation {
  private static let numbers = [
    "0", "-1", "1", "255", "65535", "65536", "2147483647", "-2147483648", "4294967296", "281474976710656",
    "9223372036854775807", "99999999999999999999", "1e308", "1e-320", "nan", "0x7f", "", "16", "212", "8", "516", "~",
  ]
  private static let words = ["x", ":", "+", "/", "(", ")", "#", " ", "\n", "\r", "../", "r.dat", "~ 5\n", "\0", "é"]

  private var stream: RandomStream

  init(stream: RandomStream) { self.stream = stream }

  mutating func integer(below bound: Int) -> Int { stream.integer(below: bound) }

  /// `bytes` with one to six edits. `isText` prefers edits that leave most lines readable.
  mutating func applied(to bytes: [UInt8], isText: Bool) -> [UInt8] {
    var bytes = bytes
    for _ in 0...stream.integer(below: 6) { edit(&bytes, isText) }
    return bytes
  }

  private mutating func edit(_ bytes: inout [UInt8], _ isText: Bool) {
    let place = stream.integer(below: bytes.count + 1)
    switch stream.integer(below: isText ? 9 : 6) {
    case 0 where place < bytes.count: bytes[place] = UInt8(truncatingIfNeeded: stream.nextUInt32())
    case 1 where place < bytes.count: bytes[place] ^= 1 << UInt8(stream.integer(below: 8))
    case 2: bytes.removeSubrange(place..<min(bytes.count, place + stream.integer(below: 9)))
    case 3: bytes.insert(UInt8(truncatingIfNeeded: stream.nextUInt32()), at: place)
    case 4: bytes.removeLast(min(bytes.count, stream.integer(below: 40)))
    case 5:
      // A piece of the file once more, somewhere else.
      let end = min(bytes.count, place + stream.integer(below: 60))
      bytes.insert(contentsOf: Array(bytes[place..<end]), at: stream.integer(below: bytes.count + 1))
    case 6: replaceNumber(&bytes, from: place)
    case 7: bytes.insert(contentsOf: Self.words[stream.integer(below: Self.words.count)].utf8, at: place)
    default: bytes.insert(contentsOf: Self.numbers[stream.integer(below: Self.numbers.count)].utf8, at: place)
    }
  }

  /// Puts another number in the place of the next one.
  private mutating func replaceNumber(_ bytes: inout [UInt8], from place: Int) {
    func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }
    guard let start = bytes[place...].firstIndex(where: isDigit) else { return }
    let end = bytes[start...].firstIndex { !isDigit($0) } ?? bytes.count
    bytes.replaceSubrange(start..<end, with: Self.numbers[stream.integer(below: Self.numbers.count)].utf8)
  }
}
