import ECGCore
import Reproducibility
import WFDB

/// PTB-XL (Wagner et al. 2020): 12 leads of 10 s, published at 500 and at 100 Hz.
///
/// A recording's superclasses are the `diagnostic_class` of its scp_codes that scp_statements.csv calls diagnostic, as in
/// the authors' own example; the likelihood that counts is in labels.json.
public struct PTBXLDataset: RecordingSource {
  /// Dataset, version, licence, citation.
  public let description: SourceDescription
  /// ecg_id as text, in the table's order.
  public let identifiers: [RecordingID]
  /// 12 leads, 1,000 or 5,000 samples.
  public let layout: SignalLayout
  /// Facts and labels from the table.
  public let columns: [ColumnDefinition]
  private let folder: String
  private let rows: [PTBXLRow]
  private let labels: LabelMap

  init(folder: String, manifest: DatasetManifest, labels: LabelMap, _ options: DatasetOptions) throws {
    self.folder = folder
    self.labels = labels
    description = manifest.sourceDescription
    let hertz = options.samplingFrequency ?? (FileBytes.isFolder(folder + "/records500") ? 500 : 100)
    guard hertz == 100 || hertz == 500, let samplingFrequency = SamplingFrequency(hertz: hertz) else {
      throw DatasetError(
        .unsupportedOption, at: ErrorPlace("--rate"), found: "\(hertz) Hz",
        expected: "100 or 500 Hz, the frequencies that PTB-XL is published at",
        advice: "Choose --rate 100 or --rate 500")
    }
    guard FileBytes.isFolder("\(folder)/records\(Int(hertz))") else {
      throw DatasetError(
        .missingSource, at: ErrorPlace("\(folder)/records\(Int(hertz))"), found: "no such folder",
        expected: "the recordings at \(Int(hertz)) Hz", advice: "Fetch them, or choose another --rate")
    }
    layout = .fixed(
      leads: .standard12, sampleCount: Int(hertz) * 10, samplingFrequency: samplingFrequency)
    let statements = try SCPStatements(path: folder + "/scp_statements.csv", labels: labels)
    let table = try DelimitedText(path: folder + "/ptbxl_database.csv")
    rows = try PTBXLRow.all(in: table, fileColumn: hertz == 100 ? "filename_lr" : "filename_hr", statements, labels)
    identifiers = rows.map(\.id)
    columns = PTBXLRow.columns(classes: labels.classes)
  }

  /// The recording at `index`.
  ///
  /// - Throws: `WFDBError` or ``DatasetError``.
  public func recording(at index: Int) throws -> Recording {
    let row = rows[index]
    let source = try RecordSignal(path: "\(folder)/\(row.file)")
    if case .fixed(let leads, let sampleCount, let samplingFrequency) = layout {
      let signal = source.signal
      guard signal.leads == leads, signal.sampleCount == sampleCount, signal.samplingFrequency == samplingFrequency
      else {
        throw DatasetError(
          .unexpectedSignal, at: ErrorPlace("\(folder)/\(row.file).hea"),
          found:
            "\(signal.sampleCount) samples at \(signal.samplingFrequency) of \(signal.leads.names.joined(separator: " "))",
          expected: "\(sampleCount) samples at \(samplingFrequency) of \(leads.names.joined(separator: " "))",
          advice: "Check that this is the published record")
      }
    }
    return Recording(
      id: row.id, patient: row.patient, ageInYears: row.ageInYears, sex: row.sex, signal: source.signal,
      columns: row.values, provenance: Provenance(source: row.file, sourceDigest: source.sourceDigest))
  }
}
