import ArgumentParser
import ECGCore
import ECGStore
import Reproducibility

/// How a store is written, for every command that writes one.
struct StoreOptions: ParsableArguments {
  @Option(
    help: """
      How samples are compressed: deflate, which any HDF5 library reads; szip, faster, which some lack; or none.
      """)
  var codec: Codec = .deflate

  @Option(help: "Level of deflate, 1 (fast) to 12 (small). Default: \(Codec.deflate.defaultLevel ?? 0).")
  var level: Int?

  @Option(help: "Recordings in a shard.")
  var recordingsPerShard: Int = ShardPlan.defaultRecordingsPerShard

  @Option(help: "Seal the store even if up to so many recordings had to be skipped; they are listed in store.json.")
  var allowSkipped: Int = 0

  @Flag(help: "Replace a store that is there.")
  var force = false

  @Flag(help: "Go on with a conversion that was broken off: finished shards are kept.")
  var resume = false

  @OptionGroup var jobs: JobOptions

  func validate() throws {
    if let level, codec.levels?.contains(level) != true {
      throw ValidationError(
        codec.levels.map { "--level must be \($0.lowerBound) to \($0.upperBound), not \(level)." }
          ?? "--level is deflate's: \(codec) has none.")
    }
    if recordingsPerShard < 1 { throw ValidationError("--recordings-per-shard must be at least 1.") }
    if resume && force { throw ValidationError("--resume keeps what is there and --force replaces it: give one.") }
    if allowSkipped < 0 { throw ValidationError("--allow-skipped must be at least 0.") }
  }

  /// What writes a store with these options.
  var writer: StoreWriter { writer(for: nil) }

  /// What writes one part of a store, or all of it.
  func writer(for part: ConversionPart?) -> StoreWriter {
    StoreWriter(
      options: ConversionOptions(
        codec: codec, level: level, recordingsPerShard: recordingsPerShard, workers: jobs.workers,
        allowSkipped: allowSkipped, force: force, resume: resume, part: part))
  }
}

extension Codec: ExpressibleByArgument {}
