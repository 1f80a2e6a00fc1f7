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
  static let largestPSpread: Float = 3.5
  static let beatsForPSpread = 3
  /// How likely a P wave has to be at the least.
  static let leastPresenceOfP: Float = 0.2
  /// RR intervals of so many beats on either side say how irregular the rhythm is.
  static let beatsForIrregularity = 4
  /// How far apart peaks of one wave may lie in different leads: P, T.
  static let agreement: (p: Float, t: Float) = (6, 12)
  /// The same where a lead chooses its T, of one or two leads: these two say little of what the others would.
  static let choiceOfTInFewLeads: Float = 24
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
    constant: 1.799,
    weights: [
      0.041, 0.055, 0.058, 0.067, 0.115, 0.131, 0.121,
      0.028, 0.064, 0.069, 0.081, 0.063, 0.047, 0.053,
      -0.018, 0.023, 0.051, 0.085, 0.087, 0.058, 0.035,
    ])
  static let qrsOffset = BoundaryModel(
    constant: 1.172,
    weights: [
      -0.204, -0.033, 0.105, 0.160, 0.204, 0.220, -0.305,
      0.241, 0.054, -0.042, 0.049, -0.141, 0.019, 0.182,
      -0.275, 0.001, 0.207, 0.332, 0.044, -0.002, 0.068,
    ])
  static let pOnset = BoundaryModel(
    constant: 3.278,
    weights: [
      0.094, 0.199, 0.264, -0.029, -0.117, 0.013, 0.035,
      -0.260, 0.075, 0.114, 0.240, 0.199, -0.148, -0.081,
    ])
  static let pOffset = BoundaryModel(
    constant: 4.303,
    weights: [
      -0.006, -0.030, -0.068, -0.085, -0.029, 0.036, 0.095,
      -0.013, 0.013, 0.036, 0.022, -0.011, 0.021, -0.003,
    ])
  static let tOnset = BoundaryModel(
    constant: 3.774,
    weights: [
      0.001, 0.006, 0.017, 0.043, 0.068, 0.067, 0.079,
      0.002, 0.005, 0.021, 0.043, 0.054, 0.062, 0.059,
    ])
  static let tOffset = BoundaryModel(
    constant: 5.950,
    weights: [
      -0.196, -0.194, -0.090, 0.058, 0.172, 0.036, 0.003,
      0.091, -0.027, -0.061, 0.081, 0.480, -0.122, 0.111,
    ])
}
