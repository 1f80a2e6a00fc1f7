import ECGDelineation
import Testing

@Suite struct BeatComparisonTests {
  @Test func pairsAreOneToOneAndNoFartherApartThanTheWindow() {
    // At 1000 Hz samples are milliseconds. 1000-1010 pair; 2000-2150 pair at the window's edge; 3000-3151 do not.
    let comparison = BeatComparison(
      reference: [1000, 2000, 3000], found: [1010, 2150, 3151], samplingFrequency: 1000)
    #expect(comparison.truePositives == 2)
    #expect(comparison.falseNegatives == 1)
    #expect(comparison.falsePositives == 1)
    #expect(comparison.sensitivity == 2.0 / 3)
    #expect(comparison.positivePredictivity == 2.0 / 3)
    #expect(comparison.meanErrorMilliseconds == 80)
    // Of 10 and 150 about 80, over n - 1.
    #expect(abs(comparison.sdErrorMilliseconds - 9800.0.squareRoot()) < 1e-9)
  }

  @Test func theNearestOfTwoFoundBeatsIsThePairAndTheOtherIsFalse() {
    let comparison = BeatComparison(reference: [1000], found: [900, 1020], samplingFrequency: 1000)
    #expect(comparison.truePositives == 1)
    #expect(comparison.falsePositives == 1)
    #expect(comparison.meanErrorMilliseconds == 20)
  }

  @Test func orderOfTheBeatsDoesNotMatter() {
    let sorted = BeatComparison(reference: [100, 500, 900], found: [110, 880], samplingFrequency: 250)
    let shuffled = BeatComparison(reference: [900, 100, 500], found: [880, 110], samplingFrequency: 250)
    #expect(sorted == shuffled)
    #expect(sorted.falseNegatives == 1)
  }

  @Test func beatsInExcludedRangesCountOnNeitherSide() {
    let comparison = BeatComparison(
      reference: [100, 500], found: [100, 520, 700], samplingFrequency: 360, excluding: [400..<800])
    #expect((comparison.truePositives, comparison.falseNegatives, comparison.falsePositives) == (1, 0, 0))
  }

  @Test func sumsAreThoseOfAllBeatsTogether() {
    let first = BeatComparison(reference: [1000], found: [1004], samplingFrequency: 1000)
    let second = BeatComparison(reference: [1000, 2000], found: [1008], samplingFrequency: 1000)
    let sum = first + second
    #expect((sum.truePositives, sum.falseNegatives, sum.falsePositives) == (2, 1, 0))
    #expect(sum.meanErrorMilliseconds == 6)
    #expect(BeatComparison().sensitivity == 1)
  }
}
