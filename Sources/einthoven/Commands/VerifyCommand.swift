import ArgumentParser
import ECGStore
import Reproducibility

/// `einthoven verify`.
struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Decode everything in a store and recompute every digest.",
    discussion: """
      Exit status 3 where something does not agree.

      Example:
        einthoven verify ptb-xl.store
      """)

  @Argument(help: "A store.")
  var path: String

  @OptionGroup var jobs: JobOptions

  func run() throws {
    let store = try Store(path)
    do {
      try StoreVerification(store: store, workers: jobs.workers).run()
    } catch let error as StoreError {
      Console.note("Error: \(error)")
      throw ExitCode(3)
    }
    Console.result("\(path)  \(store.description.contentDigest.hex)  OK")
  }
}
