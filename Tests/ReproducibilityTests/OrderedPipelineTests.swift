import Reproducibility
import Synchronization
import Testing

@Suite struct OrderedPipelineTests {
  @Test(arguments: [1, 2, 5]) func resultsAreConsumedInOrderHoweverLongEachTakes(workers: Int) throws {
    let consumed = Mutex<[Int]>([])
    try Workers(workers).forEachInOrder(200, window: 3) { index in
      // Uneven work.
      (0..<(index % 7) * 1000).reduce(index) { ($0 &* 31 &+ $1) & 0xFFFF }
    } consume: { index, result in
      consumed.withLock { $0.append(index) }
      #expect(result == (0..<(index % 7) * 1000).reduce(index) { ($0 &* 31 &+ $1) & 0xFFFF })
    }
    #expect(consumed.withLock { $0 } == Array(0..<200))
  }

  @Test(arguments: [1, 3]) func nothingIsConsumedAfterAFailure(workers: Int) {
    struct Failure: Error {}
    let consumed = Mutex<[Int]>([])
    #expect(throws: Failure.self) {
      try Workers(workers).forEachInOrder(100, window: 8) {
        $0
      } consume: { index, _ in
        if index == 17 { throw Failure() }
        consumed.withLock { $0.append(index) }
      }
    }
    #expect(consumed.withLock { $0 } == Array(0..<17))
  }

  @Test(arguments: [2, 4]) func noMoreResultsAreHeldThanTheWindowAllows(workers: Int) throws {
    let held = Mutex((now: 0, most: 0))
    try Workers(workers).forEachInOrder(300, window: 4) { index in
      held.withLock {
        $0.now += 1
        $0.most = max($0.most, $0.now)
      }
      return index
    } consume: { _, _ in
      held.withLock { $0.now -= 1 }
    }
    #expect(held.withLock { $0.most } <= 5)
  }

  @Test func aBackgroundTaskGivesItsResultOrItsError() throws {
    struct Failure: Error {}
    #expect(try BackgroundTask { 42 }.value() == 42)
    let failing = BackgroundTask { () throws -> Int in throw Failure() }
    #expect(throws: Failure.self) { try failing.value() }
  }
}
