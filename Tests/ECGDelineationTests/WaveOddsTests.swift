import Foundation
import Testing

@testable import ECGDelineation

@Suite struct WaveOddsTests {
  @Test func theHyperbolicTangentIsNearTheLibrarys() {
    for step in -2_000...2_000 {
      let x = Double(step) / 100
      #expect(abs(WaveOdds.hyperbolicTangent(x) - tanh(x)) < 2e-4)
    }
  }

  @Test func sharesAreThoseOfTheExponentials() {
    // The first input's tangent at 0.5, doubled, and the second input itself.
    let odds = WaveOdds(weights: [1, 0], offsets: [0], outputs: [2], direct: [0, 1])
    let rated = odds.rated([candidate, candidate], FeatureTable(width: 2, values: [0.5, 0, 0, 1]))
    let (first, second) = (exp(2 * tanh(0.5)), exp(1.0))
    #expect(abs(Double(rated[0].share) - first / (first + second)) < 1e-4)
    #expect(abs(Double(rated[1].share) - second / (first + second)) < 1e-4)
  }

  @Test func whereThereMayBeNoWaveItHasItsShareToo() {
    let odds = WaveOdds(weights: [], offsets: [], outputs: [], direct: [1], none: 1)
    let rated = odds.rated([candidate, candidate], FeatureTable(width: 1, values: [1, 1]))
    #expect(rated.allSatisfy { abs($0.share - 1 / 3) < 1e-6 })
    #expect(odds.rated([], FeatureTable(width: 1)).isEmpty)
  }

  @Test func fittedNetworksFitTheirFeatures() {
    #expect(FittedWaveOdds.firstFlank.direct.count == FlankFeatures.width)
    #expect(FittedWaveOdds.p.direct.count == WaveFeatures.ofP)
    #expect(FittedWaveOdds.t.direct.count == WaveFeatures.ofT)
    #expect(FittedWaveOdds.p.none != nil)
    for odds in [FittedWaveOdds.firstFlank, FittedWaveOdds.p, FittedWaveOdds.t] {
      #expect(odds.weights.count == odds.offsets.count * odds.direct.count)
      #expect(odds.outputs.count == odds.offsets.count)
    }
  }

  @Test func theLikeliestPlaceOfMostLeadsWinsAndRecentBeatsDecideTies() {
    let agreement = LeadAgreement(width: 12)
    let (early, late) = (candidate(at: 150, share: 0.5), candidate(at: 200, share: 0.5))
    #expect(
      agreement.place(of: [[early, late], [candidate(at: 152, share: 1)]], after: nil).map { abs($0 - 150) < 4 } == true
    )
    var recent = RecentSupport()
    recent.add([[candidate(at: 200, share: 1)]], agreement)
    #expect(agreement.place(of: [[early, late]], after: recent) == 200)
    #expect(agreement.place(of: [[], []], after: recent) == nil)
  }

  private var candidate: WaveCandidate { candidate(at: 180, share: 0) }

  private func candidate(at peak: Float, share: Float) -> WaveCandidate {
    WaveCandidate(
      first: Flank(place: Int(peak) - 10, value: 1), last: Flank(place: Int(peak) + 10, value: -1), peak: peak,
      strength: 1, sameSign: 0, height: 20, rise: 1, share: share)
  }
}
