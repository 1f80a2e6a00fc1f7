import ECGCore
import Reproducibility

/// Recordings made of their index alone, with every kind of column, for tests of whatever takes a source.
public struct InMemorySource: RecordingSource {
  /// What a failing index throws.
  public struct Failure: Error, CustomStringConvertible, Equatable {
    /// The index that failed.
    public let index: Int
    /// The failure of the recording at `index`.
    public init(index: Int) { self.index = index }
    /// Two lines, since one-line reports must cope with that.
    public var description: String { "recording \(index) cannot\nbe read" }
  }

  /// As asked for.
  public let layout: SignalLayout
  /// `r0`, `r1`, ...
  public let identifiers: [RecordingID]
  /// Whose recordings throw ``Failure``.
  public let failing: Set<Int>
  /// Whether recordings have annotations and fiducials.
  public let marks: Bool

  /// `count` recordings of 3 leads x `sampleCount` samples at 500 Hz.
  public static func fixed(count: Int, sampleCount: Int = 200, failing: Set<Int> = [], marks: Bool = true) throws
    -> InMemorySource
  {
    guard let frequency = SamplingFrequency(hertz: 500) else { throw Failure(index: -1) }
    let leads = try LeadSet(["I", "II", "V1"].map { Lead($0) })
    return InMemorySource(
      layout: .fixed(leads: leads, sampleCount: sampleCount, samplingFrequency: frequency), count: count,
      failing: failing, marks: marks)
  }

  /// `count` recordings of 2 leads whose lengths, names and sampling frequencies differ; every fifth is about
  /// `longest` samples long and recording 1 is empty.
  public static func variable(count: Int, longest: Int = 150_000, failing: Set<Int> = [], marks: Bool = true)
    -> InMemorySource
  {
    var source = InMemorySource(layout: .variable(leadCount: 2), count: count, failing: failing, marks: marks)
    source.longest = longest
    return source
  }

  private var longest = 0

  private init(layout: SignalLayout, count: Int, failing: Set<Int>, marks: Bool) {
    self.layout = layout
    self.failing = failing
    self.marks = marks
    identifiers = (0..<count).map { RecordingID("r\($0)") }
  }

  /// Made up.
  public var description: SourceDescription {
    SourceDescription(
      dataset: "in-memory", version: "1", licence: "CC0-1.0", citation: "Nobody, 1903", publishedRecordings: 1000)
  }

  /// One of each kind.
  public var columns: [ColumnDefinition] {
    [
      .init(name: "fold", group: .record, kind: .integer, meaning: "Partition"),
      .init(name: "weight", group: .record, kind: .real, meaning: "Kilograms"),
      .init(name: "device", group: .record, kind: .text, meaning: "Maker"),
      .init(
        name: "rhythm", group: .label, kind: .category(vocabulary: ["sinus", "Vorhofflimmern ä"]), meaning: "Rhythm"),
      .init(name: "diagnosis", group: .label, kind: .flags(vocabulary: ["NORM", "MI", "STTC"]), meaning: "Classes"),
    ]
  }

  /// The same recording for the same index, always.
  public func recording(at index: Int) throws -> Recording {
    if failing.contains(index) { throw Failure(index: index) }
    let (leads, sampleCount, frequency) = try shape(of: index)
    var random = RandomStream(seed: 1, purpose: "in-memory", index: UInt64(index))
    var samples: [Int16] = []
    samples.reserveCapacity(leads.count * sampleCount)
    var level = 0
    for _ in 0..<leads.count * sampleCount {
      level = (level + random.integer(below: 41) - 20) % 8000
      samples.append(Int16(level))
    }
    if sampleCount > 3 { samples[sampleCount + 3] = DigitalSignal.missing }
    let signal = try DigitalSignal(
      leads: leads, samplingFrequency: frequency, samples: samples,
      gain: leads.leads.indices.map { 200 + Double($0) / 3 }, baseline: leads.leads.indices.map { Int32($0 * 7 - 3) })
    return Recording(
      id: identifiers[index], patient: index % 4 == 3 ? nil : PatientID("pätient \(index / 2)"),
      ageInYears: index % 3 == 0 ? nil : Double(index) + 0.5, sex: Sex.allCases[index % 3], signal: signal,
      annotations: marks ? annotations(index) : [], fiducials: marks ? fiducials(index) : nil,
      intervals: index % 2 == 0
        ? .unknown
        : Intervals(
          heartRate: 61.5, prInMilliseconds: nil, qrsInMilliseconds: Double(90 + index), qtInMilliseconds: 400.25,
          source: "by hand"),
      columns: [
        .integer(Int64(index) - 1), .real(index == 0 ? .nan : Double(index) / 7),
        .text(index == 2 ? "" : "Mäker \(index)"),
        .category(index % 3 - 1), .flags([index % 2 == 0, false, index % 3 == 0]),
      ],
      provenance: Provenance(source: "memory/\(index)", sourceDigest: Digest(ofText: "source \(index)")))
  }

  private func shape(of index: Int) throws -> (LeadSet, Int, SamplingFrequency) {
    if case .fixed(let leads, let sampleCount, let frequency) = layout { return (leads, sampleCount, frequency) }
    guard let frequency = SamplingFrequency(hertz: index % 2 == 0 ? 250 : 360.5) else { throw Failure(index: index) }
    let leads = try LeadSet([Lead("lead 5% \(index % 2)"), Lead("V5")])
    let sampleCount = index == 1 ? 0 : index % 5 == 0 ? longest + index : 100 * index
    return (leads, sampleCount, frequency)
  }

  private func annotations(_ index: Int) -> [Annotation] {
    let symbols = ["N", "V", "+"]
    return (0..<index % 4).map { place -> Annotation in
      Annotation(
        sample: Int64(place * 50), symbol: symbols[place], subtype: Int8(place - 1), channel: UInt8(place),
        number: Int8(-place), auxiliary: place == 2 ? "(AFIB ü" : "")
    }
  }

  private func fiducials(_ index: Int) -> Fiducials? {
    guard index % 3 != 1 else { return nil }
    let beats = (0..<index % 5).map { beat -> Beat in
      let start = Int32(beat) * 10
      return Beat([.pOnset: start, .rPeak: start + 4, .tOffset: start + 9])
    }
    return Fiducials(beats: beats, source: index % 2 == 0 ? "manual" : "delineator 1.0")
  }
}
