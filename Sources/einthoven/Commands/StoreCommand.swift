import ArgumentParser
import ECGStore
import Reproducibility

/// `einthoven store`.
struct StoreCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "store", abstract: "Put stores together.", subcommands: [Merge.self])

  /// Seals a store whose parts were made by several processes.
  struct Merge: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Seal a store whose parts 'convert --shard-range' made.",
      discussion: """
        Every shard is compared with what its process noted of it. Where one is
        missing, the command says which and ends with exit status 1. The store is
        the same, byte for byte, as one that a single process made.

        Example:
          einthoven store merge ptb-xl.store
        """)

    @Argument(help: "The folder that the parts were written to.")
    var path: String

    @Option(help: "Seal the store even if up to so many recordings had to be skipped.")
    var allowSkipped: Int = 0

    @OptionGroup var jobs: JobOptions

    func validate() throws {
      if allowSkipped < 0 { throw ValidationError("--allow-skipped must be at least 0.") }
    }

    func run() throws {
      let report = try StoreMerge.run(path, allowSkipped: allowSkipped, workers: jobs.workers)
      for recording in report.skipped { Console.warning("recording \(recording.id) failed: \(recording.error)") }
      Console.note("store merge: \(report.recordings) recordings")
      Console.result("\(path)  \(report.contentDigest.hex)")
    }
  }
}
