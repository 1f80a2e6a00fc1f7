import ArgumentParser
import ECGCore
import ECGStore
import Reproducibility

/// How a store is written, for every command that writes one.
struct StoreOptions: ParsableArguments {
  @Option(help: "deflate or none. Both are read by any HDF5 library.")
  var codec: Codec = .deflate

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
        codec: codec, recordingsPerShard: recordingsPerShard, workers: jobs.workers, allowSkipped: allowSkipped,
        force: force, resume: resume, part: part))
  }
}

extension Codec: ExpressibleByArgument {}
