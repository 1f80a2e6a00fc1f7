import ECGCore
import Foundation
import Reproducibility
import TestSupport
import Testing

@testable import ECGStore

@Suite struct VerificationTests {
  /// Flips one bit of the byte at `offset` of a file.
  private func flip(_ path: String, at offset: Int) throws {
    var bytes = try FileBytes.read(path)
    bytes[offset] ^= 0x10
    try AtomicFile.write(bytes, to: path)
  }

  /// Where the first bytes of `needle` lie in a file.
  private func find(_ needle: [UInt8], in path: String) throws -> Int {
    let range = Data(try FileBytes.read(path)).range(of: Data(needle))
    return try #require(range).lowerBound
  }

  private func failure(of folder: String) throws -> StoreError {
    let store = try Store(folder)
    return try #require(throws: StoreError.self) { try StoreVerification(store: store, workers: Workers(2)).run() }
  }

  @Test(arguments: Codec.allCases) func aFlippedSampleIsTracedToItsRecording(_ codec: Codec) throws {
    let folder = try TemporaryFolder()
    let source = try InMemorySource.fixed(count: 11)
    let store = try convert(source, folder, codec: codec)
    let shard = store.path + "/shard-00001.h5"
    let chunk = try #require(
      ChunkCodec(codec).forChunks(rows: 3, width: 200).encode(source.recording(at: 6).signal.samples))
    try flip(shard, at: find(chunk, in: shard) + chunk.count / 2)
    let error = try failure(of: store.path)
    // Only deflate has a checksum; szip may fail to decode too.
    #expect(
      error.code == (codec == .none ? .digestMismatch : .damagedChunk)
        || codec == .szip && error.code == .digestMismatch)
    #expect(error.description.contains("shard-00001.h5, record r6"), "\(error)")
  }

  @Test func aFlippedSampleOfTheVariableLayoutIsTraced() throws {
    let folder = try TemporaryFolder()
    let source = InMemorySource.variable(count: 11)
    let store = try convert(source, folder, codec: .none)
    let shard = store.path + "/shard-00000.h5"
    let samples = try source.recording(at: 3).signal.lead(0)
    try flip(shard, at: find(samples.withUnsafeBytes { Array($0) }, in: shard) + 20)
    let error = try failure(of: store.path)
    #expect(error.code == .digestMismatch && error.description.contains("shard-00000.h5, record r3"), "\(error)")
  }

  @Test func aFlippedTableIsTraced() throws {
    let folder = try TemporaryFolder()
    let store = try convert(InMemorySource.fixed(count: 11), folder)
    let shard = store.path + "/shard-00002.h5"
    try flip(shard, at: find(Array("memory/9".utf8), in: shard))
    #expect(try failure(of: store.path).description.contains("shard-00002.h5, record r9"))
  }

  @Test func anyFlippedByteIsFound() throws {
    let folder = try TemporaryFolder()
    let store = try convert(InMemorySource.fixed(count: 3, sampleCount: 40), folder)
    let shard = store.path + "/shard-00000.h5"
    let size = try FileBytes.read(shard).count
    for offset in stride(from: 0, to: size, by: 397) {
      try flip(shard, at: offset)
      // A flip in HDF5's own structures may show when the store is opened: found all the same.
      let error = #expect(throws: StoreError.self, "byte \(offset)") {
        try StoreVerification(store: Store(store.path), workers: Workers(1)).run()
      }
      #expect(error?.place.file.hasSuffix("shard-00000.h5") == true || error?.code == .malformedStore, "byte \(offset)")
      try flip(shard, at: offset)
    }
    try StoreVerification(store: Store(store.path)).run()
  }

  @Test func aChangedDescriptionIsFound() throws {
    let folder = try TemporaryFolder()
    let store = try convert(InMemorySource.fixed(count: 3), folder)
    let file = store.path + "/store.json"
    let text = String(decoding: try FileBytes.read(file), as: UTF8.self)
    try AtomicFile.write(text.replacingOccurrences(of: "CC0-1.0", with: "MIT"), to: file)
    let error = try failure(of: store.path)
    #expect(error.code == .digestMismatch && error.place.file == file)
  }

  @Test func openingChecksSchemaShardsAndCounts() throws {
    let folder = try TemporaryFolder()
    let store = try convert(InMemorySource.fixed(count: 5), folder)
    let file = store.path + "/store.json"
    let text = String(decoding: try FileBytes.read(file), as: UTF8.self)
    func error(_ from: String, _ to: String) throws -> StoreError {
      #expect(text.contains(from))
      try AtomicFile.write(text.replacingOccurrences(of: from, with: to), to: file)
      return try #require(throws: StoreError.self) { try Store(store.path) }
    }
    #expect(try error("\"schema\" : 1", "\"schema\" : 2").code == .unsupportedSchema)
    #expect(try error("\"recordings\" : 5", "\"recordings\" : 6").code == .malformedStore)
    #expect(try error("\"recordings\" : 4", "\"recordings\" : 3").code == .malformedStore)
    #expect(try error("shard-00001.h5", "../shard-00001.h5").code == .malformedStore)
    #expect(try error("shard-00001.h5", "shard-00007.h5").code == .missingShard)
    try AtomicFile.write(text, to: file)
    try AtomicFile.write("not HDF5", to: store.path + "/shard-00001.h5")
    #expect(try #require(throws: StoreError.self) { try Store(store.path) }.code == .hdf5)
    #expect(throws: ReproducibilityError.self) { try Store(folder.file("nowhere")) }
  }
}
