import Reproducibility

/// How strong a lead is at every moment in bands of QRS complexes and of what is mistaken for them.
///
/// Each envelope is the root of the squares of two filters in quadrature, the first and the second derivative of a
/// Gaussian with their peaks at one frequency: zero phase, no ringing, and one hump where a wave goes up and down.
struct QRSBands {
  /// Around 14 Hz: the flanks of QRS complexes.
  let middle: [Float]
  /// Around 6 Hz: wide QRS complexes, and T waves.
  let low: [Float]
  /// Around 30 Hz: muscle noise and the steepest complexes.
  let high: [Float]
  /// What candidates are peaks of: ``middle`` and a part of ``low``.
  let strength: [Float]
  /// The lead without baseline and without what is above some 25 Hz: shapes are compared in it.
  let shape: [Float]

  init(_ signal: [Float]) {
    let middle = Self.envelope(signal, hertz: 14)
    let low = Self.envelope(signal, hertz: 6)
    high = Self.envelope(signal, hertz: 30)
    var energy = middle
    for index in energy.indices { energy[index] = middle[index] * middle[index] + 0.25 * low[index] * low[index] }
    var strength = Self.filtered(energy, Kernels.smoothing)
    for index in strength.indices { strength[index] = strength[index].squareRoot() }
    self.strength = strength
    self.middle = middle
    self.low = low
    shape = Self.filtered(signal, Kernels.shape)
  }

  private static func envelope(_ signal: [Float], hertz: Double) -> [Float] {
    let pair = Kernels.pair(hertz)
    var first = filtered(signal, pair.odd)
    let second = filtered(signal, pair.even)
    for index in first.indices {
      first[index] = (first[index] * first[index] + second[index] * second[index]).squareRoot()
    }
    return first
  }

  /// The signal under a kernel of odd length, as if its first and last samples went on for ever.
  static func filtered(_ signal: [Float], _ kernel: [Float]) -> [Float] {
    guard let first = signal.first, let last = signal.last else { return [] }
    let reach = kernel.count / 2
    var padded = [Float](repeating: first, count: reach)
    padded += signal
    padded += [Float](repeating: last, count: reach)
    var out = [Float](repeating: 0, count: signal.count)
    padded.withUnsafeBufferPointer { padded in
      out.withUnsafeMutableBufferPointer { out in
        let count = out.count
        // In blocks that stay in the nearest cache.
        var start = 0
        while start < count {
          let end = min(start + 1024, count)
          for (tap, weight) in kernel.enumerated() {
            for index in start..<end { out[index] += weight * padded[index + tap] }
          }
          start = end
        }
      }
    }
    return out
  }
}

/// The filters' coefficients at ``DetectionSignal/rate``.
enum Kernels {
  static let pairs: [Double: (odd: [Float], even: [Float])] = {
    var pairs: [Double: (odd: [Float], even: [Float])] = [:]
    for hertz in [6.0, 14, 30] { pairs[hertz] = makePair(hertz) }
    return pairs
  }()

  static func pair(_ hertz: Double) -> (odd: [Float], even: [Float]) { pairs[hertz] ?? makePair(hertz) }

  private static func makePair(_ hertz: Double) -> (odd: [Float], even: [Float]) {
    let sigma = DetectionSignal.rate / (2 * Double.pi * hertz)
    let wide = sigma * 2.0.squareRoot()
    let reach = Int((3.5 * wide).rounded(.up))
    var odd: [Double] = []
    var even: [Double] = []
    for tap in -reach...reach {
      let u = Double(tap) / sigma
      let v = Double(tap) / wide
      odd.append(u * PortableMath.exp(-u * u / 2))
      even.append((1 - v * v) * PortableMath.exp(-v * v / 2))
    }
    let offset = even.reduce(0, +) / Double(even.count)
    even = even.map { $0 - offset }
    // A gain of 1 at the band's own frequency.
    var (oddGain, evenGain) = (0.0, 0.0)
    for tap in -reach...reach {
      let (sine, cosine) = PortableMath.sineAndCosine(2 * Double.pi * hertz / DetectionSignal.rate * Double(tap))
      oddGain += odd[tap + reach] * sine
      evenGain += even[tap + reach] * cosine
    }
    return (odd.map { Float($0 / oddGain) }, even.map { Float($0 / evenGain) })
  }

  /// A Gaussian about as long as a QRS complex, so that a notched one is one hump.
  static let smoothing: [Float] = {
    let sigma = 0.028 * DetectionSignal.rate
    let reach = Int((3 * sigma).rounded(.up))
    let taps = (-reach...reach).map { PortableMath.exp(-Double($0 * $0) / (2 * sigma * sigma)) }
    let sum = taps.reduce(0, +)
    return taps.map { Float($0 / sum) }
  }()

  /// A narrow Gaussian less a wide one.
  static let shape: [Float] = {
    let (narrow, wide) = (0.006 * DetectionSignal.rate, 0.08 * DetectionSignal.rate)
    let reach = Int((3 * wide).rounded(.up))
    let taps = (-reach...reach).map(Double.init)
    let near = taps.map { PortableMath.exp(-$0 * $0 / (2 * narrow * narrow)) }
    let far = taps.map { PortableMath.exp(-$0 * $0 / (2 * wide * wide)) }
    let (nearSum, farSum) = (near.reduce(0, +), far.reduce(0, +))
    return zip(near, far).map { Float($0 / nearSum - $1 / farSum) }
  }()
}
