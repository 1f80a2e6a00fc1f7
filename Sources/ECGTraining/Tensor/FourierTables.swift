import CKernels
import Reproducibility

/// Cosines and negative sines of the transforms, from `PortableMath`, so that they are the same on every machine.
final class FourierTables: @unchecked Sendable {
  /// Points of a tile.
  static let points = 256
  /// Frequencies of a real transform of `points` points.
  static let bins = points / 2 + 1

  static let shared = FourierTables()

  private let cosine128, sine128, cosine256, sine256: UnsafeMutablePointer<Float>
  let pointer: UnsafeMutablePointer<ek_fourier_tables>

  private init() {
    (cosine128, sine128) = Self.table(128)
    (cosine256, sine256) = Self.table(256)
    pointer = .allocate(capacity: 1)
    pointer.initialize(
      to: ek_fourier_tables(cosine128: cosine128, sine128: sine128, cosine256: cosine256, sine256: sine256))
  }

  private static func table(_ count: Int) -> (UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>) {
    let cosine = UnsafeMutablePointer<Float>.allocate(capacity: count)
    let sine = UnsafeMutablePointer<Float>.allocate(capacity: count)
    for k in 0..<count {
      let (s, c) = PortableMath.sineAndCosine(2 * Double.pi * Double(k) / Double(count))
      (cosine + k).initialize(to: Float(c))
      (sine + k).initialize(to: Float(-s))
    }
    return (cosine, sine)
  }
}
