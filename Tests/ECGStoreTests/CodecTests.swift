import CAEC
import CKernels
import ECGCore
import Reproducibility
import TestSupport
import Testing

@testable import ECGStore

/// Chunks of every kind of content, through every codec and level.
@Suite struct CodecTests {
  /// Flat, slow, fast, saturated, with spikes, with missing samples, of an amplitude that keeps changing.
  static func contents(_ count: Int) -> [[Int16]] {
    var stream = RandomStream(seed: 11, purpose: "codec test", epoch: 0, index: UInt64(count))
    func noise(_ amplitude: Int) -> [Int16] {
      (0..<count).map { _ in Int16(truncatingIfNeeded: Int(stream.nextUInt32() % UInt32(2 * amplitude + 1)) - amplitude)
      }
    }
    func summed(_ steps: [Int16]) -> [Int16] {
      var sum: Int16 = 0
      return steps.map {
        sum &+= $0
        return sum
      }
    }
    func changing() -> [Int16] {
      var (bits, left) = (UInt32(0), UInt32(0))
      return (0..<count).map { _ in
        if left == 0 { (bits, left) = (stream.nextUInt32() % 17, 1 + stream.nextUInt32() % 40) }
        left -= 1
        return Int16(truncatingIfNeeded: (UInt64(stream.nextUInt32()) << UInt64(bits)) >> 32)
      }
    }
    let quiet = noise(1)
    return [
      Array(repeating: 0, count: count), Array(repeating: -32_768, count: count), Array(repeating: 1234, count: count),
      quiet, summed(quiet), summed(noise(30)), noise(900), noise(32_767),
      (0..<count).map { $0 % 97 == 0 ? Int16.max : Int16.min }, (0..<count).map { $0 / 600 % 2 == 0 ? 5 : quiet[$0] },
      quiet.enumerated().map { $0 % 1500 < 40 ? DigitalSignal.missing : $1 }, changing(), summed(changing()),
    ]
  }

  static let instructionSets = [EK_BASELINE, EK_AVX2, EK_AVX512].filter { ek_supports($0) != 0 }

  static let shapes = [(1, 8), (1, 9), (3, 7), (2, 203), (1, 1000), (12, 1000), (1, 1024), (2, 1025), (2, 5000)]

  @Test(arguments: shapes) func whatIsDecodedIsWhatWasEncoded(rows: Int, width: Int) throws {
    let codecs = [ChunkCodec(.none), ChunkCodec(.szip)] + (1...12).map { ChunkCodec(.deflate, level: $0) }
    for samples in Self.contents(rows * width) {
      for codec in codecs {
        let codec = codec.forChunks(rows: rows, width: width)
        let bytes = try #require(codec.encode(samples))
        #expect(codec.decode(bytes, count: samples.count) == samples, "\(codec.codec) \(codec.level ?? 0)")
        #expect(codec.decode(bytes, count: samples.count + 1) == nil)
        if codec.codec != .none {
          #expect(codec.decode(Array(bytes.dropLast(bytes.count / 2)), count: samples.count) == nil)
        }
      }
    }
  }

