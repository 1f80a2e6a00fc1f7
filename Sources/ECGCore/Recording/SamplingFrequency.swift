/// Samples per second of one lead, in Hz: finite and above 0.
public struct SamplingFrequency: Hashable, Sendable, CustomStringConvertible {
  /// Samples per second.
  public let hertz: Double

  /// `hertz` samples per second, or nil unless it is finite and above 0.
  public init?(hertz: Double) {
    guard hertz.isFinite, hertz > 0 else { return nil }
    self.hertz = hertz
  }

  /// Seconds that `samples` samples last.
  public func seconds(ofSamples samples: Int) -> Double { Double(samples) / hertz }

  /// Milliseconds between two sample positions.
  public func milliseconds(from first: Int32, to second: Int32) -> Double {
    Double(second - first) * 1000 / hertz
  }

  /// `360 Hz`.
  public var description: String {
    let whole = hertz.rounded()
    return whole == hertz && hertz < 1e9 ? "\(Int(whole)) Hz" : "\(hertz) Hz"
  }
}
