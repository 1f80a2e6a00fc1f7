import ECGCore
import Reproducibility

/// Synthetic recordings as a dataset: recording i is a function of (preset, strength, settings, seed, i, sampling
/// frequency, length) alone, so any one can be made by itself, on any thread, and equals the one made among others.
///
/// ```swift
/// let source = try SyntheticSource(count: 10_000, seed: 7)
/// let recording = try source.recording(at: 12)
/// recording.intervals.prInMilliseconds  // exact
/// ```
///
/// The same heart and rhythm come out at every sampling frequency; the noise's samples differ.
public struct SyntheticSource: RecordingSource {
  /// Identifier of the dataset.
  public static let dataset = "synthetic"
  /// Changes whenever any recording's bits do.
  public static let version = "1"
  /// What the generator takes, Hz.
  public static let samplingFrequencies = 100.0...1000.0
  /// What the generator takes, s.
  public static let durations = 1.0...3600.0

  /// The kind of recordings.
  public let model: SyntheticRecordingModel
  /// Of the pathologies: 0 is normal, 1 plain to see.
  public let strength: Double
  /// How they are taken.
  public let settings: RecordingSettings
  /// Of all draws.
  public let seed: UInt64
  /// Which recordings of the seed's endless row.
  public let indexes: Range<Int>
  /// Of every recording.
  public let samplingFrequency: SamplingFrequency
  /// Samples in each lead.
  public let sampleCount: Int
  /// The indexes, in decimal with at least six digits: `000012`.
  public let identifiers: [RecordingID]

  /// Recordings 0 to `count` - 1 of `seed`.
  ///
  /// - Throws: ``SynthesisError`` as the other initialiser does.
  public init(
    count: Int, seed: UInt64, samplingFrequencyInHertz hertz: Double = 100, durationInSeconds duration: Double = 10,
    preset: String = "default", strength: Double = 1, settings: RecordingSettings = RecordingSettings()
  ) throws(SynthesisError) {
    guard count >= 1 else {
      throw Self.outOfRange("count", found: "\(count)", expected: "at least 1", advice: "Ask for one or more")
    }
    try self.init(
      indexes: 0..<count, seed: seed, samplingFrequencyInHertz: hertz, durationInSeconds: duration, preset: preset,
      strength: strength, settings: settings)
  }

  /// The recordings `indexes` of `seed`, each of `duration` s at `hertz`, rounded to whole samples.
  ///
  /// - Throws: ``SynthesisError`` `unknown-preset`, or `argument-out-of-range` for no or negative indexes, a sampling
  ///   frequency outside 100 to 1000 Hz or a duration outside 1 s to an hour.
  public init(
    indexes: Range<Int>, seed: UInt64, samplingFrequencyInHertz hertz: Double = 100,
    durationInSeconds duration: Double = 10, preset: String = "default", strength: Double = 1,
    settings: RecordingSettings = RecordingSettings()
  ) throws(SynthesisError) {
    model = try SyntheticRecordingModel.preset(named: preset)
    guard !indexes.isEmpty, indexes.lowerBound >= 0 else {
      throw Self.outOfRange(
        "indexes", found: "\(indexes)", expected: "one or more from 0 on", advice: "Ask for indexes from 0 on")
    }
    guard Self.samplingFrequencies.contains(hertz), let frequency = SamplingFrequency(hertz: hertz) else {
      throw Self.outOfRange(
        "sampling frequency", found: "\(hertz) Hz", expected: "100 to 1000 Hz",
        advice: "Make the recordings within that range and resample them")
    }
    guard Self.durations.contains(duration) else {
      throw Self.outOfRange(
        "duration", found: "\(duration) s", expected: "1 to 3600 s", advice: "Ask for a duration within that range")
    }
    guard (0...1).contains(strength) else {
      throw Self.outOfRange(
        "strength", found: "\(strength)", expected: "0 to 1", advice: "Ask for a strength within that range")
    }
    try settings.check(hertz: hertz)
    self.strength = strength
    self.settings = settings
    self.seed = seed
    self.indexes = indexes
    samplingFrequency = frequency
    sampleCount = Int((duration * hertz).rounded())
    identifiers = indexes.map { Self.identifier($0) }
  }

  private static func outOfRange(
    _ argument: String, found: String, expected: String, advice: String
  ) -> SynthesisError {
    SynthesisError(
      .argumentOutOfRange, at: ErrorPlace("synthesis", .item(argument)), found: found, expected: expected,
      advice: advice)
  }

