import ECGCore
import Reproducibility

/// How a conversion is done; only `allowSkipped` can change what the store contains.
public struct ConversionOptions: Sendable {
  /// How chunks are compressed.
  public var codec: Codec
  /// The most recordings in one shard.
  public var recordingsPerShard: Int
  /// Threads that read and compress.
  public var workers: Workers
  /// How many recordings may fail before nothing is written.
  public var allowSkipped: Int
  /// Whether a folder that is there already is replaced, once the new one is complete.
  public var force: Bool

  /// The usual options unless given.
  public init(
    codec: Codec = .deflate, recordingsPerShard: Int = ShardPlan.defaultRecordingsPerShard, workers: Workers = .all,
    allowSkipped: Int = 0, force: Bool = false
  ) {
    self.codec = codec
    self.recordingsPerShard = recordingsPerShard
    self.workers = workers
    self.allowSkipped = allowSkipped
    self.force = force
  }
}

/// How far a conversion has come.
public struct ConversionProgress: Sendable, Equatable {
  /// Recordings read so far, skipped ones among them.
  public let done: Int
  /// Recordings of the source.
  public let total: Int
  /// Recordings that could not be read, so far.
  public let skipped: [SkippedRecording]

  /// `done` of `total`, `skipped` among them.
  public init(done: Int, total: Int, skipped: [SkippedRecording] = []) {
    self.done = done
    self.total = total
    self.skipped = skipped
  }
}

/// What a conversion did.
public struct ConversionReport: Sendable, Equatable {
  /// How many recordings the store holds.
  public let recordings: Int
  /// Those that failed, in the source's order.
  public let skipped: [SkippedRecording]
  /// The store's.
  public let contentDigest: Digest

  /// A report.
  public init(recordings: Int, skipped: [SkippedRecording], contentDigest: Digest) {
    self.recordings = recordings
    self.skipped = skipped
    self.contentDigest = contentDigest
  }
}
