import ECGCore
import Foundation
import Reproducibility
import Synchronization
import TestSupport
import Testing

@testable import ECGStore

@Suite struct ConversionTests {
  @Test func contentDigestDependsOnContentOnly() throws {
    for source in try bothSources() {
      let folder = try TemporaryFolder()
      var digests = Set<Digest>()
      for codec in Codec.allCases {
        for size in [3, 100] {
          for workers in [1, 2] {
            let store = try convert(
              source, folder, "\(codec)-\(size)-\(workers)", codec: codec, recordingsPerShard: size, workers: workers)
            #expect(store.description.shards.count == (size == 3 ? 4 : 1))
            digests.insert(store.contentDigest)
          }
        }
      }
      #expect(digests.count == 1)
    }
    let folder = try TemporaryFolder()
    let one = try convert(InMemorySource.fixed(count: 5), folder, "one").contentDigest
    let other = try convert(InMemorySource.fixed(count: 5, marks: false), folder, "other").contentDigest
    #expect(one != other)
  }

  @Test func storesAreIdenticalByteForByte() throws {
    for source in try bothSources() {
      let folder = try TemporaryFolder()
      let first = try convert(source, folder, "first", workers: 1)
      // Object times have a resolution of one second.
      Thread.sleep(forTimeInterval: 1.1)
      let second = try convert(source, folder, "second", workers: 3)
      let names = try FileManager.default.contentsOfDirectory(atPath: first.path).sorted()
      #expect(names == ["shard-00000.h5", "shard-00001.h5", "shard-00002.h5", "store.json"])
      #expect(try FileManager.default.contentsOfDirectory(atPath: second.path).sorted() == names)
      for name in names {
        #expect(try FileBytes.read(first.path + "/" + name) == FileBytes.read(second.path + "/" + name), "\(name)")
      }
    }
  }

  @Test func oneFailureIsThrownAsItIsAndLeavesNothing() throws {
    for source in try bothSources(failing: [6]) {
      let folder = try TemporaryFolder()
      #expect(throws: InMemorySource.Failure(index: 6)) { try convert(source, folder) }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }
  }

  @Test func severalFailuresAreCounted() throws {
    let folder = try TemporaryFolder()
    let source = try InMemorySource.fixed(count: 11, failing: [2, 9, 10])
    let error = #expect(throws: StoreError.self) { try convert(source, folder, allowSkipped: 2) }
    #expect(error?.code == .recordingsSkipped)
    #expect(error?.description.contains("3 of 11 recordings failed") == true)
    #expect(error?.description.contains("recording 2 cannot be read") == true)
    #expect(error?.description.contains("\n") == false)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
  }

  @Test func allowedFailuresAreListed() throws {
    for source in try bothSources(failing: [0, 4, 5, 6, 7]) {
      let folder = try TemporaryFolder()
      let store = try convert(source, folder, allowSkipped: 5)
      #expect(store.identifiers.map(\.text) == ["r1", "r2", "r3", "r8", "r9", "r10"])
      #expect(store.description.skipped.map(\.id.text) == ["r0", "r4", "r5", "r6", "r7"])
      #expect(store.description.skipped.first?.error == "recording 0 cannot be read")
      // The second shard would have been empty.
      #expect(store.description.shards.map(\.name) == ["shard-00000.h5", "shard-00002.h5"])
      let last = try source.recording(at: 10).signal
      #expect(try store.signal(at: 5) == last)
      try StoreVerification(store: store).run()
    }
  }

  @Test func aRecordingThatDoesNotFitIsAFailure() throws {
    let folder = try TemporaryFolder()
    let source = Misfit(base: try .fixed(count: 2))
    let error = #expect(throws: StoreError.self) { try convert(source, folder) }
    #expect(error?.code == .inconsistentRecording && error?.description.contains("recording r0") == true)
  }

  @Test func anExistingFolderIsReplacedOnlyByForce() throws {
    let folder = try TemporaryFolder()
    let old = try convert(InMemorySource.fixed(count: 2), folder)
    let bigger = try InMemorySource.fixed(count: 5)
    let error = #expect(throws: StoreError.self) { try convert(bigger, folder) }
    #expect(error?.code == .alreadyExists && error?.advice.contains("--force") == true)

    let failing = try InMemorySource.fixed(count: 5, failing: [1])
    let options = ConversionOptions(force: true)
    #expect(throws: InMemorySource.Failure.self) {
      try Conversion(source: failing, options: options).run(into: old.path)
    }
    #expect(try Store(old.path).contentDigest == old.contentDigest)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["store"])

    _ = try Conversion(source: bigger, options: options).run(into: old.path + "/")
    #expect(try Store(old.path).count == 5)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["store"])
  }

