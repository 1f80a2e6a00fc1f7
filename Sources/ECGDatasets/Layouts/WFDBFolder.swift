import ECGCore
import Reproducibility
import WFDB

/// A folder of WFDB records listed by name in the manifest.
///
/// A copy may hold only some of the records: those of which any of header, signals or annotations is there are taken, in
/// the manifest's order, and must then be whole, so that a lost file is an error and not a smaller dataset.
struct WFDBFolder: Sendable {
  let path: String
  let records: [DatasetManifest.ManifestRecord]

  init(path: String, manifest: DatasetManifest) throws {
    self.path = path
    let present = (manifest.records ?? []).filter { record in
      ["hea", "dat", "atr"].contains { FileBytes.exists("\(path)/\(record.name).\($0)") }
    }
    guard !present.isEmpty else {
      throw DatasetError(
        .missingSource, at: ErrorPlace(path),
        found: "none of the \(manifest.expected.recordings) records of \(manifest.id)",
        expected: "files such as \(manifest.records?.first?.name ?? "100").hea",
        advice: "Name the folder that holds the records")
    }
    records = present
  }

  var identifiers: [RecordingID] { records.map { RecordingID($0.name) } }

  func signal(of record: DatasetManifest.ManifestRecord) throws -> RecordSignal {
    try RecordSignal(path: "\(path)/\(record.name)")
  }

  /// The record's annotations by `annotator`; nil where there is no such file.
  func annotations(
    of record: DatasetManifest.ManifestRecord, annotator: String
  ) throws(WFDBError) -> [WFDBAnnotation]? {
    let file = "\(path)/\(record.name).\(annotator)"
    return FileBytes.exists(file) ? try AnnotationFile.read(file).marks : nil
  }
}

extension WFDBAnnotation {
  /// The mark in the program's own vocabulary.
  var annotation: Annotation {
    Annotation(
      sample: sample, symbol: symbol, subtype: subtype, channel: channel, number: number, auxiliary: auxiliary)
  }
}

/// Age and sex from a MIT-BIH comment line: `69 M 1085 1629 x1`.
struct HeaderPatient {
  let ageInYears: Double?
  let sex: Sex

  init(comments: [String]) {
    let fields = comments.first?.split(separator: " ") ?? []
    guard fields.count >= 2, fields[1] == "M" || fields[1] == "F" else {
      (ageInYears, sex) = (nil, .unknown)
      return
    }
    // MIT-BIH writes -1 where the age is unknown.
    ageInYears = Double(fields[0]).flatMap { $0 >= 0 ? $0 : nil }
    sex = fields[1] == "M" ? .male : .female
  }
}
