import ECGCore
import ECGDelineation
import ECGReport

/// What `delineate` prints of recordings.
struct DelineationReport: Encodable {
  let source = Delineator.source
  let recordings: [Entry]

  struct Entry: Encodable {
    let id: String
    let samplingFrequency: Double
    /// Why there are no beats.
    let rejection: String?
    let intervals: [String: Double]
    let fiducials: [[String: Int]]

    enum CodingKeys: String, CodingKey {
      case id
      case samplingFrequency = "sampling_frequency"
      case rejection, intervals, fiducials
    }

    init(_ recording: RecordingToDelineate, _ delineation: Delineation) {
      id = recording.id
      samplingFrequency = recording.samplingFrequency.hertz
      rejection = delineation.rejection.map { "\($0)" }
      let found = Intervals(delineation.fiducials, samplingFrequency: recording.samplingFrequency)
      intervals = Dictionary(
        uniqueKeysWithValues: IntervalKind.allCases.compactMap { kind in found[kind].map { (kind.rawValue, $0) } })
      fiducials = delineation.fiducials.beats.map { beat in
        Dictionary(
          uniqueKeysWithValues: Fiducial.allCases.filter { beat[$0] != Beat.absent }
            .map { ($0.rawValue, Int(beat[$0])) })
      }
    }
  }

  /// For people: a line of intervals for each recording, then a line for each beat.
  var text: String {
    recordings.map { entry in
      let intervals = IntervalKind.allCases.compactMap { kind in
        entry.intervals[kind.rawValue].map { "\(kind.shortName) \($0.fixed(kind == .heartRate ? 1 : 0)) \(kind.unit)" }
      }
      let facts = entry.rejection.map { ["no beats: \($0)"] } ?? ["\(entry.fiducials.count) beats"] + intervals
      let table = Table(
        columns: Fiducial.allCases.map { .init($0.rawValue, isNumeric: true) },
        rows: entry.fiducials.map { beat in Fiducial.allCases.map { beat[$0.rawValue].map { "\($0)" } ?? "" } })
      return "\(entry.id): \(facts.joined(separator: ", "))\n"
        + (entry.fiducials.isEmpty ? "" : "\n\(table.markdown)\n")
    }.joined()
  }
}
