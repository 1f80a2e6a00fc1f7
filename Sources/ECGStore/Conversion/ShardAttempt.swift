import ECGCore
import Reproducibility
import Synchronization

/// One shard that is being made: recordings are read and encoded on several threads and written in order.
final class ShardAttempt: Sendable {
  private struct Parts: Sendable {
    var writer: ShardWriter
    var digests: [Digest] = []
    var steps: [String] = []
    var skipped: [SkippedRecording] = []
  }

  private let run: ConversionRun
  private let plan: ConversionPlan
  private let shard: Int
  private let parts: Mutex<Parts>

  init(_ run: ConversionRun, _ plan: ConversionPlan, shard: Int) throws(StoreError) {
    self.run = run
    self.plan = plan
    self.shard = shard
    let writer = try ShardWriter(
      run.folder + "/" + plan.shards.name(ofShard: shard), layout: run.layout, columns: run.columns, codec: run.codec,
      workers: run.options.workers)
    parts = Mutex(Parts(writer: writer))
  }

  /// Reads, encodes and writes every recording of the shard; those that fail are noted.
  func fill(_ tally: ConversionTally, _ progress: (@Sendable (ConversionProgress) -> Void)?) throws {
    let range = plan.shards.recordings(ofShard: shard)
    try parts.withLock { try $0.writer.reserve(range.count) }
    try run.options.workers.forEachInOrder(range.count, window: run.window) { offset in
      Result { try run.encoded(range.lowerBound + offset) }
    } consume: { offset, outcome in
      var failed: ConversionTally.Failure?
      switch outcome {
      case .success(let recording): try write(recording)
      case .failure(let error):
        let id = run.identifiers[range.lowerBound + offset]
        let skipped = SkippedRecording(id: id, error: Self.oneLine(error))
        failed = ConversionTally.Failure(shard: shard, recording: skipped, error: error)
        parts.withLock { $0.skipped.append(skipped) }
      }
      let state = tally.add(failed)
      progress?(state)
    }
  }

  private func write(_ recording: EncodedRecording) throws {
    try parts.withLock { parts in
      try parts.writer.append(recording)
      parts.digests.append(recording.digest)
      for step in recording.steps where !parts.steps.contains(step) { parts.steps.append(step) }
    }
  }

  /// Finishes the shard and writes its receipt.
  ///
  /// - Returns: False where the store has been sealed meanwhile, so that no further shard is wanted.
  func seal(_ tally: ConversionTally) throws -> Bool {
    let unsealed = UnsealedStore(folder: run.folder)
    do {
      // A scheduler may have taken this attempt for dead and another may have been first. What is whole stays as it is:
      // this attempt may have failed to read what that one could.
      let present = try run.whole(shard, of: plan)
      guard present == nil, !(run.continues && unsealed.isSealed) else {
        abandon()
        tally.replace(shard, by: present)
        return present != nil
      }
      let receipt = try parts.withLock { parts in
        // A shard of which every recording was skipped would be a file with nothing in it.
        var sealed: StoreDescription.Shard?
        if parts.writer.count > 0 { sealed = try parts.writer.seal() } else { parts.writer.abandon() }
        return ShardReceipt(
          plan: try plan.digest(), shard: sealed, recordings: parts.digests, transforms: parts.steps,
          skipped: parts.skipped)
      }
      try unsealed.write(receipt, shard: shard, of: plan)
      tally.add(receipt, ofShard: shard)
      return true
    } catch {
      abandon()
      throw error
    }
  }

  /// Drops what was written.
  func abandon() { parts.withLock { $0.writer.abandon() } }

  private static func oneLine(_ error: any Error) -> String {
    String(describing: error).split(whereSeparator: \.isNewline).joined(separator: " ")
  }
}
