import ECGCore
import Reproducibility

/// How a conversion is done; only `allowSkipped` can change what the store contains.
public struct ConversionOptions: Sendable {
  /// How chunks are compressed.
  public var codec: Codec
  /// How much effort goes into that: one of the codec's levels, nil for its default.
  public var level: Int?
  /// The most recordings in one shard.
  public var recordingsPerShard: Int
  /// Threads that read and compress.
  public var workers: Workers
  /// How many recordings may fail before nothing is written.
  public var allowSkipped: Int
  /// Whether a folder that is there already is replaced, once the new one is complete.
  public var force: Bool
  /// Whether a conversion that was broken off is gone on with.
  public var resume: Bool
  /// Which part of the shards is made; nil for all of them, which also seals the store.
  public var part: ConversionPart?

  /// The usual options unless given.
  public init(
    codec: Codec = .deflate, level: Int? = nil, recordingsPerShard: Int = ShardPlan.defaultRecordingsPerShard,
    workers: Workers = .all, allowSkipped: Int = 0, force: Bool = false, resume: Bool = false,
    part: ConversionPart? = nil
  ) {
    self.codec = codec
    self.level = level
    self.recordingsPerShard = recordingsPerShard
    self.workers = workers
    self.allowSkipped = allowSkipped
    self.force = force
    self.resume = resume
    self.part = part
  }
}

/// One of several equal parts of a conversion, which any number of processes make in any order.
public struct ConversionPart: Sendable, Equatable, CustomStringConvertible {
  /// From 0.
  public let index: Int
  /// How many parts there are.
  public let count: Int

  /// Part `index` of `count`; nil where there is no such part.
  public init?(index: Int, of count: Int) {
    guard count >= 1, count <= 1 << 20, (0..<count).contains(index) else { return nil }
    (self.index, self.count) = (index, count)
  }

  /// The part written as `3/8`.
  public init?(_ text: String) {
    let numbers = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard numbers.count == 2, let index = numbers[0], let count = numbers[1] else { return nil }
    self.init(index: index, of: count)
  }

  /// `3/8`.
  public var description: String { "\(index)/\(count)" }

  /// The part's shards: floor(I S / N) to floor((I + 1) S / N) - 1.
  public func shards(of total: Int) -> Range<Int> { index * total / count..<(index + 1) * total / count }
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