  private static func identifier(_ index: Int) -> RecordingID {
    let digits = String(index)
    return RecordingID(String(repeating: "0", count: max(0, 6 - digits.count)) + digits)
  }

  /// What a store says of these recordings; free of rights, nobody to cite.
  public var description: SourceDescription {
    SourceDescription(
      dataset: Self.dataset, version: Self.version, licence: "CC0-1.0", citation: "", publishedRecordings: nil)
  }

  /// Twelve leads, all recordings of one length.
  public var layout: SignalLayout {
    .fixed(leads: .standard12, sampleCount: sampleCount, samplingFrequency: samplingFrequency)
  }

  /// How noisy each recording is; of presets other than the first also what it shows.
  public var columns: [ColumnDefinition] {
    let common = [
      ColumnDefinition(
        name: "signal_to_noise", group: .record, kind: .real,
        meaning: "Power of the noise-free signal over that of the noise, in dB"),
      ColumnDefinition(name: "preset", group: .record, kind: .text, meaning: "The kind of synthetic recording"),
    ]
    guard model.isLabelled else { return common }
    let classes = DiagnosticSuperclass.allCases.map(\.rawValue)
    return common + [
      ColumnDefinition(
        name: "strength", group: .record, kind: .real, meaning: "Of the strongest pathology, 0 (none) to 1"),
      ColumnDefinition(
        name: "pathologies", group: .label, kind: .flags(vocabulary: Pathology.allCases.map(\.rawValue)),
        meaning: "every pathology that the recording was made with"),
      ColumnDefinition(
        name: "diagnostic_superclass", group: .label, kind: .category(vocabulary: classes),
        meaning: "PTB-XL's superclass of recordings that have exactly one, else -1"),
      ColumnDefinition(
        name: "diagnostic_superclasses", group: .label, kind: .flags(vocabulary: classes),
        meaning: "every superclass of PTB-XL that the recording has"),
    ]
  }

  /// The recording at `position` with all that is known about it. O(samples).
  ///
  /// - Throws: ``SynthesisError`` `argument-out-of-range`.
  public func ecg(at position: Int) throws(SynthesisError) -> SyntheticECG {
    guard identifiers.indices.contains(position) else {
      throw Self.outOfRange(
        "position", found: "\(position)", expected: "0 to \(identifiers.count - 1)",
        advice: "Make a source with more recordings")
    }
    return SyntheticECG(
      model: model, strength: strength, settings: settings, seed: seed, index: UInt64(indexes.lowerBound + position),
      samplingFrequency: samplingFrequency,
      sampleCount: sampleCount)
  }

  /// The recording at `position`, noise included, with its fiducials and intervals. O(samples).
  ///
  /// - Throws: ``SynthesisError`` `argument-out-of-range`.
  public func recording(at position: Int) throws -> Recording {
    let ecg = try ecg(at: position)
    let index = indexes.lowerBound + position
    return Recording(
      id: identifiers[position], patient: PatientID("synthetic-\(seed)-\(index)"),
      signal: try ecg.digitalSignal(), annotations: model.isLabelled ? ecg.annotations : [], fiducials: ecg.fiducials,
      intervals: ecg.intervals, columns: values(of: ecg),
      provenance: Provenance(source: "seed \(seed) index \(index)", sourceDigest: digest(ofIndex: index)))
  }

  private func values(of ecg: SyntheticECG) -> [ColumnValue] {
    let common: [ColumnValue] = [.real(ecg.signalToNoiseInDecibels), .text(model.name)]
    guard model.isLabelled else { return common }
    let classes = ecg.superclasses.compactMap { DiagnosticSuperclass.allCases.firstIndex(of: $0) }
    return common + [
      .real(ecg.strength), .flags(Pathology.allCases.map { ecg.pathologies.contains($0) }),
      .category(classes.count == 1 ? classes[0] : -1),
      .flags(DiagnosticSuperclass.allCases.map { ecg.superclasses.contains($0) }),
    ]
  }

  /// SHA-256 over the generator's name and version and every argument a recording depends on.
  private func digest(ofIndex index: Int) -> Digest {
    var hasher = ContentHasher()
    hasher.update("einthoven synthetic")
    hasher.update(Self.version)
    hasher.update(model.name)
    hasher.update(seed)
    hasher.update(Int64(index))
    hasher.update(samplingFrequency.hertz)
    hasher.update(Int64(sampleCount))
    // Left out where they are as they were before there were any, so that digests stay.
    if strength != 1 || !settings.canonicalText.isEmpty {
      hasher.update("strength=\(strength) " + settings.canonicalText)
    }
    return hasher.digest
  }
}
