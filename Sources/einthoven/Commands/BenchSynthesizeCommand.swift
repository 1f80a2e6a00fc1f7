import ArgumentParser
import Dispatch
import ECGSynthesis
import Reproducibility

/// `einthoven bench synthesize`.
struct BenchSynthesizeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "synthesize", abstract: "Time the generator: one thread, recordings with noise, fiducials and labels.",
    discussion: """
      Recordings are made in rounds of 50, each with another index, until --seconds
      have passed; the figure is the median round's. The first round does not
      count. Nothing is written.

      Example:
        einthoven bench synthesize --preset ptbxl-like --json
      """)

  @Option(help: "Which population the recordings are drawn from.")
  var preset: String = "default"

  @Option(help: "Sampling frequency in Hz.")
  var rate: Double = 500

  @Option(help: "Seconds each recording lasts.")
  var duration: Double = 10

  @Option(help: "How long to go on, in seconds.")
  var seconds: Double = 2

  @Flag(help: "One JSON document.")
  var json = false

  private struct Rates: Encodable {
    let preset: String
    let samples: Int
    let threads: Int
    let recordingsPerSecond: Double

    enum CodingKeys: String, CodingKey {
      case preset, samples, threads
      case recordingsPerSecond = "recordings_per_second"
    }
  }

  func validate() throws {
    guard seconds > 0, seconds <= 3600 else { throw ValidationError("--seconds must be above 0 and at most 3600.") }
  }

  func run() throws {
    let round = 50
    func now() -> Double { Double(DispatchTime.now().uptimeNanoseconds) / 1e9 }
    var times: [Double] = []
    var samples = 0
    var first = 0
    let end = now() + seconds
    repeat {
      let source = try SyntheticSource(
        indexes: first..<first + round, seed: 0, samplingFrequencyInHertz: rate, durationInSeconds: duration,
        preset: preset)
      let begin = now()
      for index in 0..<round { samples = try source.recording(at: index).signal.sampleCount }
      if first > 0 { times.append(now() - begin) }
      first += round
    } while now() < end || times.count < 3
    let rate = Double(round) / times.sorted()[times.count / 2]
    if json {
      let document = Rates(preset: preset, samples: samples, threads: 1, recordingsPerSecond: rate)
      return Console.write(String(decoding: try CanonicalJSON.pretty(document), as: UTF8.self), to: .standardOutput)
    }
    Console.result("\(Int(rate)) recordings/s of 12 x \(samples) on one thread (preset \(preset))")
  }
}
