import ArgumentParser
import ECGBenchmark
import Reproducibility

/// `einthoven bench speed`.
struct BenchSpeedCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "speed", abstract: "Time training and inference of a model on random numbers.",
    discussion: """
      A training step is forward, loss, backward and Adam on one batch that lies
      ready in memory; inference is a forward pass. Figures are those of the
      median of --runs steps. Memory is the whole process's largest while it
      trains. The share of the peak is that of the multiply-adds on registers
      alone which the same threads reach on this machine.

      Example:
        einthoven bench speed --model inception1d --length 1000 --batch 32
      """)

  @Option(help: "The model; einthoven bench list names all.")
  var model = "inception1d"

  @Option(help: "Leads of each recording.")
  var leads = 8

  @Option(help: "Samples of each lead.")
  var length = 1000

  @Option(help: "Recordings in a batch.")
  var batch = 32

  @Option(help: "Outputs of the network.")
  var outputs = 1

  @Option(help: "Threads. Default: all processors.")
  var threads: Int?

  @Option(help: "Training steps, and forward passes, that are timed.")
  var runs = 9

  @Flag(help: "One JSON document.")
  var json = false

  func validate() throws {
    for (name, value, most) in [
      ("leads", leads, 64), ("length", length, 1_000_000), ("batch", batch, 4096), ("outputs", outputs, 4096),
      ("threads", threads ?? 1, 4096), ("runs", runs, 100_000),
    ] where !(1...most).contains(value) {
      throw ValidationError("--\(name) must be from 1 to \(most), not \(value).")
    }
  }

  func run() throws {
    let model = try ReferenceModel.named(model)
    guard length >= model.fewestSamples else {
      throw ValidationError("\(model.id) needs at least \(model.fewestSamples) samples, not \(length).")
    }
    let speed = EngineSpeed(
      of: model, leads: leads, length: length, batch: batch, outputs: outputs, runs: runs,
      workers: threads.map { Workers($0) } ?? .all)
    if json {
      return Console.write(String(decoding: try CanonicalJSON.pretty(speed), as: UTF8.self), to: .standardOutput)
    }
    Console.result(
      """
      \(speed.model), \(leads) x \(length), batches of \(batch), \(speed.threads) threads, \(speed.instructionSet)
      training   \(Int(speed.trainingRecordingsPerSecond)) recordings/s, \(Int(speed.trainingMilliseconds)) ms a step
      inference  \(Int(speed.inferenceRecordingsPerSecond)) recordings/s, \(Int(speed.inferenceMilliseconds)) ms a pass
      memory     \(speed.peakMemoryBytes >> 20) MiB
      arithmetic \(Int(speed.shareOfPeak * 100)) % of a peak of \(Int(speed.peakOperationsPerSecond / 1e9)) GFLOP/s
      """)
  }
}
