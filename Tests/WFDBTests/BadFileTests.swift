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

}
