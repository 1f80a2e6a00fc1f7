import ECGCore
import Reproducibility

/// Finds the heartbeats of a recording and onset, peak and offset of their P waves, QRS complexes and T waves.
///
/// **Method.** After Martinez et al., IEEE Transactions on Biomedical Engineering 51(4):570-581, 2004: flanks of waves are
/// extremes of a quadratic spline wavelet transform, peaks are its changes of sign, boundaries lie where a flank has faded.
/// Four things differ. Every beat is averaged with like beats around it; P and T are looked for after the QRS complex has
/// been taken out; leads agree on a place before each of them chooses; and a boundary is a fitted sum of several
/// thresholds. `docs/delineation.md` has the details and what they bring.
///
/// **Determinism.** Single-precision sums in a written order; nothing depends on threads.
///
/// ```swift
/// let delineation = try Delineator(samplingFrequency: 500).delineate(leads)   // [leads][samples], in mV
/// delineation.fiducials.beats[0][.qrsOnset]
/// ```
public struct Delineator: Sendable {
  /// Who says where fiducials are, in stores and results; the number changes whenever results do.
  public static let source = "einthoven-delineator 3"
  /// In Hz.
  public static let samplingFrequencies = 100.0...1000.0

  private let detector: BeatDetector
  private let grid: AnalysisGrid

  /// A delineator for recordings of `samplingFrequency`, in Hz.
  ///
  /// - Throws: ``DelineationError`` `unsupported-frequency` outside ``samplingFrequencies``.
  public init(samplingFrequency: Double) throws {
    guard Self.samplingFrequencies.contains(samplingFrequency) else {
      throw DelineationError(
        .unsupportedFrequency, at: ErrorPlace("delineation"), found: "\(samplingFrequency) Hz",
        expected: "100 to 1000 Hz", advice: "Resample the recording first, such as with convert --rate 250")
    }
    detector = try BeatDetector(samplingFrequency: samplingFrequency)
    grid = AnalysisGrid(samplingFrequency: samplingFrequency)
  }

  /// Finds everything in `leads`, `[leads][samples]` in mV, a missing sample as NaN. A recording in which no beat can be
  /// believed has no fiducials and says why. O(leads * samples).
  ///
  /// - Throws: ``DelineationError`` `inconsistent-leads`.
  public func delineate(_ leads: [[Float]]) throws -> Delineation {
    try check(leads)
    let detection = leads.count == 1 ? detector.beats(in: leads[0]) : detector.beats(inLeads: leads)
    guard detection.rejection == nil else {
      let nothing = Fiducials(beats: [], source: Self.source)
      return Delineation(fiducials: nothing, leads: leads.map { _ in nothing }, rejection: detection.rejection)
    }
    return try delineate(leads, beats: detection.rPeaks)
  }

  /// Finds the waves of `beats` that are known already: samples of R peaks in order; those outside the recording are
  /// left out.
  ///
  /// - Throws: ``DelineationError`` `inconsistent-leads`.
  public func delineate(_ leads: [[Float]], beats: [Int]) throws -> Delineation {
    try check(leads)
    let count = leads[0].count
    let beats = beats.filter { (0..<count).contains($0) }
    let filled = leads.map { MissingSamples($0) }
    let signals = filled.map { grid.resampled($0.bridged) }
    let places = beats.map { grid.gridSample(ofLeadSample: $0) }
    let waves = RecordingWaves(signals: signals, beats: places)
    let output = BeatOutput(grid: grid, sampleCount: count)
    let perLead = leads.indices.map { lead in
      beats.indices.map { output.beat(waves.leads[lead][$0], at: places[$0], missing: filled[lead]) }
    }
    let together = beats.indices.map { beat in
      output.beat(BeatWaves(medianOf: waves.leads.map { $0[beat] }), at: places[beat], missing: nil, rPeak: beats[beat])
    }
    return Delineation(
      fiducials: Fiducials(beats: together, source: Self.source),
      leads: perLead.map { Fiducials(beats: $0, source: Self.source) }, rejection: nil)
  }

  private func check(_ leads: [[Float]]) throws(DelineationError) {
    guard let first = leads.first, leads.allSatisfy({ $0.count == first.count }) else {
      throw DelineationError(
        .inconsistentLeads, at: ErrorPlace("delineation"), found: "leads of \(leads.map(\.count)) samples",
        expected: "at least one lead, all of one length")
    }
  }
}
