import ECGCore
import Foundation
import Reproducibility

/// What a dataset is: the file `manifests/<id>/<version>/manifest.json`; its schema is docs/schemas/manifest.schema.json.
public struct DatasetManifest: Sendable, Codable {
  /// As on the command line.
  public let id: String
  /// The publisher's release.
  public let version: String
  /// The publisher's title.
  public let title: String
  /// SPDX name, or the publisher's.
  public let licence: String
  /// How the publisher asks to be cited.
  public let citation: String
  /// Digital object identifier.
  public let doi: String
  /// Who may have it.
  public let access: AccessPolicy
  /// What the full release holds.
  public let expected: ExpectedCounts
  /// Records by name, for datasets that have no table of their own.
  public let records: [ManifestRecord]?

  /// What the full release holds.
  public struct ExpectedCounts: Sendable, Codable {
    /// Recordings.
    public let recordings: Int
    /// Patients, where the publisher tells.
    public let patients: Int?
  }

  /// One record of a dataset without a table.
  public struct ManifestRecord: Sendable, Codable {
    /// WFDB record name.
    public let name: String
    /// The person; two records of one person share it.
    public let patient: String?
    /// The customary group of the record, such as DS1.
    public let group: String?
  }

  /// For a store's description.
  var sourceDescription: SourceDescription {
    SourceDescription(
      dataset: id, version: version, licence: licence, citation: citation, publishedRecordings: expected.recordings)
  }
}

/// Who may have a dataset.
public enum AccessPolicy: String, Sendable, Codable {
  /// Anyone.
  case open
  /// Only those who signed the publisher's agreement; ids may not be published.
  case credentialed
}

/// How a dataset's codes become classes: the file `labels.json` beside the manifest.
public struct LabelMap: Sendable, Codable {
  /// Classes in order; their places are the numbers in a store.
  public let classes: [String]
  /// The rule in words.
  public let rule: String
  /// A code counts from this likelihood on, where codes have one.
  public let minimumLikelihood: Double?
  /// Codes of each class, for datasets without a table of codes.
  public let codes: [String: [String]]?

  enum CodingKeys: String, CodingKey {
    case classes, rule
    case minimumLikelihood = "minimum_likelihood"
    case codes
  }
}
