import ECGCore
import ECGDelineation
import ECGStore
import Foundation
import Reproducibility
import WFDB

/// One recording as the delineator takes it, from a record or a store.
struct RecordingToDelineate {
  let id: String
  let samplingFrequency: SamplingFrequency
  let leadNames: [String]
  /// `[leads][samples]`, a missing sample as NaN.
  let leadsInMillivolts: [[Float]]

  /// The leads of the record at `path` (without extension): every signal in mV, µV or V.
  ///
  /// - Throws: `WFDBError`; ``ReproducibilityError`` where no signal is a voltage.
  init(record path: String) throws {
    let reader = try RecordReader(path: path)
    let read = try reader.read().smoothed()
    var names: [String] = []
    var leads: [[Float]] = []
    for (index, signal) in read.signals.enumerated() {
      guard let scale = signal.millivoltsInUnit else { continue }
      names.append(Lead.standardised(signal.name).name)
      leads.append(read.physical(of: index).map { Float($0 * scale) })
    }
    guard !leads.isEmpty, let frequency = SamplingFrequency(hertz: reader.header.samplingFrequency) else {
      throw ReproducibilityError(
        .missingFile, at: ErrorPlace(path + ".hea"), found: "no signal in mV, uV or V", expected: "an ECG",
        advice: "Name a record that holds one")
    }
    id = reader.header.recordName
    samplingFrequency = frequency
    leadNames = names
    leadsInMillivolts = leads
  }

  /// The recording at `index` of `store`.
  init(store: Store, index: Int) throws {
    let signal = try store.signal(at: index)
    id = store.identifiers[index].text
    samplingFrequency = signal.samplingFrequency
    leadNames = signal.leads.names
    leadsInMillivolts = signal.leads.leads.indices.map { signal.physicalInMillivolts(lead: $0).map { Float($0) } }
  }

  /// What the delineator finds in all leads.
  ///
  /// - Throws: `DelineationError` `unsupported-frequency`.
  func delineated() throws -> Delineation {
    try Delineator(samplingFrequency: samplingFrequency.hertz).delineate(leadsInMillivolts)
  }

  /// Records under `path`: the record itself, or every one in the folder, sorted by name.
  static func records(at path: String) throws -> [String] {
    guard FileBytes.isFolder(path) else { return [RecordName.withoutExtension(path)] }
    let files = try FileManager.default.contentsOfDirectory(atPath: path)
    let records = files.filter { $0.hasSuffix(".hea") }.map { String($0.dropLast(4)) }.sorted()
    guard !records.isEmpty else {
      throw ReproducibilityError(
        .missingFile, at: ErrorPlace(path), found: "no file .hea in it", expected: "a store, or WFDB records",
        advice: "Name a store, a record or a folder that holds records")
    }
    return records.map { path + "/" + $0 }
  }
}

extension ReadSignal {
  /// What physical values are multiplied by to give mV; nil where the unit is none of mV, uV and V.
  var millivoltsInUnit: Double? {
    switch units.lowercased() {
    case "mv": 1
    case "uv": 0.001
    case "v": 1000
    default: nil
    }
  }
}
