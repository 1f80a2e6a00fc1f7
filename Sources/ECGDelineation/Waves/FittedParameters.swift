/// Numbers that were chosen on recordings: the even half (by position in sorted order) of the 53 QTDB and 60 LUDB records
/// that docs/delineation.md names. Lengths are in grid samples of 4 ms.
enum FittedParameters {
  // MARK: QRS

  /// Farthest from the detected beat that the steepest flank may lie.
  static let complexReach = 25
  /// The least slope of a flank before the steepest one, as a share of it.
  static let leastFlankBefore: Float = 0.1
  /// The same behind it.
  static let leastFlankBehind: Float = 0.12
  /// The widest gap between two flanks before the steepest one.
  static let largestGapBefore = 14
  /// The same behind it: paced complexes have a spike and then a wide deflection.
  static let largestGapBehind = 20
  /// An upward deflection is the R wave from this share of the downward one.
  static let leastR: Float = 0.3

  // MARK: P and T

  /// Turns of the slope that stand out by less than this share of its span are none.
  static let leastTurn: Float = 0.06
  /// RT time expected: `base` + `slope` RR, at most `most`; candidates count half at `width` from it.
  static let expectedT: (base: Float, slope: Float, most: Float, width: Float) = (35, 0.14, 65, 22)
  /// How far it moves with the end of a QRS complex that ends later than 48 ms behind R, as a share.
  static let laterT: Float = 0.3
  /// P expected so far before the QRS complex; candidates count half at `width` from there.
  static let expectedP: (before: Float, width: Float) = (27, 36)
  /// P lies at least so far behind the previous T peak.
  static let leastTToP: Float = 14
  /// How far apart peaks of one wave may lie in different leads: P, T.
  static let agreement: (p: Float, t: Float) = (6, 12)
  /// How far a lead's QRS boundary is drawn to the median of three or more leads, as a share.
  static let pullToMedian: Float = 0.7

  static let p = WaveShapeParameters(
    slant: 0.7, sameSignCost: 0.5, mayBeginHidden: false, longestSide: 30, peakShift: 0, onset: pOnset, offset: pOffset)
  static let t = WaveShapeParameters(
    slant: 0.9, sameSignCost: 1, mayBeginHidden: true, longestSide: 50, peakShift: 0, onset: tOnset, offset: tOffset)

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
    constant: 3.221,
    weights: [
      -1.774, 1.055, 0.921, -0.285, -0.058, -0.016, -0.007,
      -0.243, 0.076, 0.316, 0.176, 0.272, -0.316, -0.017,
    ])
  static let pOffset = BoundaryModel(
    constant: 2.217,
    weights: [
      0.437, -0.138, 0.234, -0.318, 0.147, -0.203, 0.340,
      -0.376, 0.221, 0.045, 0.235, -0.362, 0.217, -0.185,
    ])
  static let tOnset = BoundaryModel(
    constant: -2.317,
    weights: [
      0.336, 0.094, 0.140, -0.061, 0.298, -0.105, 0.135,
      0.490, -0.111, 0.010, -0.015, 0.046, 0.026, 0.120,
    ])
  static let tOffset = BoundaryModel(
    constant: 4.114,
    weights: [
      0.400, -0.770, 0.404, 0.247, 0.038, -0.002, -0.017,
      0.405, -0.181, -0.220, -0.040, 0.494, -0.054, 0.070,
    ])
}
