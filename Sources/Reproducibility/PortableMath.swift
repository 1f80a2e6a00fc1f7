/// Elementary functions whose last bit does not depend on the C library, the CPU or the compiler's mood.
///
/// Only additions, multiplications, divisions and square roots of IEEE 754 doubles in a written order: Swift never
/// contracts them into fused operations, so every conforming machine gives the same bits. Errors are below
/// 2 units in the last place on the stated domains; tests compare with the C library.
public enum PortableMath {
  private static let ln2High = 6.931_471_803_691_238_164_90e-01  // 32 leading bits of ln 2
  private static let ln2Low = 1.908_214_929_270_587_700_02e-10

  /// e to the power `x`. Overflows to infinity above 709.78 and underflows to 0 below -745.2.
  ///
  /// x = k ln 2 + r with |r| <= ln 2 / 2; e^r by its Taylor series to degree 13, whose remainder is below 2^-57.
  public static func exp(_ x: Double) -> Double {
    if x.isNaN { return x }
    if x > 709.782_712_893_384 { return .infinity }
    if x < -745.2 { return 0 }
    let k = (x * 1.442_695_040_888_963_387).rounded()
    let r = (x - k * ln2High) - k * ln2Low
    var sum = 1.0
    var divisor = 13.0
    while divisor >= 1 {
      sum = 1 + r * sum / divisor
      divisor -= 1
    }
    return scaled(sum, by: Int(k))
  }

  /// `value` times 2^`exponent`, through two factors so that neither overflows where the product does not.
  private static func scaled(_ value: Double, by exponent: Int) -> Double {
    let half = exponent / 2
    return value * powerOfTwo(half) * powerOfTwo(exponent - half)
  }

  private static func powerOfTwo(_ exponent: Int) -> Double {
    Double(sign: .plus, exponent: exponent, significand: 1)
  }

  /// Natural logarithm; NaN below 0, minus infinity at 0.
  ///
  /// x = 2^k m with m in [sqrt(1/2), sqrt(2)); ln m = 2 artanh(f), f = (m - 1) / (m + 1), by its series to f^23.
  public static func log(_ x: Double) -> Double {
    if x.isNaN || x < 0 { return .nan }
    if x == 0 { return -.infinity }
    if x == .infinity { return x }
    var k = Double(x.exponent)
    var m = x.significand
    if m > 1.414_213_562_373_095_1 {
      m *= 0.5
      k += 1
    }
    let f = (m - 1) / (m + 1)
    let square = f * f
    var series = 0.0
    var odd = 23.0
    while odd >= 3 {
      series = square * (series + 1 / odd)
      odd -= 2
    }
    return k * ln2High + (2 * f + (2 * f * series + k * ln2Low))
  }

  /// (sin x, cos x) for |x| up to 1e6.
  ///
  /// x = k pi/2 + r with |r| <= pi/4, pi/2 in three parts (Cody and Waite); Taylor series to r^17 and r^18.
  public static func sineAndCosine(_ x: Double) -> (sine: Double, cosine: Double) {
    let k = (x * 0.636_619_772_367_581_343).rounded()
    let r = ((x - k * 0x1.921fb544p+0) - k * 0x1.0b4611a6p-34) - k * 0x1.3198a2e037073p-69
    let square = r * r
    var sine = 1.0
    var cosine = 1.0
    var degree = 18.0
    while degree >= 2 {
      if degree < 18 { sine = 1 - square * sine / (degree * (degree + 1)) }
      cosine = 1 - square * cosine / ((degree - 1) * degree)
      degree -= 2
    }
    sine *= r
    switch Int(k) & 3 {
    case 0: return (sine, cosine)
    case 1: return (cosine, -sine)
    case 2: return (-sine, -cosine)
    default: return (-cosine, sine)
    }
  }

  /// Sine of `x`, |x| up to 1e6.
  public static func sin(_ x: Double) -> Double { sineAndCosine(x).sine }

  /// Cosine of `x`, |x| up to 1e6.
  public static func cos(_ x: Double) -> Double { sineAndCosine(x).cosine }

  /// `base` to the power `exponent`, for a base above 0.
  public static func pow(_ base: Double, _ exponent: Double) -> Double {
    exp(exponent * log(base))
  }
}
