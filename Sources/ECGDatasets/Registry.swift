import ECGCore
import Foundation
import Reproducibility

/// What a user may choose about a dataset.
public struct DatasetOptions: Sendable {
  /// Hz, for datasets published at several.
  public let samplingFrequency: Double?

  /// Options.
  public init(samplingFrequency: Double? = nil) { self.samplingFrequency = samplingFrequency }
}

/// One line of the list of datasets.
struct RegisteredDataset: Sendable {
  let id: String
  let version: String
  /// The frequencies in Hz that a user can choose from; empty where it is published at one.
  var publishedFrequencies: [Double] = []
  /// Opens the dataset in `folder`, described by the manifest and label map given.
  let open:
    @Sendable (_ folder: String, _ manifest: DatasetManifest, _ labels: LabelMap, _ options: DatasetOptions) throws
      -> any RecordingSource
}

/// All datasets that can be converted.
public struct DatasetRegistry: Sendable {
  static let all: [RegisteredDataset] = [
    RegisteredDataset(id: "ptb-xl", version: "1.0.3", publishedFrequencies: [100, 500]) {
      try PTBXLDataset(folder: $0, manifest: $1, labels: $2, $3)
    },
    RegisteredDataset(id: "mit-bih", version: "1.0.0") { try MITBIHDataset(folder: $0, manifest: $1, labels: $2, $3) },
    RegisteredDataset(id: "qtdb", version: "1.0.0") { try QTDBDataset(folder: $0, manifest: $1, labels: $2, $3) },
  ]

  /// Ids in the order of the list.
  public static var identifiers: [String] { all.map(\.id) }

  private let manifestsFolder: String

  /// Datasets described under `manifestsFolder`.
  public init(manifestsFolder: String) { self.manifestsFolder = manifestsFolder }

  /// The manifest of dataset `id`.
  ///
  /// - Throws: ``DatasetError`` `unknown-dataset` suggesting the nearest id; a file's or JSON's error.
  public func manifest(of id: String) throws -> DatasetManifest {
    try CanonicalJSON.read(DatasetManifest.self, fromFile: folder(of: registered(id)) + "/manifest.json")
  }

  /// The sampling frequencies in Hz that dataset `id` is published at, in rising order, where it is at several; else none.
  ///
  /// - Throws: ``DatasetError`` `unknown-dataset`.
  public func publishedFrequencies(of id: String) throws -> [Double] { try registered(id).publishedFrequencies }

  /// Dataset `id` as its publisher lays it out in `folder`.
  ///
  /// - Throws: ``DatasetError`` `unknown-dataset` or `missing-source`; what the dataset's own tables throw.
  public func open(id: String, folder: String, options: DatasetOptions = DatasetOptions()) throws -> any RecordingSource
  {
    let dataset = try registered(id)
    do throws(ReproducibilityError) {
      try FileBytes.checkFolder(folder)
    } catch {
      throw DatasetError(
        .missingSource, at: error.place, found: error.found, expected: "the folder of dataset \(id)",
        advice: error.advice)
    }
    let home = self.folder(of: dataset)
    return try dataset.open(
      folder, manifest(of: id), CanonicalJSON.read(LabelMap.self, fromFile: home + "/labels.json"), options)
  }

  private func registered(_ id: String) throws(DatasetError) -> RegisteredDataset {
    guard let dataset = Self.all.first(where: { $0.id == id }) else {
      throw DatasetError(
        .unknownDataset, at: ErrorPlace("--dataset"), found: "no dataset '\(id)'",
        advice: NearestName.advice(for: id, among: Self.identifiers))
    }
    return dataset
  }

  private func folder(of dataset: RegisteredDataset) -> String {
    "\(manifestsFolder)/\(dataset.id)/\(dataset.version)"
  }
}
