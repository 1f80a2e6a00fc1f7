import Reproducibility

/// Finds heartbeats in one lead or in several.
///
/// Candidates are humps in the energy around 14 Hz of a lead brought to 125 Hz; small fitted networks give the odds of
/// each, first from how it stands out and then from how it resembles the beats around it; dynamic programming chooses
/// the most likely row. The whole recording is looked at, before and behind each beat. `docs/delineation.md` has the
/// method, its sources and its figures.
///
/// ```swift
/// let detector = try BeatDetector(samplingFrequency: 360)
/// let detection = detector.beats(in: millivolts)
/// detection.rPeaks      // [77, 370, 662, ...]
/// detection.rejection   // nil
/// ```
public struct BeatDetector: Sendable {
  /// Hz that are supported.
  public static let supportedFrequencies = 100.0...1000.0

  /// Samples per second, in Hz.
  public let samplingFrequency: Double
  let resampler: SplineResampler

  /// A detector for recordings of `samplingFrequency` Hz.
  ///
  /// - Throws: ``DelineationError`` `unsupported-frequency` outside 100 to 1000 Hz.
  public init(samplingFrequency: Double) throws {
    guard Self.supportedFrequencies.contains(samplingFrequency) else {
      throw DelineationError(
        .unsupportedFrequency, at: ErrorPlace("beat detection"), found: "\(samplingFrequency) samples per second",
        expected: "100 to 1000", advice: "Resample the recording first")
    }
    self.samplingFrequency = samplingFrequency
    resampler = SplineResampler(samplingFrequency: samplingFrequency)
  }

  /// The beats of one lead in millivolts, or why there are none. NaN stands for a missing sample; there are no beats in
  /// missing, flat or saturated stretches. O(samples).
  public func beats(in signalInMillivolts: [Float]) -> BeatDetection {
    let usable = UsableSignal(signalInMillivolts, samplingFrequency: samplingFrequency)
    if let rejection = usable.rejection { return BeatDetection(rejection) }
    let lead = LeadSearch(usable, resampler: resampler)
    let trusted = BeatTrust.trusted(lead.search.beats, odds: lead.search.odds, among: lead.search.candidates.all)
    guard !trusted.isEmpty, BeatTrust.areHeartbeats(in: [lead]) else { return BeatDetection(.noise) }
    let peaks = RPeaks(
      signal: usable.bridged, shape: lead.bands.shape, resampler: resampler, samplingFrequency: samplingFrequency)
    return BeatDetection(rPeaks: peaks.peaks(at: trusted.map { lead.search.candidates.all[$0].position }))
  }

  /// The beats of a recording with several leads in millivolts, all of one length. Leads vote, so one bad lead changes
  /// nothing. O(leads * samples).
  public func beats(inLeads leads: [[Float]]) -> BeatDetection {
    LeadVote(leads, detector: self).detection
  }
}

/// One lead, searched.
struct LeadSearch {
  let bands: QRSBands
  let search: BeatSearch

  init(_ usable: UsableSignal, resampler: SplineResampler) {
    let signal = resampler.resampled(usable.bridged)
    var isUsable = [Bool](repeating: true, count: signal.count)
    for stretch in usable.unusable {
      let low = resampler.position(stretch.lowerBound)
      let high = min(resampler.position(stretch.upperBound), signal.count)
      if low < high { for index in low..<high { isUsable[index] = false } }
    }
    bands = QRSBands(signal)
    search = BeatSearch(bands, isUsable: isUsable, odds: (FittedBeatOdds.first, FittedBeatOdds.second))
  }
}
