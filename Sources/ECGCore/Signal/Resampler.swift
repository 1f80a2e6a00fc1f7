import Reproducibility
import Synchronization

/// Brings recordings to another sampling frequency by a polyphase FIR filter without delay.
///
/// New sample j lies at the time of j / target. Frequencies up to 0.8 times the lower of the two Nyquist frequencies pass
/// within 0.1 %; from that Nyquist frequency on they are at least 80 dB down. Gains and baselines stay; digital values
/// are rounded to the nearest, halves away from 0, and held within 16 bits, which a second line of provenance counts.
/// - At its ends a recording goes on as its mirror image, so it does not ring towards 0.
/// - A new sample is missing where a missing one lies nearer than one old sample or within half a new one, so that no gap
///   disappears; for the others, gaps are bridged by straight lines.
/// - Annotations and fiducials move to the nearest new sample. Intervals and columns stay.
///
/// A recording of the target frequency stays as it is, without a line of provenance. The same bits on every machine.
public struct Resampler: RecordingTransform {
  /// The frequency afterwards.
  public let target: SamplingFrequency
  private let filters = FilterCache()

  /// `resample to 100 Hz`
  public var description: String { "resample to \(target)" }

  /// Resamples to `target`.
  public init(to target: SamplingFrequency) { self.target = target }

  /// The layout at the target frequency: a fixed length becomes the samples that begin before the recording ends.
  ///
  /// - Throws: ``ECGCoreError`` `unsupported-ratio`.
  public func layout(after layout: SignalLayout) throws -> SignalLayout {
    guard case .fixed(let leads, let sampleCount, let frequency) = layout else { return layout }
    let count = try checked(try ratio(from: frequency).count(of: sampleCount), frequency)
    return .fixed(leads: leads, sampleCount: count, samplingFrequency: target)
  }

  /// The recording at the target frequency. O(leads * samples * taps).
  ///
  /// - Throws: ``ECGCoreError`` `unsupported-ratio` where the two frequencies have no ratio of terms up to 20,000.
  public func apply(to recording: Recording) throws -> Recording {
    let source = recording.signal.samplingFrequency
    guard source != target else { return recording }
    let ratio = try ratio(from: source)
    var result = recording
    let (signal, saturated) = try resample(recording.signal, ratio)
    result.signal = signal
    let marks = SampleMap { position in
      guard let moved = ratio.position(of: position) else { return nil }
      // The last old sample may be nearest to a new one behind the end.
      return position < recording.signal.sampleCount ? min(moved, max(0, signal.sampleCount - 1)) : moved
    }
    marks.move(in: &result)
    result.provenance.steps.append("resample \(source) to \(target)")
    if saturated > 0 { result.provenance.steps.append("resample held \(saturated) samples at the limits of 16 bits") }
    return result
  }

  /// The signal at the target frequency, and how many samples had to be held within 16 bits.
  func resample(_ signal: DigitalSignal, _ ratio: ResamplingRatio) throws -> (DigitalSignal, saturated: Int) {
    let filter = filters.filter(for: ratio)
    let count = try checked(ratio.count(of: signal.sampleCount), signal.samplingFrequency)
    var samples: [Int16] = []
    samples.reserveCapacity(signal.leads.count * count)
    var saturated = 0
    for lead in signal.leads.leads.indices {
      saturated += Self.append(Array(signal.lead(lead)), count, filter, to: &samples)
    }
    let result = try DigitalSignal(
      leads: signal.leads, samplingFrequency: target, samples: samples, gain: signal.gain, baseline: signal.baseline)
    return (result, saturated)
  }

  private static func append(_ lead: [Int16], _ count: Int, _ filter: PolyphaseFilter, to samples: inout [Int16]) -> Int
  {
    guard let bridged = bridge(lead) else {
      samples.append(contentsOf: repeatElement(DigitalSignal.missing, count: count))
      return 0
    }
    let padded = mirrored(bridged, before: filter.lead, after: filter.taps)
    let hasGaps = lead.contains(DigitalSignal.missing)
    let (up, down) = (filter.ratio.up, filter.ratio.down)
    var saturated = 0
    padded.withUnsafeBufferPointer { padded in
      guard let base = padded.baseAddress else { return }
      for index in 0..<count {
        let time = index * down
        if hasGaps, isInGap(lead, time: time, up: up, down: down) {
          samples.append(DigitalSignal.missing)
          continue
        }
        let value = filter.value(phase: time % up, window: base + time / up).rounded()
        if abs(value) > 32767 { saturated += 1 }
        samples.append(Int16(min(max(value, -32767), 32767)))
      }
    }
    return saturated
  }

  /// Whether a missing sample lies nearer to `time`, in steps of 1 / up of an old sample, than the rule allows.
  private static func isInGap(_ lead: [Int16], time: Int, up: Int, down: Int) -> Bool {
    let reach = max(up, down / 2 + 1)
    let first = max(0, (time - reach) / up)
    let last = min(lead.count - 1, (time + reach) / up + 1)
    guard first <= last else { return false }
    return (first...last).contains { index in
      let distance = abs(index * up - time)
      return lead[index] == DigitalSignal.missing && (distance < up || 2 * distance <= down)
    }
  }

  /// The samples with gaps bridged by straight lines and ends held, or nil where none is present.
  private static func bridge(_ lead: [Int16]) -> [Double]? {
    guard lead.contains(where: { $0 != DigitalSignal.missing }) else { return nil }
    var values = lead.map { Double($0) }
    var last: Int?
    for index in lead.indices where lead[index] != DigitalSignal.missing {
      let start = last ?? -1
      if index - start > 1 {
        let from = last.map { values[$0] } ?? values[index]
        for gap in start + 1..<index {
          values[gap] = from + (values[index] - from) * Double(gap - start) / Double(index - start)
        }
      }
      last = index
    }
    if let last { for gap in last + 1..<lead.count { values[gap] = values[last] } }
    return values
  }

  /// The samples with their mirror image at both ends, the end samples themselves once.
  private static func mirrored(_ values: [Double], before: Int, after: Int) -> [Double] {
    let period = max(1, 2 * (values.count - 1))
    return (-before..<values.count + after).map { index in
      let place = (index % period + period) % period
      return values[place < values.count ? place : period - place]
    }
  }

  private func ratio(from source: SamplingFrequency) throws(ECGCoreError) -> ResamplingRatio {
    try checked(ResamplingRatio(from: source, to: target), source)
  }

  private func checked<Value>(_ value: Value?, _ source: SamplingFrequency) throws(ECGCoreError) -> Value {
    guard let value else {
      throw ECGCoreError(
        .unsupportedRatio, at: .init("sampling frequency"), found: "\(source) to \(target)",
        expected: "a ratio of whole numbers up to \(ResamplingRatio.limit)", advice: "Choose another frequency")
    }
    return value
  }
}

/// Filters made so far, shared by threads.
private final class FilterCache: Sendable {
  private let filters = Mutex<[ResamplingRatio: PolyphaseFilter]>([:])

  func filter(for ratio: ResamplingRatio) -> PolyphaseFilter {
    if let known = filters.withLock({ $0[ratio] }) { return known }
    let made = PolyphaseFilter(ratio)
    filters.withLock { $0[ratio] = made }
    return made
  }
}
