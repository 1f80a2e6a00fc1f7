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
  private let annotator: String

  /// `annotator` is the one that every published record has annotations of.
  init(path: String, manifest: DatasetManifest, annotator: String) throws {
    self.path = path
    self.annotator = annotator
    let present = (manifest.records ?? []).filter { record in
      ["hea", "dat", "atr", annotator].contains { FileBytes.exists("\(path)/\(record.name).\($0)") }
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

  /// The annotations that every published record has.
  ///
  /// - Throws: ``DatasetError`` `missing-source` or `incomplete-annotations`; `WFDBError`.
  func annotations(of record: DatasetManifest.ManifestRecord) throws -> [WFDBAnnotation] {
    guard let marks = try annotations(of: record, annotator: annotator) else {
      throw DatasetError(
        .missingSource, at: ErrorPlace("\(path)/\(record.name).\(annotator)"), found: "no such file",
        expected: "annotations that every published record has", advice: "Fetch the record again")
    }
    return marks
  }

  /// The record's annotations by `annotator`; nil where there is no such file.
  ///
  /// - Throws: ``DatasetError`` `incomplete-annotations` where the file ends without the word that ends such files, so
  ///   that marks may be lost; `WFDBError`.
  func annotations(
    of record: DatasetManifest.ManifestRecord, annotator: String
  ) throws -> [WFDBAnnotation]? {
    let file = "\(path)/\(record.name).\(annotator)"
    guard FileBytes.exists(file) else { return nil }
    let annotations = try AnnotationFile.read(file)
    guard annotations.isTerminated else {
      throw DatasetError(
        .incompleteAnnotations, at: ErrorPlace(file), found: "the end of the file after \(annotations.count) marks",
        expected: "a word of 0 behind the last mark", advice: "The file is cut short: fetch it again")
    }
    return annotations.marks
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
