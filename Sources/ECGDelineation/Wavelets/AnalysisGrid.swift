import Reproducibility

/// Brings a lead to the analysis grid: ``AnalysisGrid/frequency`` samples a second, whatever it was recorded at.
///
/// Every length in this module is a number of grid samples, so that a wave is judged alike at 100 and at 1000 Hz: the
/// equivalent of filters of the wavelet transform for each rate. Grid sample j lies at the time of j / 250 s. A Hann-windowed
/// sinc interpolates; above 125 Hz the lead is low-passed on the way. The same bits on every machine.
struct AnalysisGrid: Sendable {
  /// Hz: the rate that the published scales are for.
  static let frequency = 250.0
  /// Milliseconds between grid samples.
  static let millisecondsPerSample: Float = 4

  /// Samples of the lead for each grid sample.
  let step: Double
  /// Half of the taps; a multiple of 4.
  private let halfWidth: Int
  private let table: [Float]

  /// Places between two lead samples at which a grid sample may lie: all of them where the two frequencies have a simple
  /// ratio.
  private let phases: Int
  private static let mostPhases = 256
  private static let lobes = 6.0

  /// A converter from `samplingFrequency`, in Hz.
  init(samplingFrequency: Double) {
    let step = samplingFrequency / Self.frequency
    self.step = step
    let scale = max(1, step)
    halfWidth = (Int((Self.lobes * scale).rounded(.up)) + 3) / 4 * 4
    phases = (1...Self.mostPhases).first { (step * Double($0)).rounded() == step * Double($0) } ?? Self.mostPhases
    guard step != 1 else {
      table = []
      return
    }
    // Row p holds the taps for a grid sample p / phases behind a lead sample.
    let taps = 2 * halfWidth
    var table = [Float](repeating: 0, count: (phases + 1) * taps)
    for phase in 0...phases {
      var weights = [Double](repeating: 0, count: taps)
      var sum = 0.0
      for tap in 0..<taps {
        let distance = (Double(tap - halfWidth + 1) - Double(phase) / Double(phases)) / scale
        weights[tap] = Self.kernel(distance)
        sum += weights[tap]
      }
      for tap in 0..<taps { table[phase * taps + tap] = Float(weights[tap] / sum) }
    }
    self.table = table
  }

  private static func kernel(_ distance: Double) -> Double {
    guard distance.magnitude < lobes else { return 0 }
    guard distance != 0 else { return 1 }
    let angle = Double.pi * distance
    return PortableMath.sin(angle) / angle * (0.5 + 0.5 * PortableMath.cos(angle / lobes))
  }

  /// Grid samples of a lead of `count` samples.
  func count(ofLead count: Int) -> Int { count == 0 ? 0 : Int(Double(count - 1) / step) + 1 }

  /// The lead sample nearest to `distance` grid samples behind grid sample `base`.
  func leadSample(at distance: Float, from base: Int) -> Int {
    Int(((Double(base) + Double(distance)) * step).rounded())
  }

  /// The grid sample nearest to a lead sample.
  func gridSample(ofLeadSample sample: Int) -> Int { Int((Double(sample) / step).rounded()) }

  /// `lead`, without missing samples, on the grid; beyond its ends it goes on at its last value. O(samples * taps).
  func resampled(_ lead: [Float]) -> [Float] {
    guard step != 1 else { return lead }
    let taps = 2 * halfWidth
    let count = count(ofLead: lead.count)
    return [Float](unsafeUninitializedCapacity: count) { out, initialized in
      lead.withUnsafeBufferPointer { lead in
        table.withUnsafeBufferPointer { table in
          for index in 0..<count {
            let time = Double(index) * step
            let base = Int(time)
            let row = Int(((time - Double(base)) * Double(phases)).rounded()) * taps
            let first = base - halfWidth + 1
            var sum: Float = 0
            if first >= 0, first + taps <= lead.count, let weights = table.baseAddress, let samples = lead.baseAddress {
              sum = dotProduct(weights + row, samples + first, count: taps)
            } else {
              for tap in 0..<taps { sum += table[row + tap] * lead[min(max(first + tap, 0), lead.count - 1)] }
            }
            out[index] = sum
          }
        }
      }
      initialized = count
    }
  }
}
