import Synchronization

/// What has come of a conversion so far, for all threads that work on it.
final class ConversionTally: Sendable {
  /// A recording that could not be read.
  struct Failure: Sendable {
    let shard: Int
    let recording: SkippedRecording
    let error: any Error
  }

  private struct State: Sendable {
    var receipts: [Int: ShardReceipt] = [:]
    var failures: [Failure] = []
    var done = 0
  }

  private let total: Int
  private let state = Mutex(State())

  /// Of `total` recordings.
  init(total: Int) { self.total = total }

  /// Of finished shards, in order.
  var receipts: [ShardReceipt] {
    state.withLock { state in state.receipts.sorted { $0.key < $1.key }.map(\.value) }
  }

  /// In order of recordings.
  var failures: [Failure] { state.withLock { $0.failures } }

  /// In order.
  var skipped: [SkippedRecording] { failures.map(\.recording) }

  /// One recording more, which failed or did not.
  func add(_ failure: Failure?) -> ConversionProgress {
    state.withLock { state in
      state.done += 1
      if let failure { state.failures.append(failure) }
      return ConversionProgress(done: state.done, total: total, skipped: state.failures.map(\.recording))
    }
  }

  /// A finished shard; `recordings` of it had not been counted.
  func add(_ receipt: ShardReceipt, ofShard shard: Int, recordings: Int = 0) {
    state.withLock { state in
      state.receipts[shard] = receipt
      state.done += recordings
    }
  }

  /// What another attempt made of a shard takes the place of what failed here.
  func replace(_ shard: Int, by receipt: ShardReceipt?) {
    state.withLock { state in
      state.failures.removeAll { $0.shard == shard }
      state.receipts[shard] = receipt
    }
  }
}
