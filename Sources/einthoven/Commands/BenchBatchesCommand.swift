import ArgumentParser
import Dispatch
import ECGStore
import Reproducibility

/// `einthoven bench batches`.
struct BenchBatchesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "batches", abstract: "Time random training batches from a store of fixed layout.",
    discussion: """
      Recordings are decoded, normalised and laid out for training, epoch after
      epoch, until --seconds have passed; the figure is the median epoch's. An
      epoch is 32 batches or more. The first brings the files into memory and
      does not count.

      Example:
        einthoven bench batches ptb-xl.store --batch 64 --json
      """)

  @Argument(help: "The store.")
  var store: String

  @Option(help: "Recordings in a batch.")
  var batch = 64

  @Option(help: "none (mV), min-max or z-score, each lead of each recording by itself.")
  var normalisation: BatchLoader.Normalisation = .none

  @Option(help: "Seed of the order.")
  var seed: UInt64 = 0

  @Option(help: "How long to go on, in seconds.")
  var seconds: Double = 2

  @Flag(help: "One JSON document.")
  var json = false

  @OptionGroup var jobs: JobOptions

  private struct Rates: Encodable {
    let recordingsPerSecond: Double
    let batch: Int
    let threads: Int

    enum CodingKeys: String, CodingKey {
      case recordingsPerSecond = "recordings_per_second"
      case batch, threads
    }
  }

  func validate() throws {
    guard seconds > 0, seconds <= 3600 else { throw ValidationError("--seconds must be above 0 and at most 3600.") }
    if batch < 1 || batch > 65_536 { throw ValidationError("--batch must be from 1 to 65536, not \(batch).") }
  }

  func run() throws {
    let opened = try Store(store)
    guard opened.count > 0 else { throw ValidationError("\(store) holds no recordings.") }
    // A small store's recordings stand several times in an epoch, so that epochs begin seldom.
    let repeats = (32 * batch + opened.count - 1) / opened.count
    let loader = try BatchLoader(
      opened, recordings: (0..<repeats).flatMap { _ in 0..<opened.count },
      settings: .init(batchSize: batch, normalisation: normalisation, seed: seed, workers: jobs.workers))
    func now() -> Double { Double(DispatchTime.now().uptimeNanoseconds) / 1e9 }
    var rates: [Double] = []
    var epoch = 0
    let end = now() + seconds
    repeat {
      let begin = now()
      let sequence = loader.batches(ofEpoch: epoch)
      var done = 0
      while let batch = try sequence.next() { done += batch.indexes.count }
      if epoch > 0, done > 0 { rates.append(Double(done) / (now() - begin)) }
      epoch += 1
    } while now() < end || rates.isEmpty
    let rate = rates.sorted()[rates.count / 2]
    if json {
      let document = Rates(recordingsPerSecond: rate, batch: batch, threads: jobs.workers.count)
      return Console.write(String(decoding: try CanonicalJSON.pretty(document), as: UTF8.self), to: .standardOutput)
    }
    Console.result("\(Int(rate)) recordings/s in batches of \(batch)")
  }
}

extension BatchLoader.Normalisation: ExpressibleByArgument {}
