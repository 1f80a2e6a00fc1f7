/// Numbers that were chosen on recordings: the even half (by position in sorted order) of the 53 QTDB and 60 LUDB records
/// that docs/delineation.md names. Lengths are in grid samples of 4 ms.
enum FittedParameters {
  // MARK: QRS

  /// Farthest from the detected beat that the steepest flank may lie.
  static let complexReach = 25
  /// Slopes below this share of the steepest one are no flanks.
  static let leastFlank: Float = 0.02
  /// The least slope of a flank behind the steepest one, as a share of it.
  static let leastFlankBehind: Float = 0.12
  /// The widest gap between two flanks behind the steepest one: paced complexes have a spike and then a wide deflection.
  static let largestGapBehind = 20
  /// An upward deflection is the R wave from this share of the downward one.
  static let leastR: Float = 0.3

  // MARK: P and T

  /// Turns of the slope that stand out by less than this share of its span are none.
  static let leastTurn: Float = 0.06
  /// P lies at least so far behind the previous T peak.
  static let leastTToP: Float = 14
  /// Median absolute deviation of P's place before R, over so many beats on either side, above which there is no P.
  static let largestPSpread: Float = 4.4
  static let beatsForPSpread = 3
  /// How far apart peaks of one wave may lie in different leads: P, T.
  static let agreement: (p: Float, t: Float) = (6, 12)
  /// How far a lead's QRS boundary is drawn to the median of three or more leads, as a share.
  static let pullToMedian: Float = 0.7

  static let p = WaveShapeParameters(
    slant: 0.7, mayBeginHidden: false, pullOfBoundaries: 0.4, pullOfPeaks: 0.25, longestSide: 30,
    peakShift: 0, onset: pOnset, offset: pOffset)
  static let t = WaveShapeParameters(
    slant: 0.9, mayBeginHidden: true, pullOfBoundaries: 0.4, pullOfPeaks: 0.25, longestSide: 50,
    peakShift: 0.7, onset: tOnset, offset: tOffset)

  // MARK: boundaries

  static let qrsOnset = BoundaryModel(
    constant: 1.071,
    weights: [
      0.490, 0.092, -0.026, -0.994, 0.448, 0.263, 0.041,
      -0.476, 0.710, -0.600, 0.851, 0.204, -0.507, 0.081,
      -2.989, 2.084, -0.074, 0.937, 0.539, -0.149, -0.207,
    ])
  static let qrsOffset = BoundaryModel(
    constant: 0.710,
    weights: [
      -0.934, 0.522, -0.138, 0.348, -0.293, 0.404, -0.324,
      0.619, 0.121, -0.362, 0.498, -0.588, 0.249, 0.094,
      -1.453, -0.046, 0.618, 1.992, -0.939, 0.082, 0.048,
    ])
  static let pOnset = BoundaryModel(
    constant: 2.928,
    weights: [
      0.083, 0.234, 0.291, -0.055, -0.134, 0.048, 0.020,
      -0.273, 0.074, 0.141, 0.244, 0.203, -0.149, -0.092,
    ])
  static let pOffset = BoundaryModel(
    constant: 2.710,
    weights: [
      0.038, 0.023, -0.017, -0.021, 0.001, 0.059, 0.131,
      -0.013, 0.020, 0.024, 0.009, -0.028, -0.006, -0.046,
    ])
  static let tOnset = BoundaryModel(
    constant: -1.375,
    weights: [
      0.090, 0.064, 0.018, 0.054, 0.118, 0.034, 0.193,
      0.061, 0.000, 0.016, 0.050, 0.046, 0.082, 0.044,
    ])
  static let tOffset = BoundaryModel(
    constant: 5.780,
    weights: [
      -0.087, -0.203, -0.054, 0.076, 0.152, 0.044, -0.018,
      0.113, 0.021, -0.135, 0.117, 0.462, -0.131, 0.109,
    ])
}
