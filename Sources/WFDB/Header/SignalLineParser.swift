import Reproducibility

/// Reads one signal line: file, format, gain, resolution, zero, initial value, checksum, block size, description.
struct SignalLineParser {
  private var line: LineScanner

  init(line: LineScanner) { self.line = line }

  /// The line's signal; `previous` is the one before it, which mostly has the same file.
  consuming func parse(after previous: SignalSpecification?) throws(WFDBError) -> SignalSpecification {
    let name = try line.required("signal file name")
    let fileName: String
    if let previous, name.elementsEqual(previous.fileName.utf8) {
      fileName = previous.fileName
    } else {
      fileName = name.text
      guard fileName.isPlainFileName else { throw .unsafePath(fileName, "signal file", line) }
    }
    let format = try self.format()
    let calibration = try self.calibration()
    let whole = Int(Int32.min)...Int(Int32.max)
    let resolution = try line.integer("ADC resolution", in: whole) ?? 0
    let zero = try line.integer("ADC zero", in: whole) ?? 0
    // Some writers give these as unsigned numbers; only the low bits are looked at.
    let initialValue = try line.integer("initial value", in: -(1 << 48)...1 << 48)
    let checksum = try line.integer("checksum", in: -(1 << 48)...1 << 48)
    let blockSize = try line.integer("block size", in: whole) ?? 0
    return SignalSpecification(
      fileName: fileName, format: format.number, samplesPerFrame: format.samplesPerFrame, skew: format.skew,
      byteOffset: format.byteOffset, gain: calibration.gain, baseline: calibration.baseline ?? zero,
      units: calibration.units, adcResolution: resolution, adcZero: zero, initialValue: initialValue,
      checksum: checksum, blockSize: blockSize, description: line.rest().text)
  }

  private struct Format {
    var number = 0
    var samplesPerFrame = 1
    var skew = 0
    var byteOffset = 0
  }

  /// `212`, `16x2:1+24`: a number, then modifiers in this order, each optional.
  private mutating func format() throws(WFDBError) -> Format {
    let field = try line.required("format")
    var rest = field
    func digits() -> Int? {
      let end = rest.firstIndex { !(48...57).contains($0) } ?? rest.endIndex
      defer { rest = rest[end...] }
      return rest[..<end].wholeNumber
    }
    func modifier(_ sign: UInt8, largest: Int) throws(WFDBError) -> Int? {
      guard rest.first == sign else { return nil }
      rest = rest.dropFirst()
      // A sign with nothing behind it says nothing.
      if rest.first.map({ !(48...57).contains($0) }) ?? true { return nil }
      guard let value = digits(), value <= largest else {
        throw line.error(
          found: "format '\(field.text)'",
          expected: "a whole number up to \(largest) behind '\(Character(UnicodeScalar(sign)))'")
      }
      return value
    }
    var format = Format()
    guard let number = digits(), number <= 1 << 16 else {
      throw line.error(found: "format '\(field.text)'", expected: "a number such as 16 or 212")
    }
    format.number = number
    if let value = try modifier(UInt8(ascii: "x"), largest: 65_535) { format.samplesPerFrame = max(1, value) }
    if let value = try modifier(UInt8(ascii: ":"), largest: 1 << 24) { format.skew = value }
    if let value = try modifier(UInt8(ascii: "+"), largest: 1 << 40) { format.byteOffset = value }
    guard rest.isEmpty else {
      throw line.error(found: "format '\(field.text)'", expected: "nothing behind the modifiers x, : and +")
    }
    return format
  }

  /// `200`, `200(1024)/mV`, `1000.0(0)/uV`; a gain of 0, or none before the bracket, is not known and taken for 200.
  private mutating func calibration() throws(WFDBError) -> (gain: Double, baseline: Int?, units: String) {
    guard let field = line.next() else { return (SignalSpecification.defaultGain, nil, "mV") }
    let slash = field.firstIndex(of: UInt8(ascii: "/")) ?? field.endIndex
    let units = slash < field.endIndex && slash + 1 < field.endIndex ? field[(slash + 1)...].text : "mV"
    let number = field[..<slash]
    let open = number.firstIndex(of: UInt8(ascii: "(")) ?? number.endIndex
    guard let gain = open == number.startIndex ? 0 : number[..<open].decimalNumber else {
      throw line.error(found: "gain '\(field.text)'", expected: "a finite number")
    }
    var baseline: Int?
    if open < number.endIndex, number[open...].count != 2 || number.last != UInt8(ascii: ")") {
      guard number.last == UInt8(ascii: ")"),
        let value = number[(open + 1)..<(number.endIndex - 1)].wholeNumber, Int32(exactly: value) != nil
      else {
        throw line.error(found: "gain '\(field.text)'", expected: "a whole baseline in round brackets")
      }
      baseline = value
    }
    return (gain == 0 ? SignalSpecification.defaultGain : gain, baseline, units)
  }
}
