import ECGCore

/// A stretch of an ECG in mV, `[leads, samples]`, with the marks on it: what an ``ECGFigure`` draws.
public struct ECGExcerpt: Sendable {
  /// In the order of `millivolts`; two may be of one name.
  public let leadNames: [String]
  /// Samples per second of each lead.
  public let samplingFrequency: SamplingFrequency
  /// The recording's sample that is the first here.
  public let firstSample: Int
  /// `[leads, samples]`, as many in each; NaN where a sample is missing.
  public let millivolts: [[Double]]
  /// P, QRS and T of each beat, in the recording's samples.
  public var beats: [Beat] = []
  /// Marks of an annotation file, in the recording's samples.
  public var annotations: [Annotation] = []

  /// The longest excerpt that is drawn, in s: 3 m of paper.
  public static let longestInSeconds = 120.0

  /// A stretch of `millivolts[0].count` samples.
  ///
  /// - Throws: ``ReportError`` `undrawable-excerpt` where there is no lead or no sample, leads differ in length, or the
  ///   stretch is longer than ``longestInSeconds``.
  public init(
    leadNames: [String], samplingFrequency: SamplingFrequency, firstSample: Int = 0, millivolts: [[Double]]
  ) throws(ReportError) {
    let count = millivolts.first?.count ?? 0
    func undrawable(_ found: String, _ expected: String, _ advice: String) -> ReportError {
      ReportError(.undrawableExcerpt, at: .init("excerpt"), found: found, expected: expected, advice: advice)
    }
    guard count > 0, leadNames.count == millivolts.count, millivolts.allSatisfy({ $0.count == count }) else {
      throw undrawable(
        "\(leadNames.count) leads of \(Set(millivolts.map(\.count)).sorted()) samples",
        "at least one sample, as many in each lead", "Choose another stretch")
    }
    let seconds = samplingFrequency.seconds(ofSamples: count)
    guard seconds <= Self.longestInSeconds else {
      throw undrawable(
        "\(seconds.fixed(1)) s", "at most \(Self.longestInSeconds.fixed(0)) s", "Choose a shorter stretch")
    }
    (self.leadNames, self.samplingFrequency) = (leadNames, samplingFrequency)
    (self.firstSample, self.millivolts) = (firstSample, millivolts)
  }

  /// Samples in each lead.
  public var sampleCount: Int { millivolts[0].count }

  /// How long it lasts, in s.
  public var seconds: Double { samplingFrequency.seconds(ofSamples: sampleCount) }

  /// Where the lead called `name` stands, or nil.
  func index(of name: String) -> Int? { leadNames.firstIndex(of: name) }

  /// The recording's sample `sample` counted from the excerpt's first one, or nil where it lies outside.
  func place(of sample: Int64) -> Int? {
    let (place, overflow) = Int(sample).subtractingReportingOverflow(firstSample)
    return !overflow && (0..<sampleCount).contains(place) ? place : nil
  }
}