  @Test func forceSparesFoldersThatAreNoStore() throws {
    let folder = try TemporaryFolder()
    try AtomicFile.makeFolder(folder.file("home/work"))
    let conversion = Conversion(source: try InMemorySource.fixed(count: 2), options: .init(force: true))
    let error = #expect(throws: StoreError.self) { try conversion.run(into: folder.file("home")) }
    #expect(error?.code == .alreadyExists)
    #expect(FileBytes.isFolder(folder.file("home/work")))
  }

  @Test func anEmptyFolderIsUsedAndKept() throws {
    let folder = try TemporaryFolder()
    try AtomicFile.makeFolder(folder.file("store"))
    #expect(throws: InMemorySource.Failure.self) { try convert(InMemorySource.fixed(count: 9, failing: [8]), folder) }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.file("store")).isEmpty)
    #expect(try convert(InMemorySource.fixed(count: 9), folder).count == 9)
  }

  @Test func progressEndsAtTheTotal() throws {
    let folder = try TemporaryFolder()
    let seen = Mutex<[ConversionProgress]>([])
    let source = try InMemorySource.fixed(count: 11, failing: [3])
    let options = ConversionOptions(recordingsPerShard: 4, workers: Workers(2), allowSkipped: 1)
    _ = try Conversion(source: source, options: options).run(into: folder.file("store")) { progress in
      seen.withLock { $0.append(progress) }
    }
    let skipped = SkippedRecording(id: RecordingID("r3"), error: "recording 3 cannot be read")
    #expect(seen.withLock { $0.last } == ConversionProgress(done: 11, total: 11, skipped: [skipped]))
    #expect(seen.withLock { $0.map(\.done) } == Array(1...11))
    #expect(seen.withLock { $0.map(\.skipped.count) } == [0, 0, 0] + Array(repeating: 1, count: 8))
  }

  @Test func shardPlanCoversEveryRecordingOnce() {
    let plan = ShardPlan(recordings: 10, recordingsPerShard: 4)
    #expect((0..<plan.count).map { plan.recordings(ofShard: $0) } == [0..<4, 4..<8, 8..<10])
    #expect(plan.name(ofShard: 12) == "shard-00012.h5" && plan.name(ofShard: 123_456) == "shard-123456.h5")
    #expect(ShardPlan(recordings: 0).count == 0)
  }

  @Test func shardsHold4096RecordingsUnlessAskedFor() {
    for (recordings, count) in [(1, 1), (4096, 1), (4097, 2), (16_384, 4), (21_799, 6)] {
      let plan = ShardPlan(recordings: recordings)
      #expect(plan.recordingsPerShard == 4096 && plan.count == count, "\(recordings) recordings")
    }
  }
}

/// Gives another recording than the one asked for.
private struct Misfit: RecordingSource {
  let base: InMemorySource
  var description: SourceDescription { base.description }
  var identifiers: [RecordingID] { base.identifiers }
  var layout: SignalLayout { base.layout }
  var columns: [ColumnDefinition] { base.columns }
  func recording(at index: Int) throws -> Recording { try base.recording(at: 1) }
}
