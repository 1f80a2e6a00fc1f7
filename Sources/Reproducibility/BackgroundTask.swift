import Dispatch
import Synchronization

/// One piece of work on a thread of its own, whose result is asked for later.
public final class BackgroundTask<Value: Sendable>: Sendable {
  private let outcome = Mutex<Swift.Result<Value, any Error>?>(nil)
  private let done = DispatchGroup()

  /// Begins `work`.
  public init(_ work: @escaping @Sendable () throws -> Value) {
    DispatchQueue.global().async(group: done) { [outcome = self] in
      let result = Swift.Result { try work() }
      outcome.outcome.withLock { $0 = result }
    }
  }

  /// Waits for the result.
  ///
  /// - Throws: what the work throws.
  public func value() throws -> Value {
    done.wait()
    guard let result = outcome.withLock({ $0 }) else { preconditionFailure("a group that did not wait") }
    return try result.get()
  }
}
