import ArgumentParser
import ECGBenchmark
import ECGSplits
import ECGStore
import Reproducibility

/// `einthoven split`.
struct SplitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "split", abstract: "Divide a store's recordings into train, validation and test.",
    discussion: """
      The file names the store's digest and every recording. The audit is always
      printed: how many recordings and patients each part has, and whether any
      patient stands on two sides.

      Example:
        einthoven split ptb-xl.store --protocol ptb-xl-folds --out ptb-xl.split.json
      """)

  @Argument(help: "A store.")
  var store: String

  @Option(name: .customLong("protocol"), help: "\(SplitProtocol.all.map(\.id).joined(separator: " or ")).")
  var protocolName: String

  @Option(help: "Seed of the protocol, where it draws at random.")
  var seed: UInt64 = 0

  @Option(help: "Split file to write.")
  var out: String

  func run() throws {
    let opened = try Store(store)
    let input = try SplitInput(opened)
    let split = try SplitProtocol.named(protocolName).split(input, seed: seed)
    let audit = SplitAudit(split: split, input: input)
    Console.note(audit.description)
    guard audit.isClean else { throw ExitCode(3) }
    try split.save(to: out)
    Console.result("\(out)  \(try split.digest().hex)")
  }
}
