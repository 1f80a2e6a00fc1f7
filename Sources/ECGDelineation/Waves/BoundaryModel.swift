/// Where a boundary lies beyond its flank: a weighted sum of the distances at which the flank's slope has faded to several
/// shares of its steepest value, at two or three scales.
///
/// A single share, as in Martinez et al. 2004, makes a boundary that jumps with the noise at one height; the sum does not.
struct BoundaryModel: Sendable {
  /// In grid samples.
  let constant: Float
  /// For each distance.
  let weights: [Float]

  /// Distance from the flank, in grid samples; at least 0.
  func distance(_ fades: [Float]) -> Float {
    var sum = constant
    for (weight, fade) in zip(weights, fades) { sum += weight * fade }
    return max(sum, 0)
  }
}

/// What is particular to P or T waves.
struct WaveShapeParameters: Sendable {
  /// How far from the mean of the two flanks' slopes the level may lie that the slope crosses at the peak, in halves of
  /// their difference.
  let slant: Float
  /// Whether the first flank may be hidden in the wave before.
  let mayBeginHidden: Bool
  /// How far boundaries and peaks are drawn to the median of three or more leads, as shares.
  let pullOfBoundaries: Float
  let pullOfPeaks: Float
  /// The farthest that a boundary may lie from the peak, in grid samples.
  let longestSide: Int
  /// From the slope's crossing to the peak, in grid samples.
  let peakShift: Float
  /// From the first flank back.
  let onset: BoundaryModel
  /// From the last flank on.
  let offset: BoundaryModel
}
