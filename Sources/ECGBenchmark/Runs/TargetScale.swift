/// Shift and scale between a regression target's unit and what the network sees: (value - centre) / spread, where centre
/// is the median of the training targets and spread their mean absolute deviation from it. A network that starts near 0
/// would otherwise spend its first epochs on reaching some hundred milliseconds.
struct TargetScale: Sendable {
  let centre: Double
  let spread: Double

  /// From the training targets, of which there is at least one.
  init(trainingTargets: [Double]) {
    let centre = Self.median(trainingTargets)
    let spread =
      trainingTargets.reduce(0) { $0 + ($1 - centre).magnitude } / Double(max(1, trainingTargets.count))
    self.centre = centre
    self.spread = spread > 0 ? spread : 1
  }

  func scaled(_ value: Double) -> Double { (value - centre) / spread }
  func original(_ value: Double) -> Double { centre + value * spread }

  /// The middle value, or the mean of the two in the middle.
  static func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    guard !sorted.isEmpty else { return .nan }
    let middle = sorted.count / 2
    return sorted.count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
  }
}
