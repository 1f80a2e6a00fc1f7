import Reproducibility
import Testing

/// Known answers from the Random123 distribution's kat_vectors (philox4x32, 10 rounds).
@Suite struct PhiloxTests {
  @Test func blocksEqualThePublishedKnownAnswers() {
    let zeros = Philox.block(counter: (0, 0, 0, 0), key: (0, 0))
    #expect(zeros == (0x6627_E8D5, 0xE169_C58D, 0xBC57_AC4C, 0x9B00_DBD8))
    let ones = Philox.block(
      counter: (.max, .max, .max, .max), key: (.max, .max))
    #expect(ones == (0x408F_276D, 0x41C8_3B0E, 0xA20B_C7C6, 0x6D54_51FD))
    let pi = Philox.block(
      counter: (0x243F_6A88, 0x85A3_08D3, 0x1319_8A2E, 0x0370_7344), key: (0xA409_3822, 0x299F_31D0))
    #expect(pi == (0xD16C_FE09, 0x94FD_CCEB, 0x5001_E420, 0x2412_6EA1))
  }

  @Test func aStreamIsAFunctionOfItsName() {
    var first = RandomStream(seed: 7, purpose: "order", epoch: 3, index: 9)
    var second = RandomStream(seed: 7, purpose: "order", epoch: 3, index: 9)
    var other = RandomStream(seed: 7, purpose: "dropout", epoch: 3, index: 9)
    let draws = (0..<10).map { _ in first.nextUInt64() }
    #expect(draws == (0..<10).map { _ in second.nextUInt64() })
    #expect(draws != (0..<10).map { _ in other.nextUInt64() })
  }

  @Test func normalsHaveMeanZeroAndVarianceOne() {
    var stream = RandomStream(seed: 1, purpose: "test")
    let draws = (0..<20_000).map { _ in stream.normal() }
    let mean = draws.reduce(0, +) / 20_000
    let variance = draws.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 19_999
    #expect(abs(mean) < 0.03)
    #expect(abs(variance - 1) < 0.04)
  }

  @Test func shufflingKeepsEveryElementAndIntegersStayBelowTheBound() {
    var stream = RandomStream(seed: 2, purpose: "test")
    let order = stream.shuffled(Array(0..<100))
    #expect(order.sorted() == Array(0..<100))
    #expect(order != Array(0..<100))
    #expect((0..<1000).allSatisfy { _ in (0..<7).contains(stream.integer(below: 7)) })
  }
}
