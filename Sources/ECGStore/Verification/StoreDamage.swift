import ECGCore
import Reproducibility

/// Bytes of a shard, and what they hold.
public struct ByteRegion: Sendable, Hashable, Codable {
  /// The HDF5 dataset, such as `/signal`.
  public let item: String
  /// Of the first byte, from 0.
  public let offset: Int
  /// How many bytes.
  public let length: Int

  /// The bytes `range`, of `item`.
  public init(item: String, _ range: Range<Int>) {
    self.item = item
    offset = range.lowerBound
    length = range.count
  }

  /// From the first byte to the one after the last.
  public var range: Range<Int> { offset..<offset + length }
}

/// What ``StoreVerification`` found first: file, recording and bytes, as far as they can be told.
public struct StoreDamage: LocatedError {
  /// What was found, in words.
  public let error: StoreError
  /// The recording that cannot be relied on; nil where no single one can be named.
  public let recording: RecordingID?
  /// Bytes of the shard: the damage lies in one of these regions. Empty where it cannot be told where it lies, which
  /// ``found`` says then.
  public let regions: [ByteRegion]

  /// The name of the kind of damage.
  public var codeName: String { error.codeName }
  /// The shard or `store.json`, the recording, and the bytes where there is but one region.
  public var place: ErrorPlace { error.place }
  /// What was found.
  public var found: String { error.found }
  /// What the store's digests ask for.
  public var expected: String { error.expected }
  /// What to do.
  public var advice: String { error.advice }
  /// What could not be read.
  public var cause: (any Error)? { error.cause }

  static let advice = "The file is damaged or was changed: fetch or convert it again"

  init(
    _ code: StoreError.Code, _ file: String, recording: String? = nil, item: String? = nil,
    regions: [ByteRegion] = [], found: String, expected: String = "", advice: String = StoreDamage.advice,
    cause: (any Error)? = nil
  ) {
    var coordinates: [ErrorPlace.Coordinate] = []
    if let recording { coordinates.append(.record(recording)) }
    if let only = regions.first, regions.count == 1 {
      coordinates += [.item(only.item), .bytes(only.range)]
    } else if let item {
      coordinates.append(.item(item))
    }
    error = StoreError(
      code, at: ErrorPlace(file, coordinates), found: found, expected: expected, advice: advice, cause: cause)
    self.recording = recording.map { RecordingID($0) }
    self.regions = regions
  }
}
