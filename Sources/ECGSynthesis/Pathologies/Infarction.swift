/// What an infarction does to the leads over one wall of the heart. The vectors are chest-fixed, in mV on Frank's axes,
/// chosen for Dower's transform so that the leads named by the criterion show it.
struct InfarctTerritory: Sendable {
  /// Towards the dead wall; length 1.
  let direction: DipoleVector
  /// Size of the initial dipole away from the dead wall, which makes Q.
  let q: Double
  /// Where in QRS that dipole ends.
  let qEnd: Double
  /// Part of the later QRS dipole towards the wall that is lost.
  let loss: Double
  /// Part of the septal dipole that is left.
  let septum: Double
  /// The injury's dipole in the ST segment.
  let st: DipoleVector
  /// T's dipole.
  let t: DipoleVector

  static let anterior = InfarctTerritory(
    direction: DipoleVector(0.352, 0.050, -0.935), q: 0.58, qEnd: 0.54, loss: 0.85, septum: 1,
    st: DipoleVector(0.15, 0, -0.19), t: DipoleVector(-0.16, -0.02, 0.36))
  static let inferior = InfarctTerritory(
    direction: DipoleVector(-0.119, 0.988, 0.099), q: 0.50, qEnd: 0.58, loss: 0.85, septum: 1,
    st: DipoleVector(-0.06, 0.19, 0.02), t: DipoleVector(0.05, -0.32, -0.02))
  static let lateral = InfarctTerritory(
    direction: DipoleVector(0.902, -0.351, 0.251), q: 0.62, qEnd: 0.58, loss: 0.75, septum: 0.3,
    st: DipoleVector(0.19, -0.09, 0.10), t: DipoleVector(-0.36, 0.07, -0.10))
}

extension BeatForm {
  /// Q where the dead wall no longer pulls the dipole, ST elevation over it, T away from it.
  mutating func infarct(_ territory: InfarctTerritory, strength: Double, acuity: Double, size: Double) {
    let wall = territory.direction
    let lost = qrs.mapKernels { index, kernel in
      let towards = max(0, kernel.vector.x * wall.x + kernel.vector.y * wall.y + kernel.vector.z * wall.z)
      var changed = kernel
      changed.vector = kernel.vector + (-strength * territory.loss * towards) * wall
      if index == 0 { changed.vector = (1 - strength * (1 - territory.septum)) * changed.vector }
      return changed
    }
    qrs = lost.adding([WaveShape.kernel(from: 0, to: territory.qEnd, (-strength * size * territory.q) * wall)])
    shiftST((strength * acuity * size) * territory.st)
    turnT(to: size * territory.t, share: strength * (0.35 + 0.65 * acuity))
  }
}
