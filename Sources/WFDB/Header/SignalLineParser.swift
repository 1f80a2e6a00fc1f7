import Reproducibility

/// Reads one signal line: file, format, gain, resolution, zero, initial value, checksum, block size, description.
struct SignalLineParser {
  let line: HeaderLine

  func parse() throws(WFDBError) -> SignalSpecification {
    let fileName = try line.text(0, "signal file name")
    guard !fileName.contains("/"), !fileName.contains("\\"), fileName != "..", fileName != "." else {
      throw WFDBError(
        .unsafePath, at: ErrorPlace(line.path, .line(line.number)), found: "signal file '\(fileName)'",
        expected: "a plain file name in the header's own folder", advice: "Do not trust this header")
    }
    let format = try self.format()
    let calibration = try self.calibration()
    let whole = Int(Int32.min)...Int(Int32.max)
    let resolution = try optionalInteger(3, "ADC resolution", in: 0...64) ?? 0
    let zero = try optionalInteger(4, "ADC zero", in: whole) ?? 0
    return SignalSpecification(
      fileName: fileName, format: format.number, samplesPerFrame: format.samplesPerFrame, skew: format.skew,
      byteOffset: format.byteOffset, gain: calibration.gain, baseline: calibration.baseline ?? zero,
      units: calibration.units, adcResolution: resolution, adcZero: zero,
      initialValue: try optionalInteger(5, "initial value", in: whole),
      checksum: try optionalInteger(6, "checksum", in: -65_536...65_535),
      blockSize: try optionalInteger(7, "block size", in: whole) ?? 0,
      description: line.fields.dropFirst(8).joined(separator: " "))
  }

  private func optionalInteger(
    _ index: Int, _ name: String, in range: ClosedRange<Int>
  ) throws(WFDBError) -> Int? {
    guard line.optional(index) != nil else { return nil }
    return try line.integer(index, name, in: range)
  }

  private struct Format {
    var number = 0
    var samplesPerFrame = 1
    var skew = 0
    var byteOffset = 0
  }

  /// `212`, `16x2:1+24`: a number, then modifiers in this order, each optional.
  private func format() throws(WFDBError) -> Format {
    let field = try line.text(1, "format")
    var rest = field[...]
    func digits() -> Int? {
      let text = rest.prefix { $0.isASCII && $0.isNumber }
      rest = rest.dropFirst(text.count)
      return Int(text)
    }
    func modifier(_ sign: Character, largest: Int) throws(WFDBError) -> Int? {
      guard rest.first == sign else { return nil }
      rest = rest.dropFirst()
      guard let value = digits(), value <= largest else {
        throw line.error(found: "format '\(field)'", expected: "a whole number up to \(largest) behind '\(sign)'")
      }
      return value
    }
    var format = Format()
    guard let number = digits() else {
      throw line.error(found: "format '\(field)'", expected: "a number such as 16 or 212")
    }
    format.number = number
    if let value = try modifier("x", largest: 65_535) { format.samplesPerFrame = max(1, value) }
    if let value = try modifier(":", largest: 1 << 24) { format.skew = value }
    if let value = try modifier("+", largest: 1 << 40) { format.byteOffset = value }
    guard rest.isEmpty else {
      throw line.error(found: "format '\(field)'", expected: "nothing behind the modifiers x, : and +")
    }
    return format
  }

  /// `200`, `200(1024)/mV`, `1000.0(0)/uV`.
  private func calibration() throws(WFDBError) -> (gain: Double, baseline: Int?, units: String) {
    guard let field = line.optional(2) else { return (200, nil, "mV") }
    let parts = field.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    let units = parts.count == 2 && !parts[1].isEmpty ? String(parts[1]) : "mV"
    let open = parts[0].firstIndex(of: "(") ?? parts[0].endIndex
    guard let gain = Double(parts[0][..<open]), gain.isFinite else {
      throw line.error(found: "gain '\(field)'", expected: "a finite number")
    }
    var baseline: Int?
    if open != parts[0].endIndex {
      let inside = parts[0][parts[0].index(after: open)...]
      guard inside.last == ")", let value = Int(inside.dropLast()), Int(Int32(clamping: value)) == value else {
        throw line.error(found: "gain '\(field)'", expected: "a whole baseline in round brackets")
      }
      baseline = value
    }
    return (gain == 0 ? 200 : gain, baseline, units)
  }
}
