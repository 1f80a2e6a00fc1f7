import Reproducibility

/// The ratio of two sampling frequencies in lowest terms: `up` samples come for every `down`.
struct ResamplingRatio: Hashable, Sendable {
  let up: Int
  let down: Int

  /// The most that either number may be: a filter has some 60 coefficients for each.
  static let limit = 20_000

  /// The exact ratio `target / source`, or nil where frequencies have more than six decimals or a term passes the limit.
  init?(from source: SamplingFrequency, to target: SamplingFrequency) {
    var scale = 1.0
    while scale <= 1e6 {
      let (from, to) = (source.hertz * scale, target.hertz * scale)
      if from == from.rounded(), to == to.rounded(), from < 0x1p53, to < 0x1p53 {
        let divisor = Self.greatestCommonDivisor(Int(from), Int(to))
        (up, down) = (Int(to) / divisor, Int(from) / divisor)
        guard max(up, down) <= Self.limit else { return nil }
        return
      }
      scale *= 10
    }
    return nil
  }

  private static func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
    var (a, b) = (a, b)
    while b != 0 { (a, b) = (b, a % b) }
    return a
  }

  /// Samples that `count` samples become: as many as begin before the recording ends.
  func count(of count: Int) -> Int? {
    let (product, overflow) = count.multipliedReportingOverflow(by: up)
    return overflow ? nil : product / down + (product % down == 0 ? 0 : 1)
  }

  /// The nearest new sample to sample `position`, halves upwards; nil where it does not fit in 64 bits.
  func position(of position: Int) -> Int? {
    let (product, overflow) = position.multipliedReportingOverflow(by: 2 * up)
    let (sum, overflowed) = product.addingReportingOverflow(down)
    if overflow || overflowed { return nil }
    let quotient = sum / (2 * down)
    return sum % (2 * down) < 0 ? quotient - 1 : quotient
  }
}

/// A low-pass filter for one ratio, cut into the phases that new samples fall on: a sinc under Kaiser's window (Kaiser,
/// *Nonrecursive digital filter design using the I0-sinh window function*, ISCAS 1974), flat to 0.8 times the lower of
/// the two Nyquist frequencies and 90 dB down from that Nyquist frequency on.
///
/// The coefficients of each phase add up to 1, so a constant stays itself.
struct PolyphaseFilter: Sendable {
  static let attenuationInDecibels = 90.0
  /// Zero crossings of the sinc's slower rate on each side.
  private static let reach = 30

  let ratio: ResamplingRatio
  /// Coefficients in each phase, a multiple of 8: phase p has `taps` from `p * taps`.
  let taps: Int
  private let coefficients: [Double]
  /// How many input samples stand before the one at or before an output sample's time.
  let lead: Int

  init(_ ratio: ResamplingRatio) {
    self.ratio = ratio
    let slower = Double(max(ratio.up, ratio.down))
    let half = Double(Self.reach) * slower  // in steps of 1 / (up * source)
    let before = Int((half / Double(ratio.up)).rounded(.up))
    lead = before
    taps = (2 * before + 2 + 7) / 8 * 8
    let beta = 0.1102 * (Self.attenuationInDecibels - 8.7)
    let scale = Self.bessel(beta)
    let cutoff = 0.9 / slower
    var coefficients: [Double] = []
    coefficients.reserveCapacity(taps * ratio.up)
    for phase in 0..<ratio.up {
      var row: [Double] = []
      for tap in 0..<taps {
        // From the output sample's time to input sample `tap - lead` after the last one before it.
        let distance = Double((tap - lead) * ratio.up - phase)
        let place = distance / half
        guard abs(place) < 1 else {
          row.append(0)
          continue
        }
        let angle = cutoff * distance
        let sinc = angle == 0 ? 1 : Self.sine(ofHalfTurns: angle) / (Double.pi * angle)
        row.append(sinc * Self.bessel(beta * (1 - place * place).squareRoot()) / scale)
      }
      let sum = row.reduce(0, +)
      coefficients += row.map { $0 / sum }
    }
    self.coefficients = coefficients
  }

  /// sin(pi x).
  private static func sine(ofHalfTurns x: Double) -> Double {
    let turns = x - 2 * (x / 2).rounded()
    return PortableMath.sin(Double.pi * turns)
  }

  /// The modified Bessel function I0 by its power series.
  static func bessel(_ x: Double) -> Double {
    let square = x * x / 4
    var (term, sum, index) = (1.0, 1.0, 1.0)
    while term > sum * 0x1p-54 {
      term *= square / (index * index)
      sum += term
      index += 1
    }
    return sum
  }

  /// The sum of `phase`'s coefficients times `window`, `taps` samples. Eight partial sums, added as a tree.
  func value(phase: Int, window: UnsafePointer<Double>) -> Double {
    coefficients.withUnsafeBufferPointer { coefficients in
      var sums = SIMD8<Double>(repeating: 0)
      let row = phase * taps
      for tap in stride(from: 0, to: taps, by: 8) {
        var (a, b) = (SIMD8<Double>(), SIMD8<Double>())
        for lane in 0..<8 {
          a[lane] = coefficients[row + tap + lane]
          b[lane] = window[tap + lane]
        }
        sums += a * b
      }
      let four = sums.lowHalf + sums.highHalf
      let two = four.lowHalf + four.highHalf
      return two[0] + two[1]
    }
  }
}
