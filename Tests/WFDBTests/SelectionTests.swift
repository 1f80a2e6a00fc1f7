import Foundation
import Reproducibility
import Synchronization
import TestSupport
import Testing

@testable import WFDB

/// Ranges, signals, blocks and segments.
@Suite struct SelectionTests {
  /// Counts the bytes read from each file of a folder.
  private final class CountingFolder: RecordFolder {
    let base: any RecordFolder
    let read = Mutex<[String: Int]>([:])
    init(_ base: any RecordFolder) { self.base = base }
    func path(of name: String) -> String { base.path(of: name) }
    func open(_ name: String) throws(WFDBError) -> any RecordFile {
      CountingFile(name: name, base: try base.open(name), folder: self)
    }

    private struct CountingFile: RecordFile {
      let name: String
      let base: any RecordFile
      let folder: CountingFolder
      var path: String { base.path }
      var size: Int { base.size }
      func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(WFDBError) {
        folder.read.withLock { $0[name, default: 0] += buffer.count }
        try base.read(at: offset, into: buffer)
      }
    }
  }

  @Test func aSliceReadsItsOwnBytesOnlyAndOnlyFilesOfItsSignals() throws {
    let folder = CountingFolder(DiskFolder(Repository.data + "/mitdb"))
    let samples = try RecordReader(record: "100", in: folder).read(RecordSelection(frames: 1001..<1101, signals: [1]))
    #expect(samples.count(of: 0) == 100)
    #expect(folder.read.withLock { $0["100.dat"] } == 300)
    var files = ["r.hea": Array("r 2 100 2\na.dat 16\nb.dat 16\n".utf8), "a.dat": [UInt8](repeating: 0, count: 4)]
    let two = try RecordReader(record: "r", in: MemoryFolder(files))
    #expect(try two.digital(RecordSelection(signals: [0])) == [[0, 0]])
    let error = #expect(throws: WFDBError.self) { try two.read() }
    #expect(error?.code == .missingFile)
    files["b.dat"] = [1, 0, 2, 0]
    #expect(try RecordReader(record: "r", in: MemoryFolder(files)).digital() == [[0, 0], [1, 2]])
  }

  @Test func everySliceOfEveryFormatIsThatPartOfTheWhole() throws {
    var stream = RandomStream(seed: 6, purpose: "slices")
    for format in SignalFormat.all where !format.isCompressed {
      for layout in ["s", "f"] {
        let reader = try RecordReader(path: "\(SignalFormatTests.folder)/\(layout)\(format.number)")
        let whole = try reader.read()
        for _ in 0..<60 {
          let first = stream.integer(below: 102)
          let frames = first..<first + stream.integer(below: 102 - first)
          let signals = stream.shuffled(Array(whole.signals.indices)).prefix(
            1 + stream.integer(below: whole.signals.count))
          let part = try reader.read(RecordSelection(frames: frames, signals: Array(signals)))
          for (place, index) in signals.enumerated() {
            let width = whole.signals[index].samplesPerFrame
            let expected = whole.digital(of: index)[frames.lowerBound * width..<frames.upperBound * width]
            #expect(part.digital(of: place) == Array(expected), "\(layout)\(format.number) \(frames)")
          }
        }
      }
    }
  }

