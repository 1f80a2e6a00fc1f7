/// The quadratic spline wavelet transform without decimation (algorithme à trous) at scales 2^1 to 2^5, as in Martinez et
/// al. 2004, section II: low-pass [1 3 3 1] / 8, high-pass 2 [1 -1], both stretched by 2 from scale to scale.
///
/// Scale k is the slope of the signal smoothed over some 2^k samples: an upward slope gives a maximum, a peak a crossing of
/// zero. The filters' delays are taken out, and sample i of every scale lies at the time of i + 0.5.
struct SplineWavelet {
  /// Transforms of one stretch, each as long as it, for the scales that were asked for; others are empty.
  private(set) var scales: [[Float]]
  private var smooth: [Float] = []
  private var next: [Float] = []

  /// Samples by which the smoothing of all scales together reaches to either side.
  static let reach = 48

  /// An empty transform, whose memory is used again by ``transform(_:upTo:)``.
  init() { scales = Array(repeating: [], count: 6) }

  /// Scale 2^`exponent`, 1 to 5.
  subscript(exponent: Int) -> [Float] { scales[exponent] }

  /// Transforms `signal` at scales 2^1 to 2^`last`. Beyond its ends it goes on at its last value. O(samples * scales).
  mutating func transform(_ signal: [Float], upTo last: Int) {
    let pad = Self.reach
    let length = signal.count + 2 * pad
    guard let left = signal.first, let right = signal.last else {
      for exponent in scales.indices { scales[exponent] = [] }
      return
    }
    if smooth.count != length {
      smooth = Array(repeating: 0, count: length)
      next = smooth
    }
    for place in 0..<pad { (smooth[place], smooth[length - 1 - place]) = (left, right) }
    smooth.replaceSubrange(pad..<length - pad, with: signal)
    for exponent in 1...last {
      var scale: [Float] = []
      swap(&scale, &scales[exponent])
      if scale.count != signal.count { scale = Array(repeating: 0, count: signal.count) }
      // Half of the stretch between taps; the first scale has none, and its filters reach one sample further right.
      let half = exponent == 1 ? 0 : 1 << (exponent - 2)
      let (behind, ahead) = exponent == 1 ? (0, 1) : (half, half)
      let (far, reach) = exponent == 1 ? (1, 2) : (3 * half, 3 * half)
      smooth.withUnsafeBufferPointer { smoothed in
        guard let smooth = smoothed.baseAddress else { return }
        scale.withUnsafeMutableBufferPointer { scale in
          guard let out = scale.baseAddress else { return }
          for index in 0..<scale.count {
            out[index] = 2 * (smooth[index + pad + ahead] - smooth[index + pad - behind])
          }
        }
        guard exponent < last else { return }
        next.withUnsafeMutableBufferPointer { smoother in
          guard let next = smoother.baseAddress else { return }
          for index in far..<length - reach {
            let outer = smooth[index - far] + smooth[index + reach]
            next[index] = 0.125 * (outer + 3 * (smooth[index - behind] + smooth[index + ahead]))
          }
          for index in 0..<far { next[index] = next[far] }
          for index in length - reach..<length { next[index] = next[length - reach - 1] }
        }
      }
      scales[exponent] = scale
      swap(&smooth, &next)
    }
  }
}
