/// Finds the R peak of each beat in the recorded samples.
struct RPeaks {
  private let signal: [Float]
  private let shape: [Float]
  private let resampler: SplineResampler
  private let samplingFrequency: Double

  /// How far from the middle of a QRS complex its peak may be.
  private static let reachSeconds = 0.08
  /// An upward deflection is the R wave if it is at least this part of the downward one.
  private static let upwardShare: Float = 0.6

  /// `shape` is ``QRSBands/shape`` of the lead `signal`.
  init(signal: [Float], shape: [Float], resampler: SplineResampler, samplingFrequency: Double) {
    self.signal = signal
    self.shape = shape
    self.resampler = resampler
    self.samplingFrequency = samplingFrequency
  }

  /// The peaks of the beats at `positions`, in order, each farther behind the last than the refractory period.
  func peaks(at positions: [Int]) -> [Int] {
    let refractory = Int(BeatSequence.refractorySeconds * samplingFrequency)
    var peaks: [Int] = []
    for position in positions {
      let peak = peak(at: position)
      if let last = peaks.last, peak - last < refractory { continue }
      peaks.append(peak)
    }
    return peaks
  }

  /// The sample of the peak of the beat whose middle is at `position` of ``shape``.
  func peak(at position: Int) -> Int {
    let reach = DetectionSignal.samples(Self.reachSeconds)
    let range = max(position - reach, 0)...min(position + reach, shape.count - 1)
    var (top, bottom) = (position, position)
    for index in range {
      if shape[index] > shape[top] { top = index }
      if shape[index] < shape[bottom] { bottom = index }
    }
    let isUpward = shape[top] > 0 && shape[top] >= -Self.upwardShare * shape[bottom]
    return refined(resampler.source(isUpward ? top : bottom), isUpward: isUpward)
  }

  /// The highest or lowest recorded sample close to `sample`.
  private func refined(_ sample: Int, isUpward: Bool) -> Int {
    let reach = Int((0.014 * samplingFrequency).rounded())
    var best = min(max(sample, 0), signal.count - 1)
    for index in max(best - reach, 0)...min(best + reach, signal.count - 1)
    where isUpward ? signal[index] > signal[best] : signal[index] < signal[best] {
      best = index
    }
    return best
  }
}
