import ECGCore

extension Intervals {
  /// HR, PR, QRS and QT of a recording from its fiducials, as the synthetic truth has them.
  ///
  /// HR is 60 over the mean interval between R peaks, from the first to the last; PR, QRS and QT are medians over the beats
  /// that have both ends. One that no beat has is nil. O(beats log beats).
  public init(_ fiducials: Fiducials, samplingFrequency: SamplingFrequency) {
    let peaks = fiducials.beats.map { $0[.rPeak] }.filter { $0 != Beat.absent }
    var heartRate: Double?
    if let first = peaks.first, let last = peaks.last, last > first {
      heartRate = 60_000 * Double(peaks.count - 1) / samplingFrequency.milliseconds(from: first, to: last)
    }
    func median(from first: Fiducial, to last: Fiducial) -> Double? {
      let lengths = fiducials.beats.compactMap { beat -> Double? in
        guard beat[first] != Beat.absent, beat[last] != Beat.absent else { return nil }
        return samplingFrequency.milliseconds(from: beat[first], to: beat[last])
      }.sorted()
      guard !lengths.isEmpty else { return nil }
      let middle = lengths.count / 2
      return lengths.count.isMultiple(of: 2) ? (lengths[middle - 1] + lengths[middle]) / 2 : lengths[middle]
    }
    let (pr, qrs) = (median(from: .pOnset, to: .qrsOnset), median(from: .qrsOnset, to: .qrsOffset))
    let qt = median(from: .qrsOnset, to: .tOffset)
    let isKnown = heartRate != nil || qrs != nil
    self.init(
      heartRate: heartRate, prInMilliseconds: pr, qrsInMilliseconds: qrs, qtInMilliseconds: qt,
      source: isKnown ? fiducials.source : "")
  }
}
