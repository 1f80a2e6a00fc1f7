// Changes of the ventricles' activation and recovery: blocks, hypertrophy, ST/T changes. Vectors
// in mV on Frank's axes for Dower's transform; `size` varies them from patient to patient.
extension BeatForm {
  /// The left ventricle is reached through the septum, from right to left: one broad notched dipole to the left and
  /// back, recovery against it.
  mutating func blockLeftBundle(strength s: Double, size: Double) {
    qrs = qrs.mapKernels { _, kernel in
      var less = kernel
      less.vector = (1 - s) * kernel.vector
      return less
    }.adding(Self.leftwardActivation.map { WaveShape.kernel(from: $0.from, to: $0.to, (s * size) * $0.vector) })
    shiftST((s * size) * DipoleVector(-0.10, -0.01, -0.13))
    turnT(to: size * DipoleVector(-0.36, -0.02, -0.46), share: s)
  }

  static let leftwardActivation: [(from: Double, to: Double, vector: DipoleVector)] = [
    (0, 0.46, DipoleVector(0.22, 0.02, 0.10)), (0.08, 0.62, DipoleVector(0.60, 0.22, 0.58)),
    (0.36, 0.86, DipoleVector(0.76, 0.06, 0.66)), (0.56, 1, DipoleVector(0.42, 0.02, 0.30)),
  ]

  /// The left ventricle as ever, in the first part of QRS; then the right one alone, to the right and front.
  mutating func blockRightBundle(strength s: Double, size: Double) {
    let pace = 1 - 0.38 * s
    qrs = qrs.mapKernels { index, kernel in
      let left = index == 3 ? (1 - 0.5 * s) * kernel.vector : kernel.vector
      return GaussianKernel(centre: pace * kernel.centre, width: pace * kernel.width, vector: left)
    }.adding([WaveShape.kernel(from: 0.44, to: 1, (s * size) * DipoleVector(-0.44, -0.02, -0.54))])
    // Recovery against the late forces only: T turns in V1 and V2.
    turnT(to: size * DipoleVector(0.46, 0.18, 0.14), share: 0.75 * s)
  }

  /// A thick left ventricle: taller forces to the left and back, then strain.
  mutating func thickenLeftVentricle(strength s: Double, size: Double) {
    qrs = qrs.mapKernels { index, kernel in
      let growth = index == 1 || index == 2 ? 1 + 0.66 * s * size : 1 + 0.3 * s
      let backwards = index == 2 ? (s * size) * DipoleVector(0.25, -0.15, 0.45) : DipoleVector(0, 0, 0)
      return GaussianKernel(
        centre: kernel.centre, width: kernel.width, vector: growth * kernel.vector + backwards)
    }
    shiftST((s * size) * DipoleVector(-0.12, 0.02, -0.06))
    turnT(to: size * DipoleVector(-0.30, 0.04, -0.22), share: s)
  }

  /// A thick right ventricle: forces to the right, front and feet, then strain.
  mutating func thickenRightVentricle(strength s: Double, size: Double) {
    qrs = qrs.mapKernels { index, kernel in
      let rest = index == 1 || index == 2 ? 1 - 0.65 * s : index == 3 ? 1 - 0.6 * s : 1
      return GaussianKernel(centre: kernel.centre, width: kernel.width, vector: rest * kernel.vector)
    }.adding([WaveShape.kernel(from: 0.22, to: 0.88, (s * size) * DipoleVector(-0.95, 0.58, -0.80))])
    shiftST((s * size) * DipoleVector(0.03, -0.02, 0.05))
    turnT(to: size * DipoleVector(0.28, -0.02, 0.30), share: s)
  }

  /// ST down and T over in the leads that look at the left ventricle.
  mutating func changeSTAndT(strength s: Double, size: Double) {
    shiftST((s * size) * DipoleVector(-0.14, -0.06, 0.03))
    turnT(to: size * DipoleVector(-0.26, -0.11, -0.02), share: s)
  }
}
