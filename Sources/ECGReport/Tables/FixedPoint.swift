extension Double {
  /// The number with exactly `digits` decimals, rounded half to even on the binary value, with a full stop whatever
  /// the locale; `nan` where it is not finite.
  public func fixed(_ digits: Int) -> String {
    guard isFinite, magnitude < 1e15 else { return "nan" }
    let scale = (0..<digits).reduce(1.0) { product, _ in product * 10 }
    let scaled = (magnitude * scale).rounded(.toNearestOrEven)
    guard scaled < 9e15 else { return "\(self)" }
    let whole = Int64(scaled)
    let unit = Int64(scale)
    let sign = self < 0 && whole != 0 ? "-" : ""
    guard digits > 0 else { return sign + "\(whole)" }
    let fraction = String(whole % unit)
    return sign + "\(whole / unit)." + String(repeating: "0", count: digits - fraction.count) + fraction
  }
}
