import Foundation
import Reproducibility
import TestSupport
import Testing
import WFDB

/// Damaged records: errors that name the place.
@Suite struct BadFileTests {
  private func record(_ header: String, _ bytes: [UInt8]) throws -> (TemporaryFolder, String) {
    let folder = try TemporaryFolder()
    try AtomicFile.write(header, to: folder.file("r.hea"))
    try AtomicFile.write(bytes, to: folder.file("r.dat"))
    return (folder, folder.file("r"))
  }

  @Test func format212UnpacksTheDocumentedBits() throws {
    // 0x123 and -1 (0xFFF), then 0x7FF alone in the last two bytes.
    let (folder, path) = try record("r 1 360 3\nr.dat 212\n", [0x23, 0xF1, 0xFF, 0xFF, 0x07])
    #expect(try RecordReader(path: path).digital() == [[0x123, -1, 0x7FF]])
    _ = folder
  }

  @Test func signalsOfAFileTakeTurnsAndAPrefixIsSkipped() throws {
    let (folder, path) = try record(
      "r 2 360\nr.dat 16+2 200 16 0 1 4 0 a\nr.dat 16+2 200 16 0 2 -2 0 b\n", [9, 9, 1, 0, 2, 0, 3, 0, 0xFC, 0xFF])
    #expect(try RecordReader(path: path).digital() == [[1, 3], [2, -4]])
    _ = folder
  }

  @Test func aTruncatedFileIsNamedWithTheByteWhereItEnds() throws {
    let (folder, path) = try record("r 1 360 100\nr.dat 16\n", Array(repeating: 0, count: 120))
    let error = #expect(throws: WFDBError.self) { try RecordReader(path: path).read() }
    #expect(error?.code == .truncatedSignal)
    #expect(error?.place == ErrorPlace(path + ".dat", .byte(120)))
    #expect(error?.expected.contains("200 bytes") == true)
    _ = folder
  }

  @Test func aLengthThatNoFileHoldsTakesNoMemory() throws {
    let (folder, path) = try record("r 1 360 281474976710656\nr.dat 16\n", [0, 0])
    #expect(throws: WFDBError.self) { try RecordReader(path: path).read() }
    _ = folder
  }

  @Test func aWrongChecksumAndAMissingFileAreNamed() throws {
    let (folder, path) = try record("r 1 360 2\nr.dat 16 200 16 0 1 5 0 II\n", [1, 0, 2, 0])
    let error = #expect(throws: WFDBError.self) { try RecordReader(path: path).read() }
    #expect(error?.code == .checksumMismatch)
    #expect(error?.description.contains("lead II") == true)
    try FileManager.default.removeItem(atPath: path + ".dat")
    let missing = #expect(throws: WFDBError.self) { try RecordReader(path: path).read() }
    #expect(missing?.code == .missingFile)
    _ = folder
  }

  @Test func formatsThatNoTableHasAreRefusedByName() throws {
    let (folder, path) = try record("r 1 360 2\nr.dat 17\n", [1, 2])
    let error = #expect(throws: WFDBError.self) { try RecordReader(path: path).read() }
    #expect(error?.code == .unsupportedFormat && error?.description.contains("format 17") == true)
    _ = folder
  }

  // MARK: hostile headers

  private func refusal(
    _ files: [String: String], bytes: [String: [UInt8]] = [:], blocks: Bool = false
  ) -> WFDBError.Code? {
    var folder = files.mapValues { Array($0.utf8) }
    folder.merge(bytes) { $1 }
    do {
      let reader = try RecordReader(record: "r", in: MemoryFolder(folder))
      if blocks {
        try reader.forEachBlock(of: RecordSelection()) { _ in }
      } else {
        _ = try reader.read()
      }
      return nil
    } catch {
      return (error as? WFDBError)?.code
    }
  }

