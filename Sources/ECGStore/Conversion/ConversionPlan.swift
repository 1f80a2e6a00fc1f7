import ECGCore
import Reproducibility

/// What decides every byte of a store, before any recording but the first has been read: the file `plan.json` in the
/// folder of a store that is not sealed yet. Shards of one plan fit together, whichever process made them and when.
struct ConversionPlan: Codable, Equatable, Sendable {
  static let fileName = "plan.json"

  let dataset: String
  let version: String
  let licence: String
  let citation: String
  let publishedRecordings: Int?
  let layout: StoreDescription.Layout
  let leadNames: [String]?
  let samplingFrequency: Double?
  let sampleCount: Int?
  let columns: [StoreDescription.Column]
  /// The transforms, as they describe themselves.
  let transforms: [String]
  let codec: Codec
  let level: Int?
  let recordings: Int
  let recordingsPerShard: Int
  /// Over the names of all recordings.
  let identifiers: Digest
  /// Content digest of the first recording, which tells sources apart whose names are alike, such as two seeds of a
  /// generator; nil where it fails or there is none.
  let firstRecording: Digest?
  let software: String

  private enum CodingKeys: String, CodingKey {
    case dataset, version, licence, citation, layout, columns, transforms, codec, level, recordings, identifiers,
      software
    case publishedRecordings = "published_recordings"
    case leadNames = "lead_names"
    case samplingFrequency = "sampling_frequency"
    case sampleCount = "sample_count"
    case recordingsPerShard = "recordings_per_shard"
    case firstRecording = "first_recording"
  }

  init(_ conversion: Conversion, layout: SignalLayout, firstRecording: Digest?) {
    let (source, options) = (conversion.source, conversion.options)
    let description = source.description
    dataset = description.dataset
    version = description.version
    licence = description.licence
    citation = description.citation
    publishedRecordings = description.publishedRecordings
    if case .fixed(let leads, let samples, let frequency) = layout {
      (self.layout, leadNames, samplingFrequency, sampleCount) = (.fixed, leads.names, frequency.hertz, samples)
    } else {
      (self.layout, leadNames, samplingFrequency, sampleCount) = (.variable, nil, nil, nil)
    }
    columns = source.columns.map { StoreDescription.Column($0) }
    transforms = conversion.transforms.map { "\($0)" }
    codec = options.codec
    level = options.level ?? options.codec.defaultLevel
    recordings = source.identifiers.count
    recordingsPerShard = options.recordingsPerShard
    var hasher = ContentHasher()
    hasher.update(texts: source.identifiers.map(\.text))
    identifiers = hasher.digest
    self.firstRecording = firstRecording
    software = "einthoven \(SystemFacts.packageVersion)"
  }

  /// Which recordings go into which shard.
  var shards: ShardPlan { ShardPlan(recordings: recordings, recordingsPerShard: recordingsPerShard) }

  /// SHA-256 of the canonical JSON.
  func digest() throws -> Digest { try CanonicalJSON.digest(of: self) }

  private var source: SourceDescription {
    SourceDescription(
      dataset: dataset, version: version, licence: licence, citation: citation,
      publishedRecordings: publishedRecordings)
  }

  /// The store's description once its shards are there.
  ///
  /// - Throws: ``StoreError`` `malformed-store` where the plan names no valid layout.
  func description(of receipts: [ShardReceipt]) throws(StoreError) -> StoreDescription {
    let digests = receipts.flatMap(\.recordings)
    var steps: [String] = []
    for step in receipts.flatMap(\.transforms) where !steps.contains(step) { steps.append(step) }
    let description = StoreDescription(
      schema: StoreDescription.currentSchema, dataset: dataset, version: version, licence: licence,
      citation: citation, publishedRecordings: publishedRecordings, layout: layout, leadNames: leadNames,
      samplingFrequency: samplingFrequency, sampleCount: sampleCount, recordings: digests.count, columns: columns,
      codec: codec, level: level, shards: receipts.compactMap(\.shard), contentDigest: Digest(ofText: ""),
      skipped: receipts.flatMap(\.skipped), transforms: steps, software: software)
    let signalLayout = layout == .fixed ? description.signalLayout : .variable(leadCount: 0)
    guard let signalLayout else {
      throw StoreError(
        .malformedStore, at: ErrorPlace(Self.fileName), found: "a fixed layout without leads, frequency or length",
        expected: "the plan of this store", advice: "Convert again with --force")
    }
    return description.with(
      contentDigest: ContentDigests.store(
        source, signalLayout, columns: columns, transforms: steps, recordings: digests))
  }
}

/// What became of one shard: the file `shard-00042.json` beside it until the store is sealed.
struct ShardReceipt: Codable, Equatable, Sendable {
  /// Of the plan that the shard belongs to.
  let plan: Digest
  /// Nil where every recording of the shard failed, so that there is no file.
  let shard: StoreDescription.Shard?
  /// Content digests of its recordings, in order.
  let recordings: [Digest]
  /// Lines of provenance that transforms left, in order of first appearance.
  let transforms: [String]
  /// Recordings that failed.
  let skipped: [SkippedRecording]
}
