import Reproducibility

extension BeatForm {
  /// A beat from one ventricle or the other: no P, broad QRS away from it, T against QRS.
  func ventricularEctopic(using stream: inout RandomStream) -> BeatForm {
    let side = stream.uniform() < 0.5 ? -1.0 : 1.0
    let size = stream.uniform(in: 1.2...1.8)
    let turn = HeartRotation(
      frontalDegrees: stream.uniform(in: -25...25), horizontalDegrees: stream.uniform(in: -20...20))
    var form = self
    form.p = nil
    form.qrs = WaveShape(
      Self.leftwardActivation.map { part in
        let vector = DipoleVector(side * part.vector.x, part.vector.y + 0.2, side * part.vector.z)
        return WaveShape.kernel(from: part.from, to: part.to, size * turn.apply(to: vector))
      })
    form.st = (0.8 * size) * turn.apply(to: DipoleVector(-side * 0.10, -0.04, -side * 0.13))
    form.turnT(to: (0.9 * size) * turn.apply(to: DipoleVector(-side * 0.36, -0.12, -side * 0.44)), share: 1)
    form.setQRSDuration(stream.uniform(in: 0.135...0.165))
    form.findPeaks()
    return form
  }

  /// A beat from elsewhere in the atria: P of another form and a shorter PR, QRS and T as ever.
  func atrialEctopic(using stream: inout RandomStream) -> BeatForm {
    var form = self
    // From low in the atria upwards: P turns over in II, III and aVF.
    let turn = HeartRotation(
      frontalDegrees: stream.uniform(in: -130 ... -95), horizontalDegrees: stream.uniform(in: -20...20))
    form.p = p?.transformed(by: turn, factor: stream.uniform(in: 0.7...1.1))
    form.pr = max(0.115, min(pr - 0.010, 0.150))
    form.pDuration = min(0.85 * pDuration, form.pr - 0.025)
    form.findPeaks()
    return form
  }
}
