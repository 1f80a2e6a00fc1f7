import ArgumentParser
import ECGDatasets
import ECGStore
import Reproducibility

/// `einthoven convert`.
struct ConvertCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert", abstract: "Turn a dataset, as its publisher lays it out, into a store.",
    discussion: """
      Every sample is checked against its header's checksum. A recording that
      cannot be read is named, the others are finished, and the command ends with
      exit status 1 and no store, unless --allow-skipped permits it.

      Example:
        einthoven convert data/ptb-xl --dataset ptb-xl --out ptb-xl.store
      """)

  @Argument(help: "The dataset's folder.")
  var source: String

  @Option(help: "Dataset id: \(DatasetRegistry.identifiers.joined(separator: ", ")).")
  var dataset: String

  @Option(help: "Store to write: a folder that is not there yet.")
  var out: String

  @Option(help: "Sampling frequency in Hz, for datasets published at several (PTB-XL: 100 or 500).")
  var rate: Double?

  @OptionGroup var storing: StoreOptions

  func run() throws {
    let registry = DatasetRegistry(manifestsFolder: try Installation.find().manifests)
    let recordings = try registry.open(id: dataset, folder: source, options: DatasetOptions(samplingFrequency: rate))
    let report = try storing.writer.convert(recordings, to: out, title: "convert")
    Console.result("\(out)  \(report.contentDigest.hex)")
  }
}