  @Test func higherLevelsTakeLessRoom() throws {
    let samples = Self.contents(12 * 5000)[5]
    let sizes = try (1...12).map { try #require(ChunkCodec(.deflate, level: $0).encode(samples)).count }
    #expect(sizes[4] < sizes[0])
    #expect(sizes[4] < sizes[1])
    #expect(sizes[11] < sizes[1])
    #expect(sizes[11] < sizes[4])
  }

  /// The default is worth its name only where it is smaller than what users would take otherwise.
  @Test func theDefaultTakesLessRoomThanTheLibrarysLevelsOfItsKind() throws {
    var sizes = [Int](repeating: 0, count: 5)
    for record in ["00001", "00002", "00003", "00004"] {
      // Format 16: frames of 12 leads.
      let bytes = try FileBytes.read(Repository.data + "/ptb-xl/records100/00000/\(record)_lr.dat")
      let frames = bytes.withUnsafeBytes { Array($0.bindMemory(to: Int16.self)) }
      try #require(frames.count == 12_000)
      let samples = (0..<12_000).map { frames[$0 % 1000 * 12 + $0 / 1000] }
      for level in 1...4 { sizes[level] += try #require(ChunkCodec(.deflate, level: level).encode(samples)).count }
    }
    for level in 2...4 { #expect(sizes[1] < sizes[level]) }
  }

  /// Chunks as the variable layout has them and larger: more than a piece of the search, more than a block.
  @Test(arguments: [1, 7, 8, 65_535, 65_536, 65_537, 131_072, 200_001])
  func everyInstructionSetDeflatesToTheSameBytesWithinTheRoomGiven(count: Int) throws {
    var memory = [UInt8](repeating: 0xA5, count: ek_deflate_memory())
    for samples in Self.contents(count) {
      let expected = try #require(ChunkCodec(.deflate, level: 1).encode(samples))
      let kernels = ek_store_kernels_for(EK_BASELINE).pointee
      var shuffled = [UInt8](repeating: 0x5A, count: 2 * count + ChunkTools.readAhead)
      kernels.shuffle16(samples, count, &shuffled)
      for set in Self.instructionSets {
        // zlib's frame is two bytes before and four behind.
        for room in [expected.count + 594, expected.count - 8, expected.count / 2] {
          var stream = [UInt8](repeating: 0xA5, count: room + 64)
          let length = ek_store_kernels_for(set).pointee.deflate16(shuffled, count, &memory, &stream, room)
          #expect(length == (room > expected.count ? expected.count - 6 : -1))
          #expect(length < 0 || Array(stream[..<length]) == Array(expected[2..<expected.count - 4]))
          #expect(stream[room...].allSatisfy { $0 == 0xA5 })
        }
      }
      #expect(ChunkCodec(.deflate).decode(expected, count: count) == samples)
    }
  }

  /// The stream of libaec, which is the library that HDF5 itself uses.
  static func libaecStream(of samples: [Int16], line: Int) throws -> [UInt8] {
    var parameters = SZ_com_t(
      options_mask: 168, bits_per_pixel: 16, pixels_per_block: 8, pixels_per_scanline: Int32(line))
    var stream = [UInt8](repeating: 0, count: samples.count * 4 + 1024)
    var count = stream.count
    let outcome = samples.withUnsafeBytes { source in
      SZ_BufftoBuffCompress(&stream, &count, source.baseAddress, source.count, &parameters)
    }
    try #require(outcome == SZ_OK)
    return Array(stream[..<count])
  }

  @Test(arguments: shapes) func ourSzipStreamIsLibaecs(rows: Int, width: Int) throws {
    let filter = try #require(SzipFilter(rows: rows, width: width))
    for samples in Self.contents(rows * width) {
      let codec = ChunkCodec(.szip).forChunks(rows: rows, width: width)
      let bytes = try #require(codec.encode(samples))
      let size = withUnsafeBytes(of: UInt32(samples.count * 2).littleEndian) { Array($0) }
      #expect(try bytes == size + Self.libaecStream(of: samples, line: filter.pixelsPerScanline))
    }
  }

  /// With every instruction set; 40 bytes more than the stream suffice, and nothing is written beyond what is given.
  @Test(arguments: shapes) func everyInstructionSetMakesTheStream(rows: Int, width: Int) throws {
    let line = try #require(SzipFilter(rows: rows, width: width)).pixelsPerScanline
    for samples in Self.contents(rows * width) {
      let expected = try Self.libaecStream(of: samples, line: line)
      for set in Self.instructionSets {
        for room in [expected.count + 40, expected.count - 1, expected.count / 2] {
          var stream = [UInt8](repeating: 0xA5, count: room + 64)
          var differences = [UInt16](repeating: 0, count: line + 63)
          let length = ek_store_kernels_for(set).pointee.szip_encode16(
            samples, samples.count, line, &differences, &stream, room)
          #expect(length == (room > expected.count ? expected.count : -1))
          #expect(length < 0 || Array(stream[..<length]) == expected)
          #expect(stream[room...].allSatisfy { $0 == 0xA5 })
        }
      }
    }
  }

  @Test func damagedSzipIsAnErrorOrOtherSamplesButNeverACrash() throws {
    let samples = Self.contents(2 * 5000)[5]
    let codec = ChunkCodec(.szip).forChunks(rows: 2, width: 5000)
    let bytes = try #require(codec.encode(samples))
    for place in stride(from: 0, to: bytes.count, by: 7) {
      var damaged = bytes
      damaged[place] ^= 0x55
      let decoded = codec.decode(damaged, count: samples.count)
      #expect(decoded != samples)
      #expect(place >= 4 || decoded == nil)
    }
  }

  @Test func aLevelThatTheCodecLacksIsRefused() throws {
    let folder = try TemporaryFolder()
    for (codec, level) in [(Codec.deflate, 0), (.deflate, 13), (.szip, 1), (.none, 1)] {
      let options = ConversionOptions(codec: codec, level: level)
      let conversion = Conversion(source: try InMemorySource.fixed(count: 2), options: options)
      #expect(throws: StoreError.self) { try conversion.run(into: folder.path + "/store") }
    }
  }

  @Test func theStoreSaysItsLevelAndKeepsItsDigest() throws {
    let folder = try TemporaryFolder()
    let source = try InMemorySource.fixed(count: 4, sampleCount: 50)
    var digests = Set<Digest>()
    for (codec, level) in [(Codec.deflate, 1), (.deflate, 12), (.szip, nil), (.none, nil)] as [(Codec, Int?)] {
      let path = folder.path + "/\(codec)-\(level ?? 0)"
      let options = ConversionOptions(codec: codec, level: level, recordingsPerShard: 3)
      digests.insert(try Conversion(source: source, options: options).run(into: path).contentDigest)
      let description = try Store(path).description
      #expect(description.codec == codec)
      #expect(description.level == level)
    }
    #expect(digests.count == 1)
  }

  @Test func szipRefusesRecordingsOfLessThanABlock() throws {
    let folder = try TemporaryFolder()
    let source = try InMemorySource.fixed(count: 2, sampleCount: 1)
    let error = try #require(throws: StoreError.self) {
      try Conversion(source: source, options: ConversionOptions(codec: .szip)).run(into: folder.path + "/store")
    }
    #expect(error.code == .invalidSource)
  }
}
