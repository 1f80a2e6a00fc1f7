import ECGCore
import Reproducibility

/// A rule that divides a store.
public struct SplitProtocol: Sendable {
  /// As on the command line and in files.
  public let id: String
  /// One line for people.
  public let summary: String
  private let divide: @Sendable (SplitInput, UInt64) throws(SplitError) -> [Partition]

  /// All protocols.
  public static let all: [SplitProtocol] = [
    SplitProtocol(
      id: "ptb-xl-folds", summary: "PTB-XL's own folds: 1 to 8 train, 9 validation, 10 test", divide: publishedFolds),
    SplitProtocol(
      id: "patient-random", summary: "patients in random order: 80% train, 10% validation, 10% test",
      divide: randomPatients),
  ]

  /// The protocol `id`.
  ///
  /// - Throws: ``SplitError`` `unknown-protocol` with the nearest.
  public static func named(_ id: String) throws(SplitError) -> SplitProtocol {
    guard let found = all.first(where: { $0.id == id }) else {
      throw SplitError(
        .unknownProtocol, at: ErrorPlace("--protocol"), found: "no protocol '\(id)'",
        advice: NearestName.advice(for: id, among: all.map(\.id)))
    }
    return found
  }

  /// Divides `input`. A protocol without randomness ignores the seed, but the split records it.
  ///
  /// - Throws: ``SplitError``.
  public func split(_ input: SplitInput, seed: UInt64) throws(SplitError) -> Split {
    let partitions = try divide(input, seed)
    var parts: [Partition: [RecordingID]] = [:]
    for (id, partition) in zip(input.identifiers, partitions) { parts[partition, default: []].append(id) }
    return Split(protocol: id, seed: seed, storeDigest: input.storeDigest, parts: parts)
  }

  /// Wagner et al. 2020: folds 9 and 10 hold only recordings validated by a human; patients stay within a fold.
  @Sendable private static func publishedFolds(
    _ input: SplitInput, _ seed: UInt64
  ) throws(SplitError) -> [Partition] {
    guard let folds = input.folds else {
      throw SplitError(
        .missingColumn, at: ErrorPlace("store", .item("/record/strat_fold")), found: "no such column",
        expected: "the published folds", advice: "Use --protocol patient-random for this dataset")
    }
    var partitions: [Partition] = []
    for (id, fold) in zip(input.identifiers, folds) {
      switch fold {
      case 1...8: partitions.append(.train)
      case 9: partitions.append(.validation)
      case 10: partitions.append(.test)
      default:
        throw SplitError(
          .invalidSplit, at: ErrorPlace("store", .record(id.text), .item("strat_fold")), found: "\(fold)",
          expected: "a fold from 1 to 10", advice: "Convert the dataset anew")
      }
    }
    return partitions
  }

  /// Patients, sorted by name and shuffled, fill the test part until it holds a tenth of the recordings, then the
  /// validation part likewise; the rest train. With three patients or more, each part has at least one.
  @Sendable private static func randomPatients(
    _ input: SplitInput, _ seed: UInt64
  ) throws(SplitError) -> [Partition] {
    var counts: [PatientID: Int] = [:]
    for (id, patient) in zip(input.identifiers, input.patients) {
      guard let patient else {
        throw SplitError(
          .unknownPatient, at: ErrorPlace("store", .record(id.text)), found: "no patient",
          expected: "the patient of every recording", advice: "This dataset cannot be split by patient")
      }
      counts[patient, default: 0] += 1
    }
    var stream = RandomStream(seed: seed, purpose: "split")
    let order = stream.shuffled(counts.keys.sorted())
    let share = Double(input.identifiers.count) / 10
    var filled: [Partition: Int] = [:]
    var partitionOfPatient: [PatientID: Partition] = [:]
    for (place, patient) in order.enumerated() {
      let remaining = order.count - place
      let partition: Partition
      if Double(filled[.test] ?? 0) < share && (filled[.test] == nil || remaining > 2) {
        partition = .test
      } else if Double(filled[.validation] ?? 0) < share && (filled[.validation] == nil || remaining > 1) {
        partition = .validation
      } else {
        partition = .train
      }
      partitionOfPatient[patient] = partition
      filled[partition, default: 0] += counts[patient] ?? 0
    }
    return input.patients.map { $0.flatMap { partitionOfPatient[$0] } ?? .train }
  }
}
