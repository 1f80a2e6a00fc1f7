import ECGCore

extension Intervals {
  /// HR, PR, QRS and QT of a recording from its fiducials, as the synthetic truth has them.
  ///
  /// HR is 60 over the mean RR interval; where at least 70% of the intervals are within 20% of their median, over the mean
  /// of those, so that a missed or a false beat in a regular rhythm changes nothing. PR, QRS and QT are medians over the
  /// beats that have both ends. One that no beat has is nil. O(beats log beats).
  public init(_ fiducials: Fiducials, samplingFrequency: SamplingFrequency) {
    let peaks = fiducials.beats.map { $0[.rPeak] }.filter { $0 != Beat.absent }
    let heartRate = Self.heartRate(
      rrInMilliseconds: zip(peaks, peaks.dropFirst()).map { samplingFrequency.milliseconds(from: $0, to: $1) })
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

  private static func heartRate(rrInMilliseconds intervals: [Double]) -> Double? {
    guard !intervals.isEmpty else { return nil }
    let middle = intervals.sorted()[intervals.count / 2]
    let regular = intervals.filter { abs($0 - middle) <= 0.2 * middle }
    let counted = regular.count * 10 >= intervals.count * 7 ? regular : intervals
    let sum = counted.reduce(0, +)
    return sum > 0 ? 60_000 * Double(counted.count) / sum : nil
  }
}
