/// The four quantities that pre-training regresses. The raw value is the store's column name and the task's target.
public enum IntervalKind: String, Sendable, CaseIterable, Codable {
  /// Heart rate in beats a minute.
  case heartRate = "heart_rate"
  /// P onset to QRS onset, in ms.
  case pr
  /// QRS onset to QRS offset, in ms.
  case qrs
  /// QRS onset to T offset, in ms.
  case qt

  /// `bpm` or `ms`.
  public var unit: String { self == .heartRate ? "bpm" : "ms" }

  /// `HR`, `PR`, `QRS`, `QT`: as it stands in tables.
  public var shortName: String {
    switch self {
    case .heartRate: "HR"
    case .pr: "PR"
    case .qrs: "QRS"
    case .qt: "QT"
    }
  }
}

/// Heart rate in bpm and PR, QRS and QT in ms of one recording; nil where unknown.
public struct Intervals: Sendable, Equatable {
  /// Beats a minute.
  public let heartRate: Double?
  /// P onset to QRS onset, in ms.
  public let prInMilliseconds: Double?
  /// QRS onset to QRS offset, in ms.
  public let qrsInMilliseconds: Double?
  /// QRS onset to T offset, in ms.
  public let qtInMilliseconds: Double?
  /// Who says so: `synthetic truth`, or a delineator's name and version; empty where nothing is known.
  public let source: String

  /// Intervals from `source`.
  public init(
    heartRate: Double?, prInMilliseconds: Double?, qrsInMilliseconds: Double?, qtInMilliseconds: Double?,
    source: String
  ) {
    self.heartRate = heartRate
    self.prInMilliseconds = prInMilliseconds
    self.qrsInMilliseconds = qrsInMilliseconds
    self.qtInMilliseconds = qtInMilliseconds
    self.source = source
  }

  /// Nothing is known.
  public static let unknown = Intervals(
    heartRate: nil, prInMilliseconds: nil, qrsInMilliseconds: nil, qtInMilliseconds: nil, source: "")

  /// One of the four.
  public subscript(kind: IntervalKind) -> Double? {
    switch kind {
    case .heartRate: heartRate
    case .pr: prInMilliseconds
    case .qrs: qrsInMilliseconds
    case .qt: qtInMilliseconds
    }
  }
}
