import ArgumentParser
import ECGCore
import ECGDatasets
import ECGDelineation
import ECGStore
import Reproducibility

/// `einthoven convert`.
struct ConvertCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert", abstract: "Turn a dataset, as its publisher lays it out, into a store.",
    discussion: """
      Every sample is checked against its header's checksum. A recording that
      cannot be read is named, the others are finished, and the command ends with
      exit status 1 and no store, unless --allow-skipped permits it. A conversion
      that was killed goes on with --resume, to the same bytes.

      Example:
        einthoven convert data/ptb-xl --dataset ptb-xl --out ptb-xl.store
      """)

  @Argument(help: "The dataset's folder.")
  var source: String

  @Option(help: "Dataset id: \(DatasetRegistry.identifiers.joined(separator: ", ")).")
  var dataset: String

  @Option(help: "Store to write: a folder that is not there yet.")
  var out: String

  @Option(
    help: """
      Sampling frequency in Hz. PTB-XL is published at 100 and 500; for any other frequency, and for the other \
      datasets, recordings are resampled.
      """)
  var rate: Double?

  @Option(help: "Keep the first so many seconds of each recording; shorter ones fail.")
  var window: Double?

  @Flag(help: "Find P, QRS and T of each recording and store them, with HR, PR, QRS and QT. See 'einthoven delineate'.")
  var fiducials = false

  @Option(
    help: "Make part I of N of the shards, I from 0, for 'store merge' to seal: any processes, machines and order.",
    transform: { text in
      guard let part = ConversionPart(text) else {
        throw ValidationError("--shard-range must be I/N with I from 0 to N - 1, such as 0/4, not '\(text)'.")
      }
      return part
    })
  var shardRange: ConversionPart?

  @OptionGroup var storing: StoreOptions

  func validate() throws {
    if shardRange != nil && storing.force { throw ValidationError("--force would replace the other parts.") }
    if let rate, SamplingFrequency(hertz: rate) == nil { throw ValidationError("--rate must be above 0, not \(rate).") }
    if let window, !(window > 0 && window.isFinite) {
      throw ValidationError("--window must be above 0, not \(window).")
    }
  }

  func run() throws {
    let registry = DatasetRegistry(manifestsFolder: try Installation.find().manifests)
    let published = try registry.publishedFrequencies(of: dataset)
    let chosen = rate.flatMap { published.contains($0) ? $0 : published.last }
    let recordings = try registry.open(id: dataset, folder: source, options: DatasetOptions(samplingFrequency: chosen))
    var transforms: [any RecordingTransform] = []
    if let rate, rate != chosen, let target = SamplingFrequency(hertz: rate) {
      transforms.append(Resampler(to: target))
    }
    if let window {
      // The window before the filter would make edges that are not there.
      transforms.append(try Window(seconds: window))
      UniformLayout(of: recordings, after: transforms, workers: storing.jobs.workers).map { transforms.append($0) }
    }
    if fiducials { transforms.append(FiducialTransform()) }
    let writer = storing.writer(for: shardRange)
    let report = try writer.convert(recordings, transforms, to: out, title: "convert")
    if let shardRange {
      Console.note("part \(shardRange) is done; when all are, run: einthoven store merge \(out)")
      Console.result("\(out)  part \(shardRange)  \(report.recordings) recordings")
    } else {
      Console.result("\(out)  \(report.contentDigest.hex)")
    }
  }
}
