import ECGCore
import Reproducibility

/// What `store.json` says: everything about a store but its recordings. Its schema is docs/schemas/store.schema.json.
public struct StoreDescription: Codable, Sendable, Equatable {
  /// The schema that this version writes and reads.
  public static let currentSchema = 1
  /// The file's name in a store's folder.
  public static let fileName = "store.json"

  /// Whether all recordings have one length.
  public enum Layout: String, Codable, Sendable {
    /// `/signal` is `[recordings, leads, samples]`.
    case fixed
    /// `/signal` is `[leads, total samples]`, with `/offset`.
    case variable
  }

  /// One column that the source added.
  public struct Column: Codable, Sendable, Equatable {
    /// In snake case, unique within its group.
    public let name: String
    /// `record` or `label`.
    public let group: String
    /// `integer`, `real`, `text`, `category` or `flags`.
    public let kind: String
    /// The classes of a category or flags column; empty for the others.
    public let vocabulary: [String]
    /// One sentence for people.
    public let meaning: String

    /// The column that `definition` defines.
    public init(_ definition: ColumnDefinition) {
      name = definition.name
      group = definition.group.rawValue
      vocabulary = definition.vocabulary
      meaning = definition.meaning
      kind =
        switch definition.kind {
        case .integer: "integer"
        case .real: "real"
        case .text: "text"
        case .category: "category"
        case .flags: "flags"
        }
    }

    /// The definition that this column was made of, or nil where its kind or group is unknown.
    public var definition: ColumnDefinition? {
      let kinds: [String: ColumnDefinition.Kind] = [
        "integer": .integer, "real": .real, "text": .text, "category": .category(vocabulary: vocabulary),
        "flags": .flags(vocabulary: vocabulary),
      ]
      guard let kind = kinds[kind], let group = ColumnDefinition.Group(rawValue: group) else { return nil }
      return ColumnDefinition(name: name, group: group, kind: kind, meaning: meaning)
    }
  }

  /// One shard's file.
  public struct Shard: Codable, Sendable, Equatable {
    /// `shard-00000.h5`
    public let name: String
    /// How many recordings it holds.
    public let recordings: Int
    /// The file digest.
    public let sha256: Digest
    /// Over its recordings' content digests.
    public let contentDigest: Digest

    private enum CodingKeys: String, CodingKey {
      case name, recordings, sha256
      case contentDigest = "content_digest"
    }
  }

  /// 1.
  public let schema: Int
  /// Identifier as on the command line.
  public let dataset: String
  /// The release.
  public let version: String
  /// SPDX name, or the publisher's.
  public let licence: String
  /// How the publisher asks to be cited.
  public let citation: String
  /// How many recordings the full release holds, where known.
  public let publishedRecordings: Int?
  /// Fixed or variable length.
  public let layout: Layout
  /// The leads of every recording; fixed layout only.
  public let leadNames: [String]?
  /// In Hz; fixed layout only.
  public let samplingFrequency: Double?
  /// Samples in each lead; fixed layout only.
  public let sampleCount: Int?
  /// How many recordings the store holds.
  public let recordings: Int
  /// The source's own columns, in order.
  public let columns: [Column]
  /// How chunks are compressed.
  public let codec: Codec
  /// The codec's level; nil where it has none.
  public let level: Int?
  /// In order of their recordings.
  public let shards: [Shard]
  /// The digest of everything decoded: the same for any codec, shard size, number of workers and machine.
  public let contentDigest: Digest
  /// Recordings of the source that could not be converted.
  public let skipped: [SkippedRecording]
  /// Each different line that transforms left in the recordings' provenance, in order of first appearance.
  public let transforms: [String]
  /// Name and version of the program that wrote the store.
  public let software: String

  private enum CodingKeys: String, CodingKey {
    case schema, dataset, version, licence, citation, layout, recordings, columns, codec, level, shards, skipped
    case transforms, software
    case publishedRecordings = "published_recordings"
    case leadNames = "lead_names"
    case samplingFrequency = "sampling_frequency"
    case sampleCount = "sample_count"
    case contentDigest = "content_digest"
  }

  /// The same with another content digest.
  func with(contentDigest: Digest) -> StoreDescription {
    StoreDescription(
      schema: schema, dataset: dataset, version: version, licence: licence, citation: citation,
      publishedRecordings: publishedRecordings, layout: layout, leadNames: leadNames,
      samplingFrequency: samplingFrequency, sampleCount: sampleCount, recordings: recordings, columns: columns,
      codec: codec, level: level, shards: shards, contentDigest: contentDigest, skipped: skipped,
      transforms: transforms,
      software: software)
  }

  /// The layout of every recording in a fixed store; nil in a variable one, or where the description is incomplete.
  var signalLayout: SignalLayout? {
    guard let names = leadNames, let sampleCount, let hertz = samplingFrequency,
      let leads = try? LeadSet(names.map { Lead($0) }), let frequency = SamplingFrequency(hertz: hertz)
    else { return nil }
    return .fixed(leads: leads, sampleCount: sampleCount, samplingFrequency: frequency)
  }
}

/// A recording that could not be converted, and why.
public struct SkippedRecording: Codable, Sendable, Equatable {
  /// Its name in the source.
  public let id: RecordingID
  /// The error in one line.
  public let error: String

  /// A recording that was skipped.
  public init(id: RecordingID, error: String) {
    self.id = id
    self.error = error
  }
}
