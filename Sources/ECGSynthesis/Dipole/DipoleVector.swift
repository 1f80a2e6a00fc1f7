import Reproducibility

/// The cardiac dipole, or one wave's share of it, in mV on Frank's axes: x to the patient's left, y to the feet,
/// z to the back.
public struct DipoleVector: Sendable, Equatable {
  /// To the left.
  public var x: Double
  /// To the feet.
  public var y: Double
  /// To the back.
  public var z: Double

  /// The vector (x, y, z) in mV.
  public init(_ x: Double, _ y: Double, _ z: Double) {
    self.x = x
    self.y = y
    self.z = z
  }

  /// Length in mV.
  public var magnitude: Double { (x * x + y * y + z * z).squareRoot() }

  static func + (left: Self, right: Self) -> Self { Self(left.x + right.x, left.y + right.y, left.z + right.z) }
  static func * (factor: Double, vector: Self) -> Self {
    Self(factor * vector.x, factor * vector.y, factor * vector.z)
  }
}

/// A turn of the heart in the chest: first in the frontal plane, then in the horizontal one. It keeps lengths, so
/// it moves no onset, peak or offset that is defined on the dipole's length.
struct HeartRotation: Sendable {
  private let frontal: (sine: Double, cosine: Double)
  private let horizontal: (sine: Double, cosine: Double)

  /// Angles in degrees. A positive `frontal` turns from left to feet (the axis to the right, clockwise as the reader
  /// sees it); a positive `horizontal` turns from left to back.
  init(frontalDegrees: Double, horizontalDegrees: Double) {
    frontal = PortableMath.sineAndCosine(frontalDegrees * Double.pi / 180)
    horizontal = PortableMath.sineAndCosine(horizontalDegrees * Double.pi / 180)
  }

  func apply(to vector: DipoleVector) -> DipoleVector {
    let x = frontal.cosine * vector.x - frontal.sine * vector.y
    let y = frontal.sine * vector.x + frontal.cosine * vector.y
    return DipoleVector(
      horizontal.cosine * x - horizontal.sine * vector.z, y, horizontal.sine * x + horizontal.cosine * vector.z)
  }
}
