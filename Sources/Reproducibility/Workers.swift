import Dispatch
import Synchronization

/// A fixed number of threads for work over independent indexes. Results are returned in index order, so they never
/// depend on the number of threads or on timing.
public struct Workers: Sendable {
  /// At least 1.
  public let count: Int

  /// `count` workers, at least 1.
  public init(_ count: Int) { self.count = max(1, count) }

  /// As many workers as the machine has processors.
  public static var all: Workers { Workers(SystemFacts.processorCount) }

  /// Runs `body` once for every index in `0..<indexes`, several at a time, and returns when all have run.
  public func forEach(_ indexes: Int, _ body: @Sendable (Int) -> Void) {
    guard indexes > 0 else { return }
    guard count > 1, indexes > 1 else {
      for index in 0..<indexes { body(index) }
      return
    }
    let next = Atomic<Int>(0)
    DispatchQueue.concurrentPerform(iterations: min(count, indexes)) { _ in
      while true {
        let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
        if index >= indexes { return }
        body(index)
      }
    }
  }

  /// The results of `body` for every index, in index order.
  ///
  /// - Throws: the error of the smallest index that failed, whichever thread met it first.
  public func map<Result: Sendable>(_ indexes: Int, _ body: @Sendable (Int) throws -> Result) throws -> [Result] {
    let slots = Mutex<[Swift.Result<Result, any Error>?]>(Array(repeating: nil, count: max(0, indexes)))
    forEach(indexes) { index in
      let outcome = Swift.Result { try body(index) }
      slots.withLock { $0[index] = outcome }
    }
    return try slots.withLock { slots in try slots.compactMap { try $0?.get() } }
  }
}
