/// Which recordings go into which shard: a pure function of the two counts, so that any machine can make any shard.
public struct ShardPlan: Sendable, Equatable {
  /// About 180 MB of compressed 12 x 5000 recordings.
  public static let defaultRecordingsPerShard = 4096

  /// How many recordings the source has.
  public let recordings: Int
  /// The most that one shard holds, at least 1.
  public let recordingsPerShard: Int

  /// A plan for `recordings` recordings.
  public init(recordings: Int, recordingsPerShard: Int = ShardPlan.defaultRecordingsPerShard) {
    self.recordings = max(0, recordings)
    self.recordingsPerShard = max(1, recordingsPerShard)
  }

  /// How many shards.
  public var count: Int { (recordings + recordingsPerShard - 1) / recordingsPerShard }

  /// The source's indexes that shard `index` covers.
  public func recordings(ofShard index: Int) -> Range<Int> {
    precondition((0..<count).contains(index))
    let first = index * recordingsPerShard
    return first..<min(first + recordingsPerShard, recordings)
  }

  /// `shard-00000.h5` for 0.
  public func name(ofShard index: Int) -> String {
    let digits = String(index)
    return "shard-" + String(repeating: "0", count: max(0, 5 - digits.count)) + digits + ".h5"
  }
}
