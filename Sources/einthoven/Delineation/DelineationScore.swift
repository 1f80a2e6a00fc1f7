import ECGCore
import ECGDelineation
import ECGReport

/// How fiducials compare with reference ones, for one record or for all: the document of `delineate --evaluate --json`.
struct DelineationScore: Encodable, Sendable {
  var beats = BeatComparison()
  var boundaries = BoundaryComparison()

  private struct BeatFigures: Encodable {
    let truePositives: Int
    let falseNegatives: Int
    let falsePositives: Int
    let sensitivity: Double
    let positivePredictivity: Double
    let meanMilliseconds: Double
    let sdMilliseconds: Double

    enum CodingKeys: String, CodingKey {
      case truePositives = "true_positives"
      case falseNegatives = "false_negatives"
      case falsePositives = "false_positives"
      case sensitivity
      case positivePredictivity = "positive_predictivity"
      case meanMilliseconds = "mean_ms"
      case sdMilliseconds = "sd_ms"
    }
  }

  private struct BoundaryFigures: Encodable {
    let sensitivity: Double
    let positivePredictivity: Double
    let meanMilliseconds: Double
    let sdMilliseconds: Double
    let meanRecordSDMilliseconds: Double
    let count: Int
    let missed: Int

    enum CodingKeys: String, CodingKey {
      case sensitivity
      case positivePredictivity = "positive_predictivity"
      case meanMilliseconds = "mean_ms"
      case sdMilliseconds = "sd_ms"
      case meanRecordSDMilliseconds = "mean_record_sd_ms"
      case count, missed
    }
  }

  enum CodingKeys: String, CodingKey {
    case beats, boundaries
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(
      BeatFigures(
        truePositives: beats.truePositives, falseNegatives: beats.falseNegatives,
        falsePositives: beats.falsePositives, sensitivity: beats.sensitivity,
        positivePredictivity: beats.positivePredictivity, meanMilliseconds: beats.meanErrorMilliseconds,
        sdMilliseconds: beats.sdErrorMilliseconds), forKey: .beats)
    var figures: [String: BoundaryFigures] = [:]
    for fiducial in Fiducial.allCases {
      guard let found = boundaries[fiducial] else { continue }
      figures[fiducial.rawValue] = BoundaryFigures(
        sensitivity: found.sensitivity, positivePredictivity: found.positivePredictivity,
        meanMilliseconds: found.meanMilliseconds, sdMilliseconds: found.sdMilliseconds,
        meanRecordSDMilliseconds: found.meanRecordSDMilliseconds, count: found.count, missed: found.missed)
    }
    try container.encode(figures, forKey: .boundaries)
  }

  mutating func add(_ other: DelineationScore) {
    beats = beats + other.beats
    boundaries.add(other.boundaries)
  }

  /// For people.
  var text: String {
    let counts =
      "beats: \(beats.truePositives) found, \(beats.falseNegatives) missed, \(beats.falsePositives) false; sensitivity "
      + "\((beats.sensitivity * 100).fixed(2))%, positive predictivity "
      + "\((beats.positivePredictivity * 100).fixed(2))%, mean \(beats.meanErrorMilliseconds.fixed(1)) ms, sd "
      + "\(beats.sdErrorMilliseconds.fixed(1)) ms\n"
    let rows = Fiducial.allCases.compactMap { fiducial -> [String]? in
      guard let found = boundaries[fiducial] else { return nil }
      return [
        fiducial.rawValue, "\(found.count)", "\(found.missed)", (found.sensitivity * 100).fixed(2),
        (found.positivePredictivity * 100).fixed(2), found.meanMilliseconds.fixed(1), found.sdMilliseconds.fixed(1),
        found.meanRecordSDMilliseconds.fixed(1),
      ]
    }
    guard rows.count > 1 else { return counts }
    let titles = ["found", "missed", "Se %", "P+ %", "mean ms", "sd ms", "mean record sd ms"]
    return counts + "\n"
      + Table(columns: [.init("fiducial")] + titles.map { .init($0, isNumeric: true) }, rows: rows).markdown
  }
}
