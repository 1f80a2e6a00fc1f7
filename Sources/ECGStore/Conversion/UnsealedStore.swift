import Foundation
import Reproducibility

/// The folder of a store that is being made: its plan, finished shards and a receipt for each. `store.json` comes last
/// and takes the place of plan and receipts, so that a folder either is a store or can be gone on with.
struct UnsealedStore: Sendable {
  let folder: String

  /// Whether `store.json` is there.
  var isSealed: Bool { FileBytes.exists(folder + "/" + StoreDescription.fileName) }

  private var planFile: String { folder + "/" + ConversionPlan.fileName }
  private func shardFile(_ name: String) -> String { folder + "/" + name }
  private func receiptFile(_ shard: Int, _ plan: ShardPlan) -> String {
    folder + "/" + plan.name(ofShard: shard).dropLast("h5".count) + "json"
  }

  /// The plan, or nil where the folder has none.
  ///
  /// - Throws: `ReproducibilityError` where the file is malformed.
  func plan() throws -> ConversionPlan? {
    guard FileBytes.exists(planFile) else { return nil }
    return try CanonicalJSON.read(ConversionPlan.self, fromFile: planFile)
  }

  /// Makes sure that the folder is of `plan` and says so. The file is written once: processes that begin together
  /// would take it from under one another's reading on a network file system.
  ///
  /// - Throws: ``StoreError`` `already-exists` where it is of another plan.
  func claim(_ plan: ConversionPlan) throws {
    let isNew = try AtomicFile.create(CanonicalJSON.pretty(plan), at: planFile)
    if !isNew, let present = try self.plan(), present != plan {
      throw StoreError(
        .alreadyExists, at: ErrorPlace(folder), found: "an unfinished store of another source or of other options",
        expected: "the conversion that was begun here",
        advice: "Give the same options, or replace it with --force")
    }
  }

  /// The receipt of a finished shard; nil where there is none, where it is of another plan, or where the shard is not the
  /// file that the receipt tells of.
  func receipt(_ shard: Int, of plan: ConversionPlan) throws -> ShardReceipt? {
    let file = receiptFile(shard, plan.shards)
    guard FileBytes.exists(file), let receipt = try? CanonicalJSON.read(ShardReceipt.self, fromFile: file),
      try receipt.plan == plan.digest()
    else { return nil }
    guard let written = receipt.shard else { return receipt }
    let path = shardFile(written.name)
    guard written.name == plan.shards.name(ofShard: shard), FileBytes.exists(path),
      try FileBytes.digest(ofFile: path) == written.sha256
    else { return nil }
    return receipt
  }

  /// Writes the receipt of shard `shard`, which is there already.
  func write(_ receipt: ShardReceipt, shard: Int, of plan: ConversionPlan) throws {
    try AtomicFile.write(CanonicalJSON.compact(receipt), to: receiptFile(shard, plan.shards))
  }

  /// Writes `store.json` and removes what it takes the place of.
  ///
  /// - Throws: ``StoreError`` `recordings-skipped` where more failed than may.
  func seal(_ plan: ConversionPlan, _ receipts: [ShardReceipt], allowSkipped: Int) throws -> StoreDescription {
    let description = try plan.description(of: receipts)
    // A store of nothing is no result, whatever was allowed.
    guard description.skipped.count <= allowSkipped, description.recordings > 0 || plan.recordings == 0 else {
      throw StoreError.tooManySkipped(description.skipped, of: plan.recordings, dataset: plan.dataset, allowSkipped)
    }
    try AtomicFile.write(CanonicalJSON.pretty(description), to: folder + "/" + StoreDescription.fileName)
    try removeAllBut(description)
    return description
  }

  /// Removes the plan, receipts and unfinished files, and shards that `description` does not name.
  func removeAllBut(_ description: StoreDescription?) throws {
    let kept = Set((description?.shards.map(\.name) ?? []) + (description == nil ? [] : [StoreDescription.fileName]))
    for name in try Folder.contents(folder) where !kept.contains(name) && Self.isOurs(name) {
      Folder.removeFile(folder + "/" + name)
    }
  }

  /// Whether a conversion gives files such names.
  static func isOurs(_ name: String) -> Bool {
    name == ConversionPlan.fileName || name == StoreDescription.fileName || name.hasPrefix("shard-")
      || name.hasPrefix(ConversionPlan.fileName + ".tmp-") || name.hasPrefix(StoreDescription.fileName + ".tmp-")
  }
}

extension ModuleError<StoreErrorDomain> {
  static func tooManySkipped(
    _ skipped: [SkippedRecording], of recordings: Int, dataset: String, _ allowed: Int
  ) -> StoreError {
    let first = skipped.first
    return StoreError(
      .recordingsSkipped, at: ErrorPlace(dataset, .record(first?.id.text ?? "")),
      found: "\(skipped.count) of \(recordings) recordings failed, this one first: \(first?.error ?? "")",
      expected: "at most \(allowed) that fail",
      advice: "Correct them, or allow them to be left out with --allow-skipped \(skipped.count)")
  }
}
