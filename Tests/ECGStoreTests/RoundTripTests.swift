import ECGCore
import Reproducibility
import TestSupport
import Testing

@testable import ECGStore

/// Converts `source` into a folder of its own below `folder` and opens it.
func convert(
  _ source: any RecordingSource, _ folder: TemporaryFolder, _ name: String = "store", codec: Codec = .deflate,
  recordingsPerShard: Int = 4, workers: Int = 2, allowSkipped: Int = 0, transforms: [any RecordingTransform] = []
) throws -> Store {
  let options = ConversionOptions(
    codec: codec, recordingsPerShard: recordingsPerShard, workers: Workers(workers), allowSkipped: allowSkipped)
  let report = try Conversion(source: source, transforms: transforms, options: options).run(into: folder.file(name))
  let store = try Store(folder.file(name))
  #expect(store.contentDigest == report.contentDigest)
  #expect(store.count == report.recordings)
  return store
}

/// Both layouts; the variable one long enough for several chunks.
func bothSources(failing: Set<Int> = []) throws -> [InMemorySource] {
  [try .fixed(count: 11, failing: failing), .variable(count: 11, failing: failing)]
}

@Suite struct RoundTripTests {
  @Test(arguments: Codec.allCases) func everythingComesBack(_ codec: Codec) throws {
    for source in try bothSources() {
      let folder = try TemporaryFolder()
      let store = try convert(source, folder, codec: codec)
      try expectEqual(store, source)
      try StoreVerification(store: store, workers: Workers(2)).run()
    }
  }

  @Test func storesWithoutMarksOrRecordingsWork() throws {
    let folder = try TemporaryFolder()
    let bare = InMemorySource.variable(count: 3, longest: 40, marks: false)
    let store = try convert(bare, folder, "bare")
    try expectEqual(store, bare)
    try StoreVerification(store: store).run()
    let empty = try convert(InMemorySource.fixed(count: 0), folder, "empty")
    #expect(empty.count == 0 && empty.description.shards.isEmpty)
    try StoreVerification(store: empty).run()
  }

  @Test func transformsAreAppliedAndListed() throws {
    let folder = try TemporaryFolder()
    let source = try InMemorySource.fixed(count: 3)
    let leads = try LeadSet([Lead("V1"), Lead("I")])
    let store = try convert(source, folder, transforms: [LeadSelection(leads)])
    #expect(store.description.transforms == ["leads V1 I"])
    #expect(store.description.leadNames == ["V1", "I"])
    let expected = try source.recording(at: 2).signal.selecting(leads)
    #expect(try store.signal(at: 2) == expected)
  }

  @Test func signalsAreReadFromSeveralThreads() throws {
    let folder = try TemporaryFolder()
    for (number, source) in try bothSources().enumerated() {
      let store = try convert(source, folder, "store\(number)")
      let equal = try Workers(4).map(44) { index in
        try store.signal(at: index % 11) == source.recording(at: index % 11).signal
      }
      #expect(equal.allSatisfy { $0 })
    }
  }

  @Test func leadNamesSurviveSpacesAndPerCents() {
    let names = ["I", "lead 5%", "%20", "a%25 b", "%"]
    #expect(StoreNames.split(leads: StoreNames.join(leads: names)) == names)
  }

  @Test func columnsThatAreNotThereAreNamed() throws {
    let folder = try TemporaryFolder()
    let store = try convert(InMemorySource.fixed(count: 2), folder)
    let error = #expect(throws: StoreError.self) { try store.integers(group: .record, name: "device") }
    #expect(error?.code == .noSuchColumn && error?.description.contains("record/fold (integer)") == true)
  }

  private func expectEqual(_ store: Store, _ source: InMemorySource) throws {
    let recordings = try source.identifiers.indices.map { try source.recording(at: $0) }
    #expect(store.identifiers == source.identifiers)
    #expect(store.index(of: RecordingID("r2")) == 2 && store.index(of: RecordingID("?")) == nil)
    #expect(try store.patients() == recordings.map(\.patient))
    for (index, recording) in recordings.enumerated() {
      #expect(try store.signal(at: index) == recording.signal)
      #expect(try store.annotations(at: index) == recording.annotations)
      #expect(try store.fiducials(at: index) == recording.fiducials)
    }
    for kind in IntervalKind.allCases {
      #expect(try store.intervals(kind) == recordings.map { $0.intervals[kind] })
    }
    #expect(try store.texts(group: .record, name: "sex") == recordings.map(\.sex.rawValue))
    #expect(try store.texts(group: .record, name: "source") == recordings.map(\.provenance.source))
    let ages = try store.reals(group: .record, name: "age")
    #expect(ages.map { $0.isNaN ? nil : $0 } == recordings.map(\.ageInYears))
    #expect(try store.integers(group: .record, name: "fold") == recordings.indices.map { Int64($0) - 1 })
    let weights = try store.reals(group: .record, name: "weight")
    #expect(weights.first?.isNaN == true)
    #expect(weights.dropFirst().elementsEqual(recordings.indices.dropFirst().map { Double($0) / 7 }))
    #expect(
      try store.texts(group: .record, name: "device") == recordings.indices.map { $0 == 2 ? "" : "Mäker \($0)" })
    let rhythm = try store.categories(group: .label, name: "rhythm")
    #expect(rhythm.values == recordings.indices.map { $0 % 3 - 1 })
    #expect(rhythm.vocabulary == ["sinus", "Vorhofflimmern ä"])
    let diagnosis = try store.flags(group: .label, name: "diagnosis")
    #expect(diagnosis.values == recordings.indices.map { [$0 % 2 == 0, false, $0 % 3 == 0] })
    #expect(diagnosis.vocabulary == ["NORM", "MI", "STTC"])
  }
}
