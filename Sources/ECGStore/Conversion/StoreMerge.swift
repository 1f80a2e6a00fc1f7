import Reproducibility

/// Seals a store whose shards were made by several processes.
///
/// ```swift
/// let report = try StoreMerge.run("ptb-xl.store")
/// ```
public enum StoreMerge {
  /// Reads the plan and every shard's receipt in the folder `path`, and writes `store.json` where nothing is missing. A
  /// store that is sealed already is left as it is.
  ///
  /// - Throws: ``StoreError`` `missing-shard` naming the first shard that is not finished, `recordings-skipped`,
  ///   `malformed-store` where the folder holds no conversion. O(bytes of shards), since each is hashed.
  public static func run(_ path: String, allowSkipped: Int = 0, workers: Workers = .all) throws -> ConversionReport {
    if FileBytes.exists(path + "/" + StoreDescription.fileName) {
      return ConversionReport(try Store(path).description)
    }
    let store = UnsealedStore(folder: path)
    guard let plan = try store.plan() else {
      throw StoreError(
        .malformedStore, at: ErrorPlace(path), found: "neither \(StoreDescription.fileName) nor a plan",
        expected: "a folder that 'convert --shard-range' wrote", advice: "Convert its parts first")
    }
    let receipts = try workers.map(plan.shards.count) { shard in
      guard let receipt = try store.receipt(shard, of: plan) else {
        throw StoreError(
          .missingShard, at: ErrorPlace(path + "/" + plan.shards.name(ofShard: shard)),
          found: "not finished, or not of this plan", expected: "all of \(plan.shards.count) shards",
          advice: "Convert the part that it belongs to again")
      }
      return receipt
    }
    return ConversionReport(try store.seal(plan, receipts, allowSkipped: allowSkipped))
  }
}

extension ConversionReport {
  /// What a sealed store says of its making.
  init(_ description: StoreDescription) {
    self.init(
      recordings: description.recordings, skipped: description.skipped, contentDigest: description.contentDigest)
  }
}
