import ArgumentParser
import ECGCore
import ECGStore
import ECGSynthesis
import Reproducibility

/// `einthoven synthesize`.
struct SynthesizeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "synthesize", abstract: "Make a store of synthetic 12-lead ECGs with exact fiducials and intervals.",
    discussion: """
      Recording i depends on the seed and i alone, whatever the count.

      Example:
        einthoven synthesize --count 1000 --seed 7 --out synthetic.store
      """)

  @Option(help: "How many recordings.")
  var count: Int

  @Option(help: "Seed of everything random.")
  var seed: UInt64 = 0

  @Option(help: "Store to write: a folder that is not there yet.")
  var out: String

  @Option(help: "Sampling frequency in Hz.")
  var rate: Double = 100

  @Option(help: "Seconds each recording lasts.")
  var duration: Double = 10

  @Option(help: "Which population the recordings are drawn from.")
  var preset: String = "default"

  @OptionGroup var storing: StoreOptions

  func validate() throws {
    if count < 1 { throw ValidationError("--count must be at least 1, not \(count).") }
  }

  func run() throws {
    let source = try SyntheticSource(
      count: count, seed: seed, samplingFrequencyInHertz: rate, durationInSeconds: duration, preset: preset)
    let report = try storing.writer.convert(source, to: out, title: "synthesize")
    Console.result("\(out)  \(report.contentDigest.hex)")
  }
}
