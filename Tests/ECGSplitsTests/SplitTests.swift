import ECGCore
import ECGSplits
import Foundation
import Reproducibility
import TestSupport
import Testing

@Suite struct SplitTests {
  private func input(recordings: Int, patients: Int, folds: Bool = false) throws -> SplitInput {
    var stream = RandomStream(seed: 1, purpose: "patients")
    return try SplitInput(
      identifiers: (0..<recordings).map { RecordingID("r\($0)") },
      patients: (0..<recordings).map { _ in PatientID("p\(stream.integer(below: patients))") },
      folds: folds ? (0..<recordings).map { $0 % 10 + 1 } : nil, storeDigest: Digest(ofText: "store"))
  }

  @Test func aSplitFileHasTheDocumentedFormAndReadsBack() throws {
    let split = Split(
      protocol: "ptb-xl-folds", seed: 3, storeDigest: Digest(ofText: "x"),
      parts: [.train: [RecordingID("2"), RecordingID("1")], .test: [RecordingID("3")]])
    let text = String(decoding: try CanonicalJSON.compact(split), as: UTF8.self)
    #expect(
      text == #"{"parts":{"test":["3"],"train":["2","1"],"validation":[]},"protocol":"ptb-xl-folds","seed":3,"#
        + #""store_digest":"\#(Digest(ofText: "x").hex)"}"#)
    let folder = try TemporaryFolder()
    try split.save(to: folder.file("s.json"))
    #expect(try Split.load(from: folder.file("s.json")) == split)
  }

  @Test func foldsOneToEightTrainNineValidatesTenTests() throws {
    let input = try input(recordings: 40, patients: 40, folds: true)
    let split = try SplitProtocol.named("ptb-xl-folds").split(input, seed: 0)
    #expect(split.identifiers(in: .train).count == 32)
    #expect(split.identifiers(in: .validation).map(\.text) == ["r8", "r18", "r28", "r38"])
    #expect(split.identifiers(in: .test).map(\.text) == ["r9", "r19", "r29", "r39"])
    #expect(throws: SplitError.self) {
      try SplitProtocol.named("ptb-xl-folds").split(self.input(recordings: 5, patients: 5), seed: 0)
    }
  }

  @Test func randomSplitsKeepPatientsTogetherWhateverTheSeed() throws {
    let input = try input(recordings: 500, patients: 120)
    var splits: Set<Digest> = []
    for seed in 0..<50 {
      let split = try SplitProtocol.named("patient-random").split(input, seed: UInt64(seed))
      let audit = SplitAudit(split: split, input: input)
      #expect(audit.isClean)
      #expect(audit.unassigned.isEmpty)
      #expect((50...70).contains(audit.recordings[.test] ?? 0))
      #expect((50...70).contains(audit.recordings[.validation] ?? 0))
      #expect(try SplitProtocol.named("patient-random").split(input, seed: UInt64(seed)) == split)
      splits.insert(try split.digest())
    }
    #expect(splits.count == 50)
  }

  @Test func threePatientsAreEnoughForThreeParts() throws {
    let input = try SplitInput(
      identifiers: (0..<9).map { RecordingID("r\($0)") }, patients: (0..<9).map { PatientID("p\($0 / 3)") },
      folds: nil, storeDigest: Digest(ofText: "store"))
    let split = try SplitProtocol.named("patient-random").split(input, seed: 4)
    for part in Partition.allCases { #expect(split.identifiers(in: part).count == 3) }
  }

  @Test func anAuditFindsAPatientOnTwoSidesAndARecordingInTwoParts() throws {
    let input = try SplitInput(
      identifiers: ["a", "b", "c", "d"].map { RecordingID($0) },
      patients: ["1", "1", "2", nil].map { $0.map { PatientID($0) } }, folds: nil, storeDigest: Digest(ofText: "store"))
    let split = Split(
      protocol: "planted", seed: 0, storeDigest: input.storeDigest,
      parts: [.train: [RecordingID("a"), RecordingID("c")], .test: [RecordingID("b"), RecordingID("c")]])
    let audit = SplitAudit(split: split, input: input)
    #expect(!audit.isClean)
    #expect(audit.patientsOnSeveralSides.map(\.text) == ["1", "2"])
    #expect(audit.repeated.map(\.text) == ["c"])
    #expect(audit.unassigned.map(\.text) == ["d"])
    #expect(audit.description.contains("patients on more than one side: 2 (1, 2)"))
  }

  @Test func aSplitOfAnotherStoreOrWithForeignRecordingsIsRefused() throws {
    let input = try input(recordings: 20, patients: 10)
    let split = try SplitProtocol.named("patient-random").split(input, seed: 0)
    try split.check(against: input)
    let other = try SplitInput(
      identifiers: input.identifiers, patients: input.patients, folds: nil, storeDigest: Digest(ofText: "other"))
    #expect(throws: SplitError.self) { try split.check(against: other) }
    let foreign = Split(
      protocol: "x", seed: 0, storeDigest: input.storeDigest, parts: [.train: [RecordingID("nowhere")]])
    #expect(throws: SplitError.self) { try foreign.check(against: input) }
  }

  @Test func anUnknownPatientOrProtocolIsAnErrorWithAdvice() throws {
    let input = try SplitInput(
      identifiers: [RecordingID("a")], patients: [nil], folds: nil, storeDigest: Digest(ofText: "store"))
    let error = #expect(throws: SplitError.self) {
      try SplitProtocol.named("patient-random").split(input, seed: 0)
    }
    #expect(error?.code == .unknownPatient)
    let unknown = #expect(throws: SplitError.self) { try SplitProtocol.named("ptbxl-folds") }
    #expect(unknown?.description.contains("Did you mean 'ptb-xl-folds'?") == true)
  }

  /// The publisher's promise, on 4,000 rows of the real table.
  @Test(.enabled(if: Repository.sharedData != nil, "needs the wider recordings beside the checkout"))
  func publishedFoldsOfPTBXLKeepPatientsApart() throws {
    let path = (Repository.sharedData ?? "") + "/ptb-xl-metadata/ptbxl_database.csv"
    let table = try DelimitedText(path: path)
    let (id, patient, fold) = try (table.column("ecg_id"), table.column("patient_id"), table.column("strat_fold"))
    #expect(table.rows.count > 4000)
    let input = try SplitInput(
      identifiers: table.rows.map { RecordingID($0[id]) }, patients: table.rows.map { PatientID($0[patient]) },
      folds: table.rows.map { Int($0[fold]) ?? 0 }, storeDigest: Digest(ofText: "store"))
    let split = try SplitProtocol.named("ptb-xl-folds").split(input, seed: 0)
    #expect(SplitAudit(split: split, input: input).isClean)
  }
}
