/// Which recordings go into which shard: a pure function of the two counts, so that any machine can make any shard.
public struct ShardPlan: Sendable, Equatable {
  /// The most that a shard holds unless asked for: about 180 MB of compressed 12 x 5000 recordings.
  public static let mostRecordingsPerShard = 4096
  /// The least that a shard of a dataset with several of them holds unless asked for.
  static let leastRecordingsPerShard = 256
  /// So many shards at least, where their recordings are enough: a shard's digest can only begin when the shard is whole,
  /// and while one is digested the next is made.
  static let wantedShards = 4

  /// How many recordings the source has.
  public let recordings: Int
  /// The most that one shard holds, at least 1.
  public let recordingsPerShard: Int

  /// A plan for `recordings` recordings, without `recordingsPerShard` with as many to a shard as suits them: 4,096, or a
  /// quarter of fewer than 16,384, but not less than 256.
  public init(recordings: Int, recordingsPerShard: Int? = nil) {
    self.recordings = max(0, recordings)
    let share = (self.recordings + Self.wantedShards - 1) / Self.wantedShards
    let suiting = min(Self.mostRecordingsPerShard, max(Self.leastRecordingsPerShard, share))
    self.recordingsPerShard = max(1, recordingsPerShard ?? suiting)
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
