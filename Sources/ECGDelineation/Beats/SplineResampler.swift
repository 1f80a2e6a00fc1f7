/// Places new samples among recorded ones: for each of a number of phases the spline's weights.
struct SplineResampler: Sendable {
  /// Recorded samples between new ones.
  let step: Double
  private static let phases = 64
  private let taps: Int
  private let reach: Int
  private let weights: [Float]

  init(samplingFrequency: Double) {
    step = samplingFrequency / DetectionSignal.rate
    // The cubic B-spline is four boxes of this many samples, convolved.
    let box = max(samplingFrequency / DetectionSignal.bandwidthInHertz, 1)
    reach = Int((2 * box).rounded(.up))
    taps = 2 * reach + 1
    var weights: [Float] = []
    for phase in 0..<Self.phases {
      let fraction = Double(phase) / Double(Self.phases)
      let raw = (-reach...reach).map { Self.spline((Double($0) - fraction) / box) }
      let sum = raw.reduce(0, +)
      weights += raw.map { Float($0 / sum) }
    }
    self.weights = weights
  }

  private static func spline(_ x: Double) -> Double {
    let x = abs(x)
    if x >= 2 { return 0 }
    if x >= 1 { return (2 - x) * (2 - x) * (2 - x) / 6 }
    return 2.0 / 3 - x * x + x * x * x / 2
  }

  /// New samples that `count` recorded ones give.
  func count(_ count: Int) -> Int { count == 0 ? 0 : Int(Double(count - 1) / step) + 1 }

  /// The first new sample at or behind recorded sample `source`.
  func position(_ source: Int) -> Int { Int((Double(source) / step).rounded(.up)) }

  /// The recorded sample nearest to new sample `position`.
  func source(_ position: Int) -> Int { Int((Double(position) * step).rounded()) }

  /// O(samples).
  func resampled(_ signal: [Float]) -> [Float] {
    let count = count(signal.count)
    return [Float](unsafeUninitializedCapacity: count) { out, initialized in
      signal.withUnsafeBufferPointer { signal in
        weights.withUnsafeBufferPointer { weights in
          for position in 0..<count {
            let place = Double(position) * step
            var center = Int(place)
            var phase = Int(((place - Double(center)) * Double(Self.phases)).rounded())
            if phase == Self.phases { (phase, center) = (0, center + 1) }
            var sum: Float = 0
            let first = center - reach
            if first >= 0, first + taps <= signal.count {
              for tap in 0..<taps { sum += weights[phase * taps + tap] * signal[first + tap] }
            } else {
              for tap in 0..<taps {
                sum += weights[phase * taps + tap] * signal[min(max(first + tap, 0), signal.count - 1)]
              }
            }
            out[position] = sum
          }
        }
      }
      initialized = count
    }
  }
}
