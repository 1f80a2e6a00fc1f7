import Reproducibility

/// Keeps a stretch of equal length of each recording. A shorter recording is an error: nothing is made up.
///
/// Annotations and fiducials outside are dropped, the others count from the window's first sample; a rhythm that began
/// before the window is not carried into it. Intervals and columns stay, and still speak of the whole recording.
public struct Window: RecordingTransform {
  /// Where the stretch lies.
  public enum Anchor: String, Sendable, CaseIterable {
    /// At the recording's start.
    case start
    /// In its middle, an odd sample over at its end.
    case centre
  }

  /// How long it is.
  public let seconds: Double
  /// Where it lies.
  public let anchor: Anchor

  /// `window 10.0 s from the start`
  public var description: String { "window \(seconds) s from the \(anchor.rawValue)" }

  /// A window of `seconds`, finite and above 0, rounded to whole samples of each recording's frequency.
  ///
  /// - Throws: ``ECGCoreError`` `invalid-window`.
  public init(seconds: Double, anchor: Anchor = .start) throws(ECGCoreError) {
    guard seconds.isFinite, seconds > 0 else {
      throw ECGCoreError(
        .invalidWindow, at: .init("window"), found: "\(seconds) s", expected: "a number of seconds above 0")
    }
    self.seconds = seconds
    self.anchor = anchor
  }

  /// A fixed layout of the window's length; a variable one stays variable.
  ///
  /// - Throws: ``ECGCoreError`` `invalid-window` where recordings are shorter.
  public func layout(after layout: SignalLayout) throws -> SignalLayout {
    guard case .fixed(let leads, let sampleCount, let frequency) = layout else { return layout }
    let count = try count(at: frequency, of: sampleCount, ErrorPlace("window"))
    return .fixed(leads: leads, sampleCount: count, samplingFrequency: frequency)
  }

  /// The stretch of `recording`. O(leads * samples).
  ///
  /// - Throws: ``ECGCoreError`` `invalid-window` naming a recording that is shorter.
  public func apply(to recording: Recording) throws -> Recording {
    let signal = recording.signal
    let place = ErrorPlace("window", .record(recording.id.text))
    let count = try count(at: signal.samplingFrequency, of: signal.sampleCount, place)
    let first = anchor == .start ? 0 : (signal.sampleCount - count) / 2
    var samples: [Int16] = []
    samples.reserveCapacity(signal.leads.count * count)
    for lead in signal.leads.leads.indices { samples += signal.lead(lead).dropFirst(first).prefix(count) }
    var result = recording
    result.signal = try DigitalSignal(
      leads: signal.leads, samplingFrequency: signal.samplingFrequency, samples: samples, gain: signal.gain,
      baseline: signal.baseline)
    SampleMap { (first..<first + count).contains($0) ? $0 - first : nil }.move(in: &result)
    result.provenance.steps.append(description)
    return result
  }

  private func count(at frequency: SamplingFrequency, of available: Int, _ place: ErrorPlace) throws(ECGCoreError)
    -> Int
  {
    let count = (seconds * frequency.hertz).rounded()
    guard count >= 1, count <= Double(available) else {
      throw ECGCoreError(
        .invalidWindow, at: place, found: "\(available) samples at \(frequency)",
        expected: "at least one and no fewer than a window of \(seconds) s has",
        advice: "Choose a shorter window, or leave short recordings out with --allow-skipped")
    }
    return Int(count)
  }
}
