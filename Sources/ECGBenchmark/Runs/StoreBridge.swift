import ECGCore
import ECGSplits
import ECGStore

extension StoreReference {
  /// What a result says of the store it was made from.
  init(_ description: StoreDescription) {
    self.init(
      dataset: description.dataset, version: description.version, digest: description.contentDigest,
      recordings: description.recordings, publishedRecordings: description.publishedRecordings,
      licence: description.licence, citation: description.citation)
  }
}

extension Partition {
  /// The split's name for a run's part.
  init(_ part: TaskInput.Part) {
    switch part {
    case .train: self = .train
    case .validation: self = .validation
    case .test: self = .test
    }
  }
}

extension SplitInput {
  /// What a protocol sees of `store`: ids, patients, and folds where the dataset has `/record/strat_fold`.
  ///
  /// - Throws: the store's errors.
  public init(_ store: Store) throws {
    let hasFolds = store.description.columns.contains { $0.group == "record" && $0.name == "strat_fold" }
    try self.init(
      identifiers: store.identifiers, patients: store.patients(),
      folds: hasFolds ? store.integers(group: .record, name: "strat_fold").map { Int($0) } : nil,
      storeDigest: store.contentDigest)
  }
}
