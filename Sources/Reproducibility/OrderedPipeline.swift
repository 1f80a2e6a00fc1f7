import Foundation

extension Workers {
  /// Runs `produce` for every index in `0..<indexes`, several at a time, and `consume` with each result in order of
  /// index, one at a time, on whichever thread is free: while one consumes, the others produce. No more than `window`
  /// results are held, however far the slowest lies behind.
  ///
  /// - Throws: the first error that `consume` throws; nothing is consumed after it.
  public func forEachInOrder<Result: Sendable>(
    _ indexes: Int, window: Int, produce: @Sendable (Int) -> Result, consume: @Sendable (Int, Result) throws -> Void
  ) throws {
    guard count > 1, indexes > 1 else {
      for index in 0..<indexes { try consume(index, produce(index)) }
      return
    }
    let line = OrderedLine<Result>(indexes: indexes, window: max(count, window))
    DispatchQueue.concurrentPerform(iterations: min(count, indexes)) { _ in
      while let index = line.take() {
        line.put(produce(index), at: index)
        line.drain(consume)
      }
    }
    if let failure = line.failure { throw failure }
  }
}

/// Results that wait for those before them. Sendable by agreement: everything is touched under the condition's lock.
private final class OrderedLine<Result: Sendable>: @unchecked Sendable {
  private let indexes: Int
  private let window: Int
  private let condition = NSCondition()
  private var ready: [Int: Result] = [:]
  private var nextTaken = 0
  private var nextConsumed = 0
  private var isConsuming = false
  private(set) var failure: (any Error)?

  init(indexes: Int, window: Int) { (self.indexes, self.window) = (indexes, window) }

  /// The next index to produce; nil where none is left. Waits while too many results are held.
  func take() -> Int? {
    condition.lock()
    defer { condition.unlock() }
    while nextTaken < indexes, nextTaken >= nextConsumed + window, failure == nil { condition.wait() }
    guard nextTaken < indexes, failure == nil else { return nil }
    nextTaken += 1
    return nextTaken - 1
  }

  func put(_ result: Result, at index: Int) {
    condition.lock()
    ready[index] = result
    condition.unlock()
  }

  /// Consumes what is next in order, unless another thread is doing so.
  func drain(_ consume: (Int, Result) throws -> Void) {
    condition.lock()
    defer { condition.unlock() }
    guard !isConsuming else { return }
    isConsuming = true
    while failure == nil, let result = ready.removeValue(forKey: nextConsumed) {
      condition.unlock()
      let outcome = Swift.Result { try consume(nextConsumed, result) }
      condition.lock()
      if case .failure(let error) = outcome { failure = error }
      nextConsumed += 1
      condition.broadcast()
    }
    isConsuming = false
  }
}
