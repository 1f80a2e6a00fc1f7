import Reproducibility

/// What the flanks from a QRS complex's steepest one outwards show: the inputs of the odds that say which of them is the
/// outermost of the complex.
enum FlankFeatures {
  static let width = 16
  /// Grid samples within which what lies farther out counts as near.
  private static let near: Float = 25

  /// Of `flanks` at scale 2^3, from the steepest one outwards; `finer` is scale 2^2 and `finest` 2^1. O(flanks^2).
  static func table(_ flanks: [Flank], finer: [Float], finest: [Float]) -> FeatureTable {
    var table = FeatureTable(width: width)
    guard let main = flanks.first, main.value != 0 else { return table }
    let steepness = flanks.map { abs($0.value / main.value) }
    let distances = flanks.map { Float(abs($0.place - main.place)) }
    var (least, widest): (Float, Float) = (1, 0)
    for (index, flank) in flanks.enumerated() {
      let gap = index > 0 ? distances[index] - distances[index - 1] : 0
      let next = index + 1 < flanks.count ? distances[index + 1] - distances[index] : 60
      widest = max(widest, gap)
      let inner = index > 0 ? steepness[index - 1] : 1
      let outer = index + 1..<flanks.count
      let steepestOuter = outer.map { steepness[$0] }.max() ?? 0
      let steepestNear = outer.filter { distances[$0] - distances[index] <= near }.map { steepness[$0] }.max() ?? 0
      let turns = index == 0 || (flank.value > 0) != (flanks[index - 1].value > 0)
      let value = max(abs(flank.value), 1e-9)
      table.values += [
        distances[index] / 25, distances[index] * distances[index] / 625, gap / 15, widest / 15, next / 30,
        turns ? 1 : 0, Float(min(flanks.count, 8)) / 5, Float(index) / 4,
      ].map(Double.init)
      table.values += [
        steepness[index], least, max(outer.isEmpty ? 0 : steepness[index + 1], 0.005), max(steepestOuter, 0.005),
        max(steepestNear, 0.005), steepest(finer, at: flank.place) / value, steepest(finest, at: flank.place) / value,
        steepness[index] / max(inner, 1e-6),
      ].map { PortableMath.log(Double(max($0, 1e-6))) }
      least = min(least, steepness[index])
    }
    return table
  }

  private static func steepest(_ scale: [Float], at place: Int) -> Float {
    scale[max(place - 4, 0)...min(place + 4, scale.count - 1)].reduce(0) { max($0, abs($1)) }
  }
}
