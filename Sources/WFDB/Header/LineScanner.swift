import Reproducibility

/// One line of a header, read field by field from its bytes, with errors that name the line.
struct LineScanner {
  let path: String
  let number: Int
  private let bytes: UnsafeBufferPointer<UInt8>
  private var place: Int

  /// The line `bytes`, blanks at both ends taken off.
  init(path: String, number: Int, bytes: UnsafeBufferPointer<UInt8>) {
    self.path = path
    self.number = number
    self.bytes = bytes
    place = 0
  }

  /// A run of bytes without blanks.
  typealias Field = Slice<UnsafeBufferPointer<UInt8>>

  /// The next field, or nil at the end of the line.
  mutating func next() -> Field? {
    while place < bytes.count, bytes[place].isBlank { place += 1 }
    let start = place
    while place < bytes.count, !bytes[place].isBlank { place += 1 }
    return start == place ? nil : bytes[start..<place]
  }

  /// The next field, which must be there.
  mutating func required(_ name: String) throws(WFDBError) -> Field {
    guard let field = next() else { throw error(found: "no \(name)", expected: "a \(name)") }
    return field
  }

  /// The next field as a whole number, or nil at the end of the line.
  mutating func integer(_ name: String, in range: ClosedRange<Int>) throws(WFDBError) -> Int? {
    guard let field = next() else { return nil }
    return try integer(field, name, in: range)
  }

  /// `field` as a whole number.
  func integer(_ field: Field, _ name: String, in range: ClosedRange<Int>) throws(WFDBError) -> Int {
    guard let value = field.wholeNumber, range.contains(value) else {
      throw error(
        found: "\(name) '\(field.text)'", expected: "a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  /// What is left of the line, blanks before it taken off.
  mutating func rest() -> Field {
    while place < bytes.count, bytes[place].isBlank { place += 1 }
    defer { place = bytes.count }
    return bytes[place..<bytes.count]
  }

  func error(found: String, expected: String) -> WFDBError {
    WFDBError(
      .malformedHeader, at: ErrorPlace(path, .line(number)), found: found, expected: expected,
      advice: "The file may be damaged or no WFDB header: fetch it again")
  }
}

extension UInt8 {
  /// Space, tab, vertical tab, form feed, carriage return.
  var isBlank: Bool { self == 32 || self == 9 || (11...13).contains(self) }
  fileprivate var digit: Int? { (48...57).contains(self) ? Int(self) - 48 : nil }
}

extension Slice where Base == UnsafeBufferPointer<UInt8> {
  /// As UTF-8, what is none replaced.
  var text: String { String(decoding: self, as: UTF8.self) }

  /// The value of `-12`, `+3` or `7`; nil for anything else and for what 64 bits do not hold.
  var wholeNumber: Int? {
    var index = startIndex
    guard index < endIndex else { return nil }
    let isNegative = self[index] == UInt8(ascii: "-")
    if isNegative || self[index] == UInt8(ascii: "+") { index += 1 }
    guard index < endIndex else { return nil }
    var value = 0
    while index < endIndex {
      guard let digit = self[index].digit else { return nil }
      let (product, tooMuch) = value.multipliedReportingOverflow(by: 10)
      let (sum, overflow) = product.addingReportingOverflow(digit)
      if tooMuch || overflow { return nil }
      value = sum
      index += 1
    }
    return isNegative ? -value : value
  }

  /// The value of `200`, `2963.77`, `-.5` or `1.052e+04`, correctly rounded; nil for anything else, words and infinities
  /// included.
  var decimalNumber: Double? {
    var index = startIndex
    guard index < endIndex else { return nil }
    let isNegative = self[index] == UInt8(ascii: "-")
    if isNegative || self[index] == UInt8(ascii: "+") { index += 1 }
    var mantissa: UInt64 = 0
    var (digits, exponent) = (0, 0)
    var isExact = true
    func take(_ digit: Int) {
      digits += 1
      if mantissa < 1 << 49 { mantissa = mantissa * 10 + UInt64(digit) } else { isExact = false }
    }
    while index < endIndex, let digit = self[index].digit {
      take(digit)
      index += 1
    }
    if index < endIndex, self[index] == UInt8(ascii: ".") {
      index += 1
      while index < endIndex, let digit = self[index].digit {
        take(digit)
        exponent -= 1
        index += 1
      }
    }
    guard digits > 0 else { return nil }
    if index < endIndex, self[index] | 0x20 == UInt8(ascii: "e") {
      guard let power = self[(index + 1)...].wholeNumber, power.magnitude < 10_000 else { return nil }
      exponent += power
      index = endIndex
    }
    guard index == endIndex else { return nil }
    // Both factors are exact doubles here, so that one operation rounds once (Clinger 1990, algorithm "Bellerophon").
    if isExact, mantissa < 1 << 53, exponent.magnitude <= 22 {
      let power = decimalPowers[Int(exponent.magnitude)]
      let value = exponent < 0 ? Double(mantissa) / power : Double(mantissa) * power
      return isNegative ? -value : value
    }
    return Double(text).flatMap { $0.isFinite ? $0 : nil }
  }
}

/// Those that doubles hold exactly.
private let decimalPowers: [Double] = [
  1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
  1e21,
  1e22,
]
