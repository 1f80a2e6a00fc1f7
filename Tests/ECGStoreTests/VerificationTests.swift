import ECGCore
import Foundation
import Reproducibility
import Synchronization
import TestSupport
import Testing

@testable import ECGStore

@Suite struct VerificationTests {
  private func flip(_ path: String, at offset: Int, _ bits: UInt8 = 0x10) throws {
    var bytes = try FileBytes.read(path)
    bytes[offset] ^= bits
    try AtomicFile.write(bytes, to: path)
  }

  /// Where the first bytes of `needle` lie in a file.
  private func find(_ needle: [UInt8], in path: String) throws -> Int {
    let range = Data(try FileBytes.read(path)).range(of: Data(needle))
    return try #require(range).lowerBound
  }

  private func damage(of folder: String, workers: Int = 2) throws -> StoreDamage {
    try #require(throws: StoreDamage.self) {
      try StoreVerification(path: folder, workers: Workers(workers)).run()
    }
  }

  @Test(arguments: Codec.allCases) func aFlippedSampleIsTracedToItsRecordingAndBytes(_ codec: Codec) throws {
    let folder = try TemporaryFolder()
    let store = try convert(InMemorySource.fixed(count: 11), folder, codec: codec)
    let shard = store.path + "/shard-00001.h5"
    let chunk = try store.reader(ofShard: 1).chunkPlaces()[2]
    let bytes = chunk.address..<chunk.address + chunk.size
    try flip(shard, at: chunk.address + chunk.size / 2)
    let damage = try damage(of: store.path)
    #expect(damage.place.file == shard && damage.recording == RecordingID("r6"))
    #expect(damage.regions.first == ByteRegion(item: "/signal", bytes))
    if codec == .deflate {
      #expect(damage.codeName == "damaged-chunk")
      #expect(
        damage.description.contains(
          "shard-00001.h5, record r6, /signal, bytes \(bytes.lowerBound) to \(bytes.upperBound - 1)"), "\(damage)")
    }
  }

  @Test func aFlippedTableIsTraced() throws {
    let folder = try TemporaryFolder()
    let store = try convert(InMemorySource.fixed(count: 11), folder)
    let shard = store.path + "/shard-00002.h5"
    let place = try find(Array("memory/9".utf8), in: shard)
    try flip(shard, at: place + 3)
    let damage = try damage(of: store.path)
    #expect(damage.place.file == shard && damage.recording == RecordingID("r9"))
    #expect(damage.regions.contains(ByteRegion(item: "/record/source", place..<place + "memory/10".utf8.count)))
    #expect(!damage.regions.contains { $0.item == "/signal" } && damage.found.contains("its samples are sound"))
  }

  @Test func aFlippedBitThatNoSampleComesFromIsTracedToItsChunk() throws {
    let folder = try TemporaryFolder()
    let store = try convert(InMemorySource.fixed(count: 20), folder, recordingsPerShard: 20)
    let shard = store.path + "/shard-00000.h5"
    // The bits behind the end of a deflate stream, before its checksum: where a flip does not change what it decodes to.
    let places = try store.reader(ofShard: 0).chunkPlaces()
    let bytes = try FileBytes.read(shard)
    let codec = ChunkCodec(.deflate)
    var tried = 0
    for (row, place) in places.enumerated() {
      var chunk = Array(bytes[place.address..<place.address + place.size])
      chunk[place.size - 5] ^= 0x80
      guard codec.decode(chunk, count: 600) != nil else { continue }
      tried += 1
      try flip(shard, at: place.address + place.size - 5, 0x80)
      let damage = try damage(of: store.path)
      #expect(damage.recording == RecordingID("r\(row)"), "\(damage)")
      #expect(damage.regions == [ByteRegion(item: "/signal", place.address..<place.address + place.size)])
      try flip(shard, at: place.address + place.size - 5, 0x80)
    }
    #expect(tried > 0)
  }

  @Test func aFlippedByteBehindTheLastSampleIsTracedToItsChunk() throws {
    let folder = try TemporaryFolder()
    let store = try convert(InMemorySource.variable(count: 4, longest: 70_000), folder, codec: .none)
    let reader = try store.reader(ofShard: 0)
    let last = try #require(reader.chunkOrigins(of: 3).last.flatMap { reader.file.chunkRange(at: $0) })
    try flip(reader.path, at: last.upperBound - 1)
    let damage = try damage(of: store.path)
    #expect(damage.regions == [ByteRegion(item: "/signal", last)], "\(damage)")
  }

  @Test func aDamagedChunkOfACompressedTableIsTraced() throws {
    let folder = try TemporaryFolder()
    let store = try convert(InMemorySource.fixed(count: 1100, sampleCount: 4), folder, recordingsPerShard: 1100)
    let shard = store.path + "/shard-00000.h5"
    let storage = try #require(HDF5File.open(shard).storage(of: StoreNames.contentDigest))
    #expect(storage.isChunked && storage.blocks.count == 2)
    let block = storage.blocks[1].bytes
    try flip(shard, at: (block.lowerBound + block.upperBound) / 2)
    let damage = try damage(of: store.path)
    #expect(damage.regions == [ByteRegion(item: "/record/content_sha256", block)], "\(damage)")
  }

  /// A flip somewhere in every array, chunk and structure of a shard is found; where the byte belongs to a chunk or a
  /// table, one of the regions named holds it, and a chunk's recording is the one named.
  @Test(arguments: Codec.allCases, [true, false])
  func anyFlippedByteIsFoundAndTraced(_ codec: Codec, isFixed: Bool) throws {
    let folder = try TemporaryFolder()
    let source = isFixed ? try InMemorySource.fixed(count: 3, sampleCount: 40) : .variable(count: 3, longest: 40)
    let store = try convert(source, folder, codec: codec)
    let shard = store.path + "/shard-00000.h5"
    let map = try StorageMap(store)
    let bytes = try FileBytes.read(shard)
    var offsets = Set(stride(from: 0, to: bytes.count, by: 181))
    // Some of every array, however small.
    for range in map.arrays.map(\.bytes) {
      offsets.formUnion(stride(from: range.lowerBound, to: range.upperBound, by: 29))
    }
    var (inChunks, inTables, elsewhere) = (0, 0, 0)
    for offset in offsets.sorted() {
      try flip(shard, at: offset)
      defer { try? AtomicFile.write(bytes, to: shard) }
      let damage = try damage(of: store.path, workers: 1)
      #expect(damage.place.file == shard, "byte \(offset): \(damage)")
      guard let array = map.arrays.first(where: { $0.bytes.contains(offset) }) else {
        elsewhere += 1
        continue
      }
      #expect(damage.regions.contains { $0.range.contains(offset) }, "byte \(offset) of \(array.name): \(damage)")
      if array.name == StoreNames.signal {
        inChunks += 1
        #expect(array.recordings.contains { $0 == damage.recording }, "byte \(offset): \(damage)")
      } else {
        inTables += 1
      }
    }
    #expect(inChunks > 3 && inTables > 50 && elsewhere > 20, "\(inChunks) \(inTables) \(elsewhere)")
    try StoreVerification(path: store.path).run()
  }

  /// Every byte of `store.json`: either it is found, or what is left says the same of the data.
  @Test func anyFlippedByteOfTheDescriptionIsFoundOrHarmless() throws {
    let folder = try TemporaryFolder()
    let store = try convert(
      InMemorySource.fixed(count: 3, sampleCount: 8, failing: [1]), folder, allowSkipped: 1)
    let file = store.path + "/store.json"
    let bytes = try FileBytes.read(file)
    /// What is read of it, without what no digest covers, since it changes no data: the program's name, the level at
    /// which chunks were compressed, and the list of what was left out.
    func facts() throws -> JSONValue {
      let read = try CanonicalJSON.compact(Store.description(ofStoreAt: store.path))
      guard case .object(var keys) = try CanonicalJSON.decode(JSONValue.self, from: read, named: file) else {
        return .null
      }
      (keys["software"], keys["level"], keys["skipped"]) = (nil, nil, nil)
      return .object(keys)
    }
    let truth = try facts()
    var harmless = 0
    for offset in bytes.indices {
      try flip(file, at: offset, offset % 2 == 0 ? 0x01 : 0x10)
      defer { try? AtomicFile.write(bytes, to: file) }
      do {
        try StoreVerification(path: store.path, workers: Workers(1)).run()
        harmless += 1
        #expect(try facts() == truth, "byte \(offset)")
      } catch is any LocatedError {}
    }
    #expect(harmless > 0 && harmless < bytes.count / 4, "\(harmless) of \(bytes.count)")
  }

  @Test func aTruncatedOrLongerShardIsFound() throws {
    let folder = try TemporaryFolder()
    let store = try convert(InMemorySource.fixed(count: 6), folder)
    let shard = store.path + "/shard-00001.h5"
    let bytes = try FileBytes.read(shard)
    for size in [0, 1, 7, 512, bytes.count / 2, bytes.count - 1] {
      try AtomicFile.write(Array(bytes.prefix(size)), to: shard)
      #expect(try damage(of: store.path).place.file == shard, "\(size) bytes")
    }
    try AtomicFile.write(bytes + [0], to: shard)
    let longer = try damage(of: store.path)
    #expect(longer.place.file == shard && longer.recording == nil && longer.regions.isEmpty)
    try FileManager.default.removeItem(atPath: shard)
    let missing = try damage(of: store.path)
    #expect(missing.codeName == "missing-shard" && missing.place.file == shard)
  }

  @Test func shardsThatChangedPlacesAreNamed() throws {
    let folder = try TemporaryFolder()
    let store = try convert(InMemorySource.fixed(count: 11), folder)
    func exchange(_ first: String, _ second: String) throws {
      let (one, other) = (store.path + "/" + first, store.path + "/" + second)
      let (bytes, others) = (try FileBytes.read(one), try FileBytes.read(other))
      try AtomicFile.write(others, to: one)
      try AtomicFile.write(bytes, to: other)
    }
    // Of one size, then of different ones.
    for other in ["shard-00001.h5", "shard-00002.h5"] {
      try exchange("shard-00000.h5", other)
      let damage = try damage(of: store.path)
      #expect(damage.place.file.hasSuffix("shard-00000.h5") && damage.found.contains(other), "\(damage)")
      try exchange("shard-00000.h5", other)
    }
    try StoreVerification(path: store.path).run()
  }

  @Test func theFirstDamageIsNamedWhateverTheNumberOfThreads() throws {
    let folder = try TemporaryFolder()
    let source = try InMemorySource.fixed(count: 23)
    let store = try convert(source, folder)
    // Shard 4 cannot be opened at all, shard 2 has two bad recordings; before them all is well.
    try AtomicFile.write("not HDF5", to: store.path + "/shard-00004.h5")
    let places = try store.reader(ofShard: 2).chunkPlaces()
    for row in [3, 1] { try flip(store.path + "/shard-00002.h5", at: places[row].address + 10) }
    var found = Set<String>()
    for workers in [1, 2, 3, 8] { found.insert(try damage(of: store.path, workers: workers).description) }
    #expect(found.count == 1 && found.first?.contains("shard-00002.h5, record r9, /signal") == true, "\(found)")
  }

  @Test func moreShardsThanAreOpenAtOnceAreVerified() throws {
    let folder = try TemporaryFolder()
    let store = try convert(InMemorySource.fixed(count: 140, sampleCount: 8), folder, recordingsPerShard: 1)
    #expect(try StoreVerification(path: store.path).run() == store.description)
    let place = try store.reader(ofShard: 133).chunkPlaces()[0]
    try flip(store.path + "/shard-00133.h5", at: place.address + 5)
    #expect(try damage(of: store.path).recording == RecordingID("r133"))
  }

  @Test func aChangedDescriptionIsFound() throws {
    let folder = try TemporaryFolder()
    let store = try convert(InMemorySource.fixed(count: 3), folder)
    let file = store.path + "/store.json"
    let text = String(decoding: try FileBytes.read(file), as: UTF8.self)
    try AtomicFile.write(text.replacingOccurrences(of: "CC0-1.0", with: "MIT"), to: file)
    let damage = try damage(of: store.path)
    #expect(damage.codeName == "digest-mismatch" && damage.place.file == file)
  }

  @Test func progressCountsEveryRecording() throws {
    let folder = try TemporaryFolder()
    let store = try convert(InMemorySource.fixed(count: 11), folder)
    let seen = Mutex<[[Int]]>([])
    try StoreVerification(path: store.path, workers: Workers(3)).run { done, total in
      seen.withLock { $0.append([done, total]) }
    }
    #expect(seen.withLock { $0 } == (1...11).map { [$0, 11] })
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

/// Where everything lies in the first shard of a store that is sound.
private struct StorageMap {
  let arrays: [(name: String, bytes: Range<Int>, recordings: [RecordingID])]

  init(_ store: Store) throws {
    let reader = try store.reader(ofShard: 0)
    let names =
      [StoreNames.gain, StoreNames.baseline, StoreNames.missing, StoreNames.offset, StoreNames.contentDigest]
      + StoreNames.perRecording + StoreNames.annotationColumns
      + [StoreNames.annotationOffset, StoreNames.fiducialOffset] + Fiducial.allCases.map { StoreNames.fiducial($0) }
      + store.description.columns.map { "/\($0.group)/\($0.name)" }
    var arrays: [(name: String, bytes: Range<Int>, recordings: [RecordingID])] = names.flatMap { name in
      (reader.file.storage(of: name)?.blocks ?? []).map { (name, $0.bytes, []) }
    }
    var recordings: [Range<Int>: [RecordingID]] = [:]
    for row in 0..<reader.count {
      for origin in reader.chunkOrigins(of: row) {
        let range = try #require(reader.file.chunkRange(at: origin))
        recordings[range, default: []].append(RecordingID(reader.identifiers[row]))
      }
    }
    for (range, ids) in recordings { arrays.append((StoreNames.signal, range, ids)) }
    self.arrays = arrays
  }
}
