import ECGCore
import Reproducibility
import WFDB

/// MIT-BIH Arrhythmia Database (Moody and Mark 2001): 2 leads of 30 minutes at 360 Hz, every beat annotated.
///
/// Beats are counted by the classes of ANSI/AAMI EC57 as de Chazal et al. 2004 (table I) assign them.
public struct MITBIHDataset: RecordingSource {
  /// Dataset, version, licence, citation.
  public let description: SourceDescription
  /// Record names.
  public let identifiers: [RecordingID]
  /// Two leads, any length.
  public let layout = SignalLayout.variable(leadCount: 2)
  /// Group of the record; beats by class; rhythms.
  public let columns: [ColumnDefinition]
  private let folder: WFDBFolder
  private let labels: LabelMap
  private let classOfSymbol: [String: Int]

  init(folder: String, manifest: DatasetManifest, labels: LabelMap, _ options: DatasetOptions) throws {
    self.folder = try WFDBFolder(path: folder, manifest: manifest, annotator: "atr")
    self.labels = labels
    description = manifest.sourceDescription
    identifiers = self.folder.identifiers
    var classOfSymbol: [String: Int] = [:]
    for (index, name) in labels.classes.enumerated() {
      for symbol in labels.codes?[name] ?? [] { classOfSymbol[symbol] = index }
    }
    self.classOfSymbol = classOfSymbol
    columns =
      [
        ColumnDefinition(
          name: "group", group: .record, kind: .text, meaning: "DS1, DS2 or paced, after de Chazal et al. 2004")
      ]
      + labels.classes.map {
        ColumnDefinition(
          name: "beats_\($0.lowercased())", group: .label, kind: .integer,
          meaning: "annotated beats of AAMI class \($0)")
      }
      + [
        ColumnDefinition(
          name: "rhythms", group: .label, kind: .text, meaning: "different rhythms in order of their first appearance")
      ]
  }

  /// The record at `index` with its reference beats and rhythms.
  ///
  /// - Throws: `WFDBError` or ``DatasetError``.
  public func recording(at index: Int) throws -> Recording {
    let record = folder.records[index]
    let source = try folder.signal(of: record)
    let marks = try folder.annotations(of: record)
    var counts = Array(repeating: Int64(0), count: labels.classes.count)
    var rhythms: [String] = []
    for mark in marks {
      if let place = classOfSymbol[mark.symbol] { counts[place] += 1 }
      if mark.symbol == "+", !mark.auxiliary.isEmpty, !rhythms.contains(mark.auxiliary) {
        rhythms.append(mark.auxiliary)
      }
    }
    let patient = HeaderPatient(comments: source.header.comments)
    return Recording(
      id: RecordingID(record.name), patient: record.patient.map { PatientID($0) }, ageInYears: patient.ageInYears,
      sex: patient.sex, signal: source.signal, annotations: marks.map(\.annotation),
      columns: [.text(record.group ?? "")] + counts.map { .integer($0) } + [.text(rhythms.joined(separator: " "))],
      provenance: Provenance(source: record.name, sourceDigest: source.sourceDigest))
  }
}
