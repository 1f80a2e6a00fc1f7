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
    guard FileBytes.exists(path + "/" + StoreDescription.fileName) else {
      throw ReproducibilityError(
        .missingFile, at: ErrorPlace(path), found: "no \(StoreDescription.fileName) in it", expected: "a store",
        advice: "Name the folder of a finished store")
    }
    let store: Store
    do {
      store = try Store(path)
      try StoreVerification(store: store, workers: jobs.workers).run()
    } catch let error as any LocatedError {
      Console.note("Error: \(error)")
      throw ExitCode(3)
    }
    Console.result("\(path)  \(store.description.contentDigest.hex)  OK")
  }
}
