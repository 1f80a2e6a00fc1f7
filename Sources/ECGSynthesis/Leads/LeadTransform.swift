import Reproducibility

/// How the dipole shows in the eight independent leads I, II, V1 to V6; the other four are sums of I and II.
struct LeadTransform: Sendable {
  /// One row for each lead of `Lead.independent8`.
  let rows: [DipoleVector]

  /// Dower's transform from Frank's leads X, Y, Z: G. E. Dower, H. B. Machado, J. A. Osborne, *On deriving the
  /// electrocardiogram from vectorcardiographic leads*, Clin Cardiol 3:87-95, 1980.
  static let dower = LeadTransform(rows: [
    DipoleVector(0.632, -0.235, 0.059),  // I
    DipoleVector(0.235, 1.066, -0.132),  // II
    DipoleVector(-0.515, 0.157, -0.917),  // V1
    DipoleVector(0.044, 0.164, -1.387),  // V2
    DipoleVector(0.882, 0.098, -1.277),  // V3
    DipoleVector(1.213, 0.127, -0.601),  // V4
    DipoleVector(1.125, 0.127, -0.086),  // V5
    DipoleVector(0.831, 0.076, 0.230),  // V6
  ])

  /// The transform of another chest: each coefficient times 1 + `relative` n, and each lead's row plus `share` of the
  /// next lead's towards which its electrode was shifted, n standard normal. Draws 32 numbers.
  func jittered(relative: Double, shift: Double, using stream: inout RandomStream) -> LeadTransform {
    var jittered: [DipoleVector] = []
    for (index, row) in rows.enumerated() {
      let share = shift * stream.normal()
      // V1 to V6 lie in a row, so an electrode placed too far on sees some of its neighbour; I and II do not.
      let neighbour = index < 2 ? row : rows[min(max(index + (share < 0 ? -1 : 1), 2), rows.count - 1)]
      let size = abs(share)
      jittered.append(
        DipoleVector(
          ((1 - size) * row.x + size * neighbour.x) * (1 + relative * stream.normal()),
          ((1 - size) * row.y + size * neighbour.y) * (1 + relative * stream.normal()),
          ((1 - size) * row.z + size * neighbour.z) * (1 + relative * stream.normal())))
    }
    return LeadTransform(rows: jittered)
  }
}
