/// The name of one recording within its dataset: PTB-XL's ecg_id as text, a WFDB record name, a synthetic index.
public struct RecordingID: Hashable, Sendable, Comparable, Codable, CustomStringConvertible {
  /// The name.
  public let text: String
  /// The recording named `text`.
  public init(_ text: String) { self.text = text }
  /// By Unicode scalars, never by locale.
  public static func < (left: Self, right: Self) -> Bool { left.text < right.text }
  /// The name.
  public var description: String { text }
  /// Reads a JSON string.
  public init(from decoder: any Decoder) throws { text = try decoder.singleValueContainer().decode(String.self) }
  /// Writes a JSON string.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }
}

/// The person a recording was taken from; WFDB calls it the subject. Recordings of one patient never stand on two
/// sides of a split.
public struct PatientID: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// The name, unique within the dataset.
  public let text: String
  /// The patient named `text`.
  public init(_ text: String) { self.text = text }
  /// By Unicode scalars, never by locale.
  public static func < (left: Self, right: Self) -> Bool { left.text < right.text }
  /// The name.
  public var description: String { text }
}

/// A patient's sex as a dataset records it.
public enum Sex: String, Sendable, Codable, CaseIterable {
  /// Female.
  case female
  /// Male.
  case male
  /// Not recorded.
  case unknown
}
