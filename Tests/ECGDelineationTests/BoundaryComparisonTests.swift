import ECGCore
import Testing

@testable import ECGDelineation

@Suite struct BoundaryComparisonTests {
  private let frequency = SamplingFrequency(hertz: 250)

  private func marks(_ text: [(Int64, String)]) -> ReferenceMarks {
    ReferenceMarks(text.map { Annotation(sample: $0.0, symbol: $0.1) }) { "NVB".contains($0) }
  }

  @Test func bracketsBelongToThePeakBesideThem() {
    let marks = marks([
      (10, "("), (15, "p"), (20, ")"), (30, "("), (40, "N"), (50, ")"), (80, "t"), (95, ")"), (110, "u"), (120, ")"),
    ])
    #expect(
      marks.samples == [
        .pOnset: [10], .pPeak: [15], .pOffset: [20], .qrsOnset: [30], .rPeak: [40], .qrsOffset: [50], .tPeak: [80],
        .tOffset: [95],
      ])
    #expect(marks.hasWaves && marks.span == 10...95)
    #expect(!self.marks([(5, "N"), (300, "V")]).hasWaves)
  }

  @Test func theBetterLeadCountsForEachMark() throws {
    let frequency = try #require(frequency)
    let reference = marks([(100, "N"), (150, ")"), (400, "N"), (450, ")")])
    func lead(_ first: Int32, _ second: Int32) -> Fiducials {
      Fiducials(
        beats: [
          Beat([.rPeak: 100, .qrsOffset: first, .tPeak: 180]), Beat([.rPeak: 400, .qrsOffset: second]),
        ], source: "test")
    }
    var comparison = BoundaryComparison()
    comparison.add(reference, found: [lead(152, 440), lead(149, 449)], samplingFrequency: frequency)
    let offset = try #require(comparison[.qrsOffset])
    #expect(offset.count == 2 && offset.missed == 0 && offset.sensitivity == 1)
    #expect(offset.meanMilliseconds == -4)
    #expect(offset.sdMilliseconds == 0)
    #expect(comparison[.tPeak] == nil)
    #expect(comparison[.rPeak]?.meanMilliseconds == 0)
  }

  @Test func marksFartherThanTheWindowAreMissedAndUnmatched() throws {
    let frequency = try #require(frequency)
    // 150 ms are 37.5 samples.
    let reference = marks([(1000, "N"), (1100, "t"), (2000, "N"), (2100, "t")])
    let found = Fiducials(
      beats: [Beat([.rPeak: 1000, .tPeak: 1137]), Beat([.rPeak: 2000, .tPeak: 2138])], source: "test")
    var comparison = BoundaryComparison()
    comparison.add(reference, found: [found], samplingFrequency: frequency)
    let peak = try #require(comparison[.tPeak])
    #expect(peak.count == 1 && peak.missed == 1 && peak.unmatched == 1)
    #expect(peak.sensitivity == 0.5 && peak.positivePredictivity == 0.5)
    #expect(peak.meanMilliseconds == 148)
  }

  @Test func bothDeviationsAreGiven() throws {
    let frequency = try #require(frequency)
    var comparison = BoundaryComparison()
    // Two records, each off by the same throughout.
    for shift in [Int32(-5), 5] {
      let found = Fiducials(
        beats: [Beat([.rPeak: 100 + shift]), Beat([.rPeak: 500 + shift])], source: "test")
      comparison.add(marks([(100, "N"), (500, "N")]), found: [found], samplingFrequency: frequency)
    }
    let peak = try #require(comparison[.rPeak])
    #expect(peak.meanMilliseconds == 0)
    #expect(peak.meanRecordSDMilliseconds == 0)
    // -20, -20, 20, 20 ms over n - 1.
    #expect(abs(peak.sdMilliseconds - 23.094_010_767_585_03) < 1e-12)
  }

  @Test func theMedianOfAnnotatorsNeedsHalfOfThem() {
    let annotators = [
      marks([(100, "N"), (300, "p")]), marks([(104, "N")]), marks([(110, "N"), (500, "N")]), marks([(90, "N")]),
    ]
    let median = ReferenceMarks(medianOf: annotators, window: 30)
    #expect(median.samples == [.rPeak: [104]])
  }
}
