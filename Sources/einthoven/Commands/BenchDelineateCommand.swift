import ArgumentParser
import ECGDelineation
import ECGStore
import Reproducibility

/// `einthoven bench delineate`.
struct BenchDelineateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "delineate", abstract: "Time the delineator: one thread, from millivolts to fiducials.",
    discussion: """
      Every lead is delineated by itself, beats included, and every recording with
      all its leads together, in rounds until --seconds have passed; the figures
      are the median round's. Reading does not count, nor does the first round.

      Example:
        einthoven bench delineate data/ptb-xl/records100/00000 --json
      """)

  @Argument(help: "A store, a record, or a folder of records.")
  var path: String

  @Option(help: "At most so many recordings.")
  var limit = 50

  @Option(help: "How long to go on, in seconds, for each of the two.")
  var seconds: Double = 2

  @Flag(help: "One JSON document.")
  var json = false

  private struct Rates: Encodable {
    let recordings: Int
    let leads: Int
    let leadsPerSecond: Double
    let recordingsPerSecond: Double
    let samplesPerSecond: Double

    enum CodingKeys: String, CodingKey {
      case recordings, leads
      case leadsPerSecond = "leads_per_second"
      case recordingsPerSecond = "recordings_per_second"
      case samplesPerSecond = "samples_per_second"
    }
  }

  func validate() throws {
    guard seconds > 0, seconds <= 3600 else { throw ValidationError("--seconds must be above 0 and at most 3600.") }
    if limit < 1 { throw ValidationError("--limit must be at least 1.") }
  }

  func run() throws {
    let recordings: [RecordingToDelineate]
    if FileBytes.exists(path + "/" + StoreDescription.fileName) {
      let store = try Store(path)
      recordings = try (0..<min(limit, store.count)).map { try RecordingToDelineate(store: store, index: $0) }
    } else {
      recordings = try RecordingToDelineate.records(at: path).prefix(limit).map { try .init(record: $0) }
    }
    guard !recordings.isEmpty else { throw ValidationError("\(path) holds no recordings.") }
    let work = try recordings.map { recording in
      (try Delineator(samplingFrequency: recording.samplingFrequency.hertz), recording.leadsInMillivolts)
    }
    let leads = work.reduce(0) { $0 + $1.1.count }
    let samples = work.reduce(0) { sum, item in sum + item.1.reduce(0) { $0 + $1.count } }
    let alone = try medianRound {
      for (delineator, leads) in work { for lead in leads { _ = try delineator.delineate([lead]) } }
    }
    let together = try medianRound { for (delineator, leads) in work { _ = try delineator.delineate(leads) } }
    let rates = Rates(
      recordings: recordings.count, leads: leads, leadsPerSecond: Double(leads) / alone,
      recordingsPerSecond: Double(recordings.count) / together, samplesPerSecond: Double(samples) / alone)
    if json {
      return Console.write(String(decoding: try CanonicalJSON.pretty(rates), as: UTF8.self), to: .standardOutput)
    }
    Console.result("\(Int(rates.leadsPerSecond)) leads/s, \(Int(rates.recordingsPerSecond)) recordings/s")
  }

  /// Seconds of the median round, after one that does not count.
  private func medianRound(_ body: () throws -> Void) throws -> Double {
    try body()
    return try TimedRounds(seconds: seconds, body).median
  }
}
