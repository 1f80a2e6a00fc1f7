import Reproducibility

/// One Gaussian of a wave: a fixed direction whose strength rises and falls over the wave's own time, which runs
/// from 0 at the wave's onset to 1 at its offset.
struct GaussianKernel: Sendable {
  /// Where it is strongest.
  let centre: Double
  /// Standard deviation.
  let width: Double
  /// The dipole in mV at the centre.
  var vector: DipoleVector
}

/// The shape of a P wave, QRS complex or T wave: a sum of Gaussians over the wave's own time.
///
/// **The rule for onset and offset.** A Gaussian begins 2.5 standard deviations before its centre and ends as many
/// after it, where it has fallen to exp(-2.5^2 / 2) = 4.4% of its peak. A wave begins where the first of its
/// Gaussians begins and ends where the last one ends. Shapes are written so that these are 0 and 1 exactly; a wave
/// therefore lasts exactly as long as it is stretched. **Peak:** where the length of the wave's own dipole is
/// greatest.
struct WaveShape: Sendable {
  /// Standard deviations from a Gaussian's centre to where it begins or ends.
  static let boundary = 2.5
  /// exp(-boundary^2 / 2): what is left of a Gaussian there.
  static let boundaryFraction = PortableMath.exp(-0.5 * boundary * boundary)

  private(set) var kernels: [GaussianKernel]

  init(_ kernels: [GaussianKernel]) { self.kernels = kernels }

  /// A Gaussian that begins at `onset` and ends at `offset`, both in the wave's own time.
  static func kernel(from onset: Double, to offset: Double, _ vector: DipoleVector) -> GaussianKernel {
    GaussianKernel(
      centre: 0.5 * (onset + offset), width: (offset - onset) / (2 * boundary), vector: vector)
  }

  /// The same shape with every vector turned and scaled.
  func transformed(by rotation: HeartRotation, factor: Double) -> WaveShape {
    WaveShape(
      kernels.map { kernel in
        GaussianKernel(
          centre: kernel.centre, width: kernel.width, vector: factor * rotation.apply(to: kernel.vector))
      })
  }

  /// Squared length of the wave's dipole at time `u` of the wave. O(kernels).
  private func squaredMagnitude(at u: Double) -> Double {
    var sum = DipoleVector(0, 0, 0)
    for kernel in kernels {
      let z = (u - kernel.centre) / kernel.width
      sum = sum + PortableMath.exp(-0.5 * z * z) * kernel.vector
    }
    return sum.x * sum.x + sum.y * sum.y + sum.z * sum.z
  }

  /// Where in the wave's own time its dipole is longest, to 1e-6: a scan, then golden-section search around the
  /// best point. O(kernels).
  var peak: Double {
    let steps = 48
    var best = 0
    var bestValue = -1.0
    for step in 0...steps {
      let value = squaredMagnitude(at: Double(step) / Double(steps))
      if value > bestValue {
        bestValue = value
        best = step
      }
    }
    var low = Double(max(0, best - 1)) / Double(steps)
    var high = Double(min(steps, best + 1)) / Double(steps)
    let ratio = (5.0.squareRoot() - 1) / 2
    var left = high - ratio * (high - low)
    var right = low + ratio * (high - low)
    var leftValue = squaredMagnitude(at: left)
    var rightValue = squaredMagnitude(at: right)
    while high - low > 1e-6 {
      if leftValue >= rightValue {
        high = right
        (right, rightValue) = (left, leftValue)
        left = high - ratio * (high - low)
        leftValue = squaredMagnitude(at: left)
      } else {
        low = left
        (left, leftValue) = (right, rightValue)
        right = low + ratio * (high - low)
        rightValue = squaredMagnitude(at: right)
      }
    }
    return 0.5 * (low + high)
  }
}