  @Test func headersThatClaimMoreThanTheFilesHoldTakeNoMemory() {
    let wide = (0..<200).map { "~ 0x65535 200/mV 0 0 0 0 0 s\($0)\n" }.joined()
    let layout = ["r.hea": "r/2 200 100 40000\nl 0\n~ 40000\n", "l.hea": "l 200 100 0\n" + wide]
    #expect(refusal(layout) == .outOfRange)
    #expect(refusal(layout, blocks: true) == .outOfRange)
    let product = ["r.hea": "r 1 100 281474976710656\nr.dat 16x65535 200\n"]
    #expect(refusal(product, bytes: ["r.dat": [1, 2, 3, 4]]) == .truncatedSignal)
    let missingSignals = [
      "r.hea": "r/2 20 100 30000000\nl 0\na 30000000\n",
      "l.hea": "l 20 100 0\n" + (0..<20).map { "~ 0 200/mV 0 0 0 0 0 s\($0)\n" }.joined(),
      "a.hea": "a 0 100 30000000\n",
    ]
    #expect(refusal(missingSignals) == .outOfRange)
    let again = [
      "r.hea": "r/3000 1 100 3000000\n" + String(repeating: "a 1000\n", count: 3000),
      "a.hea": "a 1 100 1000\na.dat 80\n",
    ]
    #expect(refusal(again, bytes: ["a.dat": [UInt8](repeating: 128, count: 1000)]) == nil)
    let more = [
      "r.hea": "r/9000 1 100 9000000\n" + String(repeating: "a 1000\n", count: 9000),
      "a.hea": "a 1 100 1000\na.dat 80\n",
    ]
    #expect(refusal(more, bytes: ["a.dat": [UInt8](repeating: 128, count: 1000)]) == .outOfRange)
    #expect(refusal(more, bytes: ["a.dat": [UInt8](repeating: 128, count: 1000)], blocks: true) == nil)
  }

  @Test func lengthsThatOverflowTogetherAreRefused() {
    let gaps = String(repeating: "~ 281474976710656\n", count: 40_000)
    #expect(refusal(["r.hea": "r/40000 1 100\n" + gaps]) == .malformedHeader)
    #expect(refusal(["r.hea": "r 0 100 281474976710656\n"], blocks: true) == nil)
  }

  @Test func aStreamThatDoesNotSayItsLengthIsCounted() throws {
    guard SignalFormatTests.hasFLAC else { return print("not tested: libFLAC is not installed") }
    var bytes = try FileBytes.read(SignalFormatTests.folder + "/s516.dat")
    let header = try String(contentsOfFile: SignalFormatTests.folder + "/s516.hea", encoding: .utf8)
    // The lower 36 bits of STREAMINFO's word: the number of samples.
    bytes[21] &= 0xF0
    for index in 22..<26 { bytes[index] = 0 }
    let whole = try RecordReader(path: SignalFormatTests.folder + "/s516").digital()
    for text in [header, header.replacing(" 101\n", with: "\n")] {
      let folder = MemoryFolder(["s516.hea": Array(text.utf8), "s516.dat": bytes])
      #expect(try RecordReader(record: "s516", in: folder).digital() == whole)
    }
    // As the segment of a record that claims more than there is.
    let claims = [
      "r.hea": Array("r/1 2 100 3000\ns516 3000\n".utf8),
      "s516.hea": Array(header.replacing(" 101\n", with: "\n").utf8),
      "s516.dat": bytes,
    ]
    let error = #expect(throws: WFDBError.self) { try RecordReader(record: "r", in: MemoryFolder(claims)).read() }
    #expect(error?.code == .truncatedSignal)
  }

  @Test func aNamedPipeIsNoFileAndDoesNotBlock() throws {
    let folder = try TemporaryFolder()
    try AtomicFile.write("p 1 100 2\np.dat 16\n", to: folder.file("p.hea"))
    #expect(mkfifo(folder.file("p.dat"), 0o600) == 0)
    let error = #expect(throws: WFDBError.self) { try RecordReader(path: folder.file("p")).read() }
    #expect(error?.code == .unreadableFile)
  }

  @Test func aFailedReadLeavesNothingThatLooksRead() throws {
    var samples = try RecordReader(path: Repository.data + "/mitdb/100").read(RecordSelection(frames: 0..<10))
    let (folder, path) = try record("r 1 360 100\nr.dat 16\n", [1, 2])
    #expect(throws: WFDBError.self) { try RecordReader(path: path).read(RecordSelection(), into: &samples) }
    #expect(samples.signals.isEmpty && samples.frames.isEmpty)
    _ = folder
  }

  @Test func controlCharactersOfFilesDoNotReachTheTerminal() {
    let error = #expect(throws: WFDBError.self) {
      try Header(parsing: Array("r 1 100 5\n../\u{1B}[31mred 16\n".utf8), path: "r.hea")
    }
    #expect(error?.description.contains("\u{1B}") == false && error?.description.contains("\\u{1B}[31mred") == true)
  }
}
