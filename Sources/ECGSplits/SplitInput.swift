import ECGCore
import Reproducibility

/// What a protocol sees of a store.
public struct SplitInput: Sendable {
  /// Every recording, in the store's order.
  public let identifiers: [RecordingID]
  /// The patient of each; nil where unknown.
  public let patients: [PatientID?]
  /// The published fold of each, where the dataset has folds.
  public let folds: [Int]?
  /// Content digest of the store.
  public let storeDigest: Digest

  /// As many patients, and folds, as recordings.
  ///
  /// - Throws: ``SplitError`` `invalid-split` where the counts differ or an id stands twice.
  public init(
    identifiers: [RecordingID], patients: [PatientID?], folds: [Int]?, storeDigest: Digest
  ) throws(SplitError) {
    guard patients.count == identifiers.count, (folds ?? []).count == (folds == nil ? 0 : identifiers.count),
      Set(identifiers).count == identifiers.count
    else {
      throw SplitError(
        .invalidSplit, at: ErrorPlace("store"),
        found: "\(identifiers.count) recordings, \(patients.count) patients, \(folds?.count ?? 0) folds",
        expected: "one patient, and one fold if any, for each of different recordings")
    }
    self.identifiers = identifiers
    self.patients = patients
    self.folds = folds
    self.storeDigest = storeDigest
  }
}

/// Which part of a split a recording belongs to.
public enum Partition: String, Sendable, CaseIterable, Codable {
  /// To fit weights.
  case train
  /// To choose among epochs and settings.
  case validation
  /// To report, once.
  case test
}
