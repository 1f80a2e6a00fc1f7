import Reproducibility

/// The form of one kind of beat: the shapes of its waves in mV and their durations in s. Findings change it.
struct BeatForm: Sendable {
  /// Nil where there is no P wave.
  var p: WaveShape?
  var qrs: WaveShape
  var t: WaveShape
  /// The dipole of the ST segment, from the J point towards T's peak, in mV.
  var st = DipoleVector(0, 0, 0)
  var pDuration: Double
  var pr: Double
  var qrsDuration: Double
  /// At the mean RR interval.
  var qt: Double
  var tDuration: Double
  /// Where in its own time each wave's dipole is longest.
  private(set) var pPeak = 0.5
  private(set) var qrsPeak = 0.5
  private(set) var tPeak = 0.5

  /// T begins no earlier than this after the QRS offset.
  static let shortestST = 0.015

  /// Sets the peaks from the shapes, once these are final.
  mutating func findPeaks() {
    if let p { pPeak = p.peak }
    qrsPeak = qrs.peak
    tPeak = t.peak
  }

  /// Gives QRS another duration. QT grows by as much as QRS does; T keeps its length where there is room.
  mutating func setQRSDuration(_ duration: Double) {
    qt += max(0, duration - qrsDuration)
    qrsDuration = duration
    tDuration = min(tDuration, qt - qrsDuration - 2 * Self.shortestST)
  }

  /// Adds a dipole to the ST segment.
  mutating func shiftST(_ vector: DipoleVector) { st = st + vector }

  /// Makes T's dipole a mixture of what it is, weighted 1 - `share`, and of one that points along `vector`.
  mutating func turnT(to vector: DipoleVector, share: Double) {
    let earlyPart = 0.3
    t = WaveShape(
      t.kernels.enumerated().map { index, kernel in
        let part = index == 0 ? earlyPart : (1 - earlyPart) / Double(max(1, t.kernels.count - 1))
        return GaussianKernel(
          centre: kernel.centre, width: kernel.width,
          vector: (1 - share) * kernel.vector + (share * part) * vector)
      })
  }
}

extension BeatForm {
  /// Lays a finding over the form. `keepsDurations` says that PR, QRS and QT are already those of the finding.
  mutating func apply(_ finding: Finding, keepsDurations: Bool, using stream: inout RandomStream) {
    let strength = finding.strength
    let size = stream.uniform(in: 0.9...1.2)
    func duration(_ normal: Double, _ range: ClosedRange<Double>) -> Double {
      normal + strength * (stream.uniform(in: range) - normal)
    }
    switch finding.pathology {
    case .anteriorInfarction: infarct(.anterior, strength: strength, acuity: finding.acuity, size: size)
    case .inferiorInfarction: infarct(.inferior, strength: strength, acuity: finding.acuity, size: size)
    case .lateralInfarction: infarct(.lateral, strength: strength, acuity: finding.acuity, size: size)
    case .stTChanges: changeSTAndT(strength: strength, size: size)
    case .leftBundleBranchBlock:
      let broad = duration(qrsDuration, 0.135...0.165)
      if !keepsDurations { setQRSDuration(broad) }
      blockLeftBundle(strength: strength, size: size)
    case .rightBundleBranchBlock:
      let broad = duration(qrsDuration, 0.125...0.155)
      if !keepsDurations { setQRSDuration(broad) }
      blockRightBundle(strength: strength, size: size)
    case .firstDegreeAVBlock:
      let long = duration(pr, 0.225...0.300)
      if !keepsDurations { pr = long }
    case .leftVentricularHypertrophy:
      thickenLeftVentricle(strength: strength, size: size)
    case .rightVentricularHypertrophy:
      thickenRightVentricle(strength: strength, size: size)
    case .atrialFibrillation: p = nil
    case .prematureAtrialBeats, .prematureVentricularBeats: break
    }
  }
}

extension WaveShape {
  /// The shape of the ST segment's shift, from 0 at the J point to 1 at T's peak: a row of Gaussians whose sum is level
  /// within 1% and reaches half its height 16 ms before the J point of an ordinary beat.
  static func stSegment(_ vector: DipoleVector) -> WaveShape {
    let count = 8.0
    // Gaussians one standard deviation apart add up to the square root of 2 pi.
    let part = (1 / (2 * Double.pi).squareRoot()) * vector
    return WaveShape(
      (0..<Int(count)).map { GaussianKernel(centre: Double($0) / count, width: 1 / count, vector: part) })
  }

  /// Every kernel's vector and place changed by `change`.
  func mapKernels(_ change: (Int, GaussianKernel) -> GaussianKernel) -> WaveShape {
    WaveShape(kernels.enumerated().map { change($0.offset, $0.element) })
  }

  /// With more kernels.
  func adding(_ more: [GaussianKernel]) -> WaveShape { WaveShape(kernels + more) }
}