  @Test(arguments: [1, 7, 50, 1000]) func blocksTogetherAreTheWholeAndAreCheckedAtTheEnd(size: Int) throws {
    for name in ["f8", "f212", "s311", "f24"] {
      let reader = try RecordReader(path: "\(SignalFormatTests.folder)/\(name)")
      let whole = try reader.digital()
      var blocks: [[Int32]] = whole.map { _ in [] }
      try reader.forEachBlock(of: RecordSelection(), framesPerBlock: size) { block in
        for index in blocks.indices { blocks[index] += block.digital(of: index) }
      }
      #expect(blocks == whole, "\(name)")
    }
    // A wrong checksum is found however small the blocks are, skewed signals included.
    let text = try String(contentsOfFile: SignalFormatTests.folder + "/f212.hea", encoding: .utf8)
    let bytes = try FileBytes.read(SignalFormatTests.folder + "/f212.dat")
    for (from, to) in [("60993", "60994"), ("35860", "35861")] {
      #expect(text.contains(from))
      let damaged = ["f212.hea": Array(text.replacing(from, with: to).utf8), "f212.dat": bytes]
      let error = #expect(throws: WFDBError.self) {
        try RecordReader(record: "f212", in: MemoryFolder(damaged))
          .forEachBlock(of: RecordSelection(), framesPerBlock: size) { _ in }
      }
      #expect(error?.code == .checksumMismatch)
      #expect(
        try RecordReader(record: "f212", in: MemoryFolder(damaged))
          .read(RecordSelection(verifiesChecksums: false)).frames == 0..<101)
    }
  }

  @Test func memoryIsUsedAgainFromRecordToRecord() throws {
    var samples = RecordSamples()
    for name in ["f24", "s16", "f212", "f32"] {
      let reader = try RecordReader(path: "\(SignalFormatTests.folder)/\(name)")
      try reader.read(RecordSelection(), into: &samples)
      let again = samples.signals.indices.map { samples.digital(of: $0) }
      #expect(try reader.digital() == again)
    }
  }

  @Test func checksumsThatAPublisherLeftEmptyAreNotWrong() throws {
    let header = "r 1 100 2\nr.dat 16 200 16 0 0 0 0 i\n"
    let files = ["r.hea": Array(header.utf8), "r.dat": [1, 0, 2, 0] as [UInt8]]
    #expect(try RecordReader(record: "r", in: MemoryFolder(files)).digital() == [[1, 2]])
    let stated = ["r.hea": Array(header.replacing("0 0 0 i", with: "1 0 0 i").utf8), "r.dat": [1, 0, 2, 0]]
    #expect(throws: WFDBError.self) { try RecordReader(record: "r", in: MemoryFolder(stated)).read() }
  }

  @Test func rangesAndSignalsThatAreNotThereAreRefused() throws {
    let reader = try RecordReader(path: Repository.data + "/mitdb/100")
    for selection in [
      RecordSelection(frames: 0..<650_001), RecordSelection(frames: -1..<5), RecordSelection(signals: [2]),
      RecordSelection(signals: [0, 0]),
    ] {
      let error = #expect(throws: WFDBError.self) { try reader.read(selection) }
      #expect(error?.code == .outOfRange)
    }
  }

  // MARK: segments

  private static let segments: [String: [UInt8]] = [
    "a.hea": Array("a 2 100 3\na.dat 16 200(5)/mV 0 0 0 21 0 I\na.dat 16 100/mV 0 0 0 24 0 II\n".utf8),
    "a.dat": [6, 0, 7, 0, 7, 0, 8, 0, 8, 0, 9, 0],
    "b.hea": Array("b 1 100 2\nb.dat 80 100/mV 0 0 0 0 0 II\n".utf8), "b.dat": [138, 0],
    "layout.hea": Array("layout 2 100 0\n~ 0 200/mV 0 0 0 0 0 I\n~ 0 100/mV 0 0 0 0 0 II\n".utf8),
    "v.hea": Array("v/4 2 100 7\nlayout 0\na 3\n~ 2\nb 2\n".utf8),
    "f.hea": Array("f/2 2 100 6\na 3\na 3\n".utf8),
    "nested.hea": Array("nested/1 2 100 6\nf 6\n".utf8),
    "short.hea": Array("short/1 2 100 5\na 5\n".utf8),
    "far.hea": Array("far/2 2 100 281474976710656\nlayout 0\n~ 281474976710656\n".utf8),
  ]

  private func reader(_ name: String) throws -> RecordReader {
    try RecordReader(record: name, in: MemoryFolder(Self.segments))
  }

  @Test func aFixedLayoutIsOneSegmentAfterTheOther() throws {
    #expect(try reader("f").digital() == [[6, 7, 8, 6, 7, 8], [7, 8, 9, 7, 8, 9]])
    #expect(try reader("f").digital(RecordSelection(frames: 2..<5, signals: [1])) == [[9, 7, 8]])
    #expect(try reader("f").frameCount() == 6)
  }

  @Test func aVariableLayoutGoesBySignalNamesAndEachSegmentsOwnCalibration() throws {
    let read = try reader("v").read()
    #expect(read.signals.map(\.name) == ["I", "II"])
    let physical = read.signals.indices.map { read.physical(of: $0) }
    #expect(physical[0].prefix(3) == [0.005, 0.01, 0.015])
    #expect(physical[0].dropFirst(3).count { $0.isNaN } == 4)
    #expect(physical[1].prefix(3) == [0.07, 0.08, 0.09])
    #expect(physical[1][3].isNaN && physical[1][4].isNaN && physical[1][5] == 0.1)
    // 0 is format 80's own value for a missing sample.
    #expect(physical[1][6].isNaN)
    #expect(read.signals[1].missingValue == Int(Int32.min))
    let part = try reader("v").read(RecordSelection(frames: 4..<6, signals: [1]))
    #expect(part.physical(of: 0)[1] == 0.1 && part.physical(of: 0)[0].isNaN)
  }

  @Test func segmentsThatContradictTheirRecordAreRefused() throws {
    for (name, code) in [("nested", WFDBError.Code.malformedHeader), ("short", .malformedHeader), ("far", .outOfRange)]
    {
      let error = #expect(throws: WFDBError.self) { try reader(name).read() }
      #expect(error?.code == code, "\(name)")
    }
    // A gap of any length can be looked into.
    let gap = try reader("far").read(RecordSelection(frames: 1 << 40..<(1 << 40) + 2))
    #expect(gap.physical(of: 0).count { $0.isNaN } == 2)
  }

  @Test func moreSegmentsThanFilesMayBeOpenAreRead() throws {
    var files = ["r.hea": Array(("r/1500 1 100 3000\n" + (0..<1500).map { "s\($0) 2\n" }.joined()).utf8)]
    for index in 0..<1500 {
      files["s\(index).hea"] = Array(
        "s\(index) 1 100 2\ns\(index).dat 80 200 8 0 0 \(index % 256 * 2 - 256) 0 I\n".utf8)
      files["s\(index).dat"] = [UInt8(index % 256), UInt8(index % 256)]
    }
    let expected: [Int32] = (0..<3000).map { Int32($0 / 2 % 256 - 128) }
    #expect(try RecordReader(record: "r", in: MemoryFolder(files)).digital() == [expected])
    let folder = try TemporaryFolder()
    for (name, bytes) in files { try Data(bytes).write(to: URL(fileURLWithPath: folder.file(name))) }
    #expect(try RecordReader(path: folder.file("r")).digital() == [expected])
  }

  @Test func farSkewsAreReadInPassesOfTheirOwn() throws {
    for format in [16, 8] {
      let text =
        "r 3 100 1000\nr.dat \(format):900 200 16 0 0 0 0 a\nr.dat \(format) 200 16 0 0 0 0 b\nr.dat \(format):3 200 16 0 0 0 0 c\n"
      let values = (0..<3000).map { Int32($0 % 100) }
      var bytes: [UInt8] = []
      if format == 16 {
        for value in values { bytes += [UInt8(value), 0] }
      } else {
        for (index, value) in values.enumerated() {
          bytes.append(UInt8(truncatingIfNeeded: value - (index < 3 ? 0 : values[index - 3])))
        }
      }
      let reader = try RecordReader(record: "r", in: MemoryFolder(["r.hea": Array(text.utf8), "r.dat": bytes]))
      let whole = try reader.read()
      let raw = try reader.digital(RecordSelection(alignsSkew: false))
      #expect(raw == (0..<3).map { signal in (0..<1000).map { values[3 * $0 + signal] } })
      #expect(whole.digital(of: 0).prefix(100) == raw[0].suffix(100))
      #expect(whole.digital(of: 2).prefix(997) == raw[2].suffix(997))
      var blocks: [[Int32]] = [[], [], []]
      try reader.forEachBlock(of: RecordSelection(), framesPerBlock: 7) { block in
        for index in blocks.indices { blocks[index] += block.digital(of: index) }
      }
      #expect(blocks == whole.signals.indices.map { whole.digital(of: $0) }, "format \(format)")
    }
  }
}
