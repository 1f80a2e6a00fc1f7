import ECGCore
import Foundation
import Reproducibility
import TestSupport
import Testing

@testable import ECGStore

/// Conversions that are broken off, gone on with, or made in parts: always the bytes of one that was not.
@Suite struct ResumeTests {
  private func convert(
    _ source: any RecordingSource, _ path: String, resume: Bool = false, part: String? = nil, allowSkipped: Int = 0,
    codec: Codec = .deflate
  ) throws -> ConversionReport {
    let options = ConversionOptions(
      codec: codec, recordingsPerShard: 2, workers: Workers(2), allowSkipped: allowSkipped, resume: resume,
      part: part.flatMap { ConversionPart($0) })
    return try Conversion(source: source, options: options).run(into: path)
  }

  private func contents(_ path: String) throws -> [String: [UInt8]] {
    try FileManager.default.contentsOfDirectory(atPath: path).reduce(into: [:]) {
      $0[$1] = try FileBytes.read(path + "/" + $1)
    }
  }

  @Test func whatAKillLeavesIsGoneOnWithToTheSameBytes() throws {
    for source in try bothSources() {
      let folder = try TemporaryFolder()
      let whole = try convert(source, folder.file("whole"))
      let expected = try contents(folder.file("whole"))
      #expect(expected.keys.sorted().last == "store.json")
      // Shards 0 to 2 of six are finished, the fourth is under way, the receipt of the third was never written.
      let store = folder.file("store")
      _ = try convert(source, store, part: "0/2")
      try AtomicFile.write([1, 2, 3], to: store + "/shard-00003.h5.tmp-1-2")
      try FileManager.default.removeItem(atPath: store + "/shard-00002.json")
      let refused = #expect(throws: StoreError.self) { try convert(source, store) }
      #expect(refused?.code == .alreadyExists && refused?.advice.contains("--resume") == true)
      #expect(try convert(source, store, resume: true) == whole)
      #expect(try contents(store) == expected)
      // Once more changes nothing, also where the kill came just before the last files were cleared away.
      try AtomicFile.write("{}", to: store + "/plan.json")
      #expect(try convert(source, store, resume: true) == whole)
      #expect(try contents(store) == expected)
    }
  }

  @Test func partsInAnyOrderMergeToTheSameBytes() throws {
    for source in try bothSources() {
      let folder = try TemporaryFolder()
      let whole = try convert(source, folder.file("whole"))
      let store = folder.file("store")
      for part in [2, 0, 3] { _ = try convert(source, store, part: "\(part)/4") }
      let missing = #expect(throws: StoreError.self) { try StoreMerge.run(store) }
      #expect(missing?.code == .missingShard && missing?.place.file.hasSuffix("shard-00001.h5") == true)
      #expect(!FileBytes.exists(store + "/store.json"))
      _ = try convert(source, store, part: "1/4")
      #expect(try StoreMerge.run(store) == whole)
      #expect(try contents(store) == contents(folder.file("whole")))
      #expect(try StoreMerge.run(store) == whole)
    }
  }

  @Test func aDamagedShardIsMadeAgain() throws {
    let folder = try TemporaryFolder()
    let source = try InMemorySource.fixed(count: 5)
    let whole = try convert(source, folder.file("whole"))
    let store = folder.file("store")
    _ = try convert(source, store, part: "0/1")
    var bytes = try FileBytes.read(store + "/shard-00001.h5")
    bytes[bytes.count / 2] ^= 1
    try AtomicFile.write(bytes, to: store + "/shard-00001.h5")
    #expect(throws: StoreError.self) { try StoreMerge.run(store) }
    #expect(try convert(source, store, resume: true) == whole)
    #expect(try contents(store) == contents(folder.file("whole")))
  }

  @Test func anotherConversionIsNotGoneOnWith() throws {
    let folder = try TemporaryFolder()
    let store = folder.file("store")
    _ = try convert(InMemorySource.fixed(count: 5), store, part: "0/2")
    for attempt in [
      { try self.convert(InMemorySource.fixed(count: 6), store, resume: true) },
      { try self.convert(InMemorySource.fixed(count: 5), store, resume: true, codec: .none) },
      { try self.convert(InMemorySource.fixed(count: 5, sampleCount: 100), store, part: "1/2") },
      { try self.convert(InMemorySource.fixed(count: 5, marks: false), store, resume: true) },
    ] {
      let error = #expect(throws: StoreError.self) { try attempt() }
      #expect(error?.code == .alreadyExists)
    }
    #expect(throws: StoreError.self) { try StoreMerge.run(folder.path) }
  }

  @Test func recordingsThatFailedAreTriedAgain() throws {
    let folder = try TemporaryFolder()
    let store = folder.file("store")
    #expect(throws: InMemorySource.Failure.self) {
      try convert(InMemorySource.variable(count: 7, failing: [3]), store, resume: true)
    }
    #expect(FileBytes.exists(store + "/shard-00000.h5") && !FileBytes.exists(store + "/store.json"))
    let whole = try convert(InMemorySource.variable(count: 7), folder.file("whole"))
    #expect(try convert(InMemorySource.variable(count: 7), store, resume: true) == whole)
    #expect(try contents(store) == contents(folder.file("whole")))
    // In parts, whoever seals says how many may be left out.
    let parts = folder.file("parts")
    let failing = InMemorySource.variable(count: 7, failing: [3])
    #expect(throws: InMemorySource.Failure.self) { try convert(failing, parts, part: "0/1") }
    let error = #expect(throws: StoreError.self) { try StoreMerge.run(parts) }
    #expect(error?.code == .recordingsSkipped)
    #expect(try StoreMerge.run(parts, allowSkipped: 1).skipped.map(\.id.text) == ["r3"])
    try StoreVerification(store: Store(parts)).run()
  }

  @Test func partsCoverEveryShardOnce() {
    for total in [0, 1, 5, 7, 100] {
      for count in [1, 2, 3, 8] {
        let shards = (0..<count).flatMap { ConversionPart(index: $0, of: count)?.shards(of: total) ?? 0..<0 }
        #expect(shards == Array(0..<total))
      }
    }
    for text in ["", "1", "2/2", "-1/2", "0/0", "a/b", "0/1/2", "0/9999999999"] { #expect(ConversionPart(text) == nil) }
  }
}
