import Foundation
import Reproducibility
import TestSupport
import Testing
import WFDB

/// Damaged signal and annotation files: errors that name the place, and never a trap.
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
    #expect(try RecordReader(path: path).readSignals() == [[0x123, -1, 0x7FF]])
    _ = folder
  }

  @Test func signalsOfAFileTakeTurnsAndAPrefixIsSkipped() throws {
    let (folder, path) = try record(
      "r 2 360\nr.dat 16+2 200 16 0 1 4 0 a\nr.dat 16+2 200 16 0 2 -2 0 b\n", [9, 9, 1, 0, 2, 0, 3, 0, 0xFC, 0xFF])
    #expect(try RecordReader(path: path).readSignals() == [[1, 3], [2, -4]])
    _ = folder
  }

  @Test func aTruncatedFileIsNamedWithTheByteWhereItEnds() throws {
    let (folder, path) = try record("r 1 360 100\nr.dat 16\n", Array(repeating: 0, count: 120))
    let error = #expect(throws: WFDBError.self) { try RecordReader(path: path).readSignals() }
    #expect(error?.code == .truncatedSignal)
    #expect(error?.place == ErrorPlace(path + ".dat", .byte(120)))
    #expect(error?.expected.contains("200 bytes") == true)
    _ = folder
  }

  @Test func aLengthThatNoFileHoldsTakesNoMemory() throws {
    let (folder, path) = try record("r 1 360 281474976710656\nr.dat 16\n", [0, 0])
    #expect(throws: WFDBError.self) { try RecordReader(path: path).readSignals() }
    _ = folder
  }

  @Test func aWrongChecksumAndAMissingFileAreNamed() throws {
    let (folder, path) = try record("r 1 360 2\nr.dat 16 200 16 0 1 5 0 II\n", [1, 0, 2, 0])
    let error = #expect(throws: WFDBError.self) { try RecordReader(path: path).readSignals() }
    #expect(error?.code == .checksumMismatch)
    #expect(error?.description.contains("lead II") == true)
    try FileManager.default.removeItem(atPath: path + ".dat")
    let missing = #expect(throws: WFDBError.self) { try RecordReader(path: path).readSignals() }
    #expect(missing?.code == .missingFile)
    _ = folder
  }

  @Test func formatsThatAreNotReadYetAreRefusedByName() throws {
    let (folder, path) = try record("r 1 360 2\nr.dat 80\n", [1, 2])
    let error = #expect(throws: WFDBError.self) { try RecordReader(path: path).readSignals() }
    #expect(error?.code == .unsupportedFormat)
    _ = folder
  }

  @Test func everyModifierOfAnAnnotationIsRead() throws {
    func word(_ code: UInt16, _ value: UInt16) -> [UInt8] {
      let bits = code << 10 | value
      return [UInt8(bits & 255), UInt8(bits >> 8)]
    }
    let bytes: [UInt8] =
      word(1, 18) + word(61, 3) + word(62, 1) + word(60, 2) + word(63, 3) + Array("(N".utf8) + [0, 0]
      + word(59, 0) + [0x01, 0x00, 0x02, 0x00] + word(5, 7) + word(0, 0) + word(1, 1)
    let marks = try AnnotationFile.parse(bytes, path: "a")
    #expect(marks.map(\.sample) == [18, 18 + 0x1_0002 + 7])
    #expect(marks.map(\.symbol) == ["N", "V"])
    #expect(marks[0].subtype == 3 && marks[0].channel == 1 && marks[0].number == 2 && marks[0].auxiliary == "(N")
    #expect(marks[1].subtype == 0 && marks[1].channel == 1 && marks[1].number == 2 && marks[1].auxiliary.isEmpty)
  }

  @Test func aTruncatedAnnotationIsNamedWithItsByte() {
    let bytes: [UInt8] = [18, 4, 10, 0xFC, 65]
    let error = #expect(throws: WFDBError.self) { try AnnotationFile.parse(bytes, path: "a.atr") }
    #expect(error?.code == .malformedAnnotations)
    #expect(error?.place == ErrorPlace("a.atr", .byte(4)))
  }

  /// Seeded mutations of real files: whatever comes out, it is a value or a located error.
  @Test func mutatedFilesNeverTrap() throws {
    var stream = RandomStream(seed: 11, purpose: "mutation")
    let header = try FileBytes.read(Repository.data + "/mitdb/100.hea")
    let marks = Array(try FileBytes.read(Repository.data + "/mitdb/100.atr").prefix(600))
    let signal = Array(try FileBytes.read(Repository.data + "/mitdb/100.dat").prefix(300))
    let folder = try TemporaryFolder()
    var errors = 0
    func mutated(_ bytes: [UInt8]) -> [UInt8] {
      var bytes = bytes
      for _ in 0...stream.integer(below: 4) {
        let place = stream.integer(below: bytes.count)
        switch stream.integer(below: 4) {
        case 0: bytes[place] = UInt8(stream.integer(below: 256))
        case 1: bytes.remove(at: place)
        case 2: bytes.insert(UInt8(ascii: "9"), at: place)
        default: bytes.removeLast(min(bytes.count - 1, stream.integer(below: 20)))
        }
      }
      return bytes
    }
    for round in 0..<20_000 {
      do { _ = try Header(parsing: mutated(header), path: "h") } catch { errors += 1 }
      do { _ = try AnnotationFile.parse(mutated(marks), path: "a") } catch { errors += 1 }
      guard round % 20 == 0 else { continue }
      try Data(mutated(header)).write(to: URL(fileURLWithPath: folder.file("100.hea")))
      try Data(mutated(signal)).write(to: URL(fileURLWithPath: folder.file("100.dat")))
      do { _ = try RecordReader(path: folder.file("100")).readSignals() } catch { errors += 1 }
    }
    #expect(errors > 5000)
  }
}
