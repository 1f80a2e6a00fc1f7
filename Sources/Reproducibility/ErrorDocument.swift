/// A located error as JSON: the same fields as its one line, each under a name of its own, so that programs need not take
/// the line apart.
public struct ErrorDocument: Encodable, Sendable {
  /// The stable name of the kind of failure.
  public let code: String
  /// The one line for people.
  public let message: String
  /// The file, as it was named.
  public let file: String
  /// The record or recording, where one is named.
  public let record: String?
  /// The named part: an HDF5 dataset, a JSON key, a column.
  public let item: String?
  /// The lead or signal.
  public let lead: String?
  /// From 1.
  public let line: Int?
  /// From 0: the first sample or frame.
  public let sample: Int?
  /// From 0: the first byte.
  public let offset: Int?
  /// How many bytes from ``offset`` on, where that is known.
  public let length: Int?
  /// What was found there.
  public let found: String
  /// What was expected instead.
  public let expected: String
  /// What to do.
  public let advice: String

  /// What `error` says.
  public init(_ error: any LocatedError) {
    code = error.codeName
    message = error.description
    (found, expected, advice) = (error.found, error.expected, error.advice)
    file = error.place.file
    var (record, item, lead): (String?, String?, String?)
    var (line, sample, offset, length): (Int?, Int?, Int?, Int?)
    for coordinate in error.place.coordinates {
      switch coordinate {
      case .line(let number): line = number
      case .byte(let byte): offset = byte
      case .bytes(let range): (offset, length) = (range.lowerBound, range.count)
      case .sample(let number): sample = number
      case .lead(let name): lead = name
      case .record(let name): record = name
      case .item(let name): item = name
      }
    }
    (self.record, self.item, self.lead) = (record, item, lead)
    (self.line, self.sample, self.offset, self.length) = (line, sample, offset, length)
  }
}
