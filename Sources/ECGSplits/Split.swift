import ECGCore
import Reproducibility

/// The result of a protocol: every recording of a store by partition. Its file names the store's content digest, so that
/// it fits no other data by accident; the schema is docs/schemas/split.schema.json.
public struct Split: Sendable, Codable, Equatable {
  /// The protocol's id.
  public let `protocol`: String
  /// The protocol's seed.
  public let seed: UInt64
  /// Content digest of the store.
  public let storeDigest: Digest
  private let parts: Parts

  private struct Parts: Sendable, Codable, Equatable {
    let train: [RecordingID]
    let validation: [RecordingID]
    let test: [RecordingID]
  }

  enum CodingKeys: String, CodingKey {
    case `protocol`, seed
    case storeDigest = "store_digest"
    case parts
  }

  /// A split; recordings of a part that is not given are none.
  public init(protocol name: String, seed: UInt64, storeDigest: Digest, parts: [Partition: [RecordingID]]) {
    self.protocol = name
    self.seed = seed
    self.storeDigest = storeDigest
    self.parts = Parts(
      train: parts[.train] ?? [], validation: parts[.validation] ?? [], test: parts[.test] ?? [])
  }

  /// The recordings of one part, in the store's order.
  public func identifiers(in partition: Partition) -> [RecordingID] {
    switch partition {
    case .train: parts.train
    case .validation: parts.validation
    case .test: parts.test
    }
  }

  /// SHA-256 of the canonical JSON.
  public func digest() throws -> Digest { try CanonicalJSON.digest(of: self) }

  /// Writes the file.
  public func save(to path: String) throws { try AtomicFile.write(CanonicalJSON.pretty(self), to: path) }

  /// Reads the file at `path`.
  public static func load(from path: String) throws -> Split { try CanonicalJSON.read(Split.self, fromFile: path) }

  /// Makes sure that the split is of this store: same digest, every id there, none twice.
  ///
  /// - Throws: ``SplitError`` `store-mismatch` or `invalid-split`.
  public func check(against input: SplitInput) throws(SplitError) {
    guard storeDigest == input.storeDigest else {
      throw SplitError(
        .storeMismatch, at: ErrorPlace("split", .item("store_digest")), found: storeDigest.hex,
        expected: input.storeDigest.hex, advice: "Use the store that this split was made from, or make a new split")
    }
    let known = Set(input.identifiers)
    var seen: Set<RecordingID> = []
    for partition in Partition.allCases {
      for id in identifiers(in: partition) {
        guard known.contains(id), seen.insert(id).inserted else {
          throw SplitError(
            .invalidSplit, at: ErrorPlace("split", .item(partition.rawValue), .record(id.text)),
            found: known.contains(id) ? "a recording that stands twice" : "a recording that the store lacks",
            expected: "recordings of the store, each once", advice: "Make the split anew")
        }
      }
    }
  }
}
