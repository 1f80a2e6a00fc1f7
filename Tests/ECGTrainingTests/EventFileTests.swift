import Foundation
import TestSupport
import Testing

@testable import ECGTraining

/// Event files, byte by byte and as a reader written apart from the writer sees them.
@Suite struct EventFileTests {
  @Test func theChecksumIsTheKnownOne() {
    #expect(CRC32C.checksum(of: Array("123456789".utf8)) == 0xE306_9283)
    // RFC 3720, appendix B.4.
    #expect(CRC32C.checksum(of: Array(repeating: 0, count: 32)) == 0x8A91_36AA)
    #expect(CRC32C.checksum(of: (0..<32).map { UInt8($0) }) == 0x46DD_794E)
  }

  @Test func aRecordIsLengthChecksumPayloadChecksum() {
    let bytes = EventFile.record(of: ["a": 0.5], step: 300, wallTime: 2)
    let payload: [UInt8] = [
      0x09, 0, 0, 0, 0, 0, 0, 0, 0x40, 0x10, 0xAC, 0x02, 0x2A, 0x0A, 0x0A, 0x08, 0x0A, 0x01, 0x61, 0x15, 0, 0, 0, 0x3F,
    ]
    #expect(bytes.count == 8 + 4 + payload.count + 4)
    #expect(Array(bytes[0..<8]) == [UInt8(payload.count), 0, 0, 0, 0, 0, 0, 0])
    #expect(Array(bytes[12..<12 + payload.count]) == payload)
  }

  /// Reads with nothing but Python's own library; TensorBoard itself reads it too where it is installed.
  @Test(.enabled(if: PythonEnvironment.plainInterpreter != nil, "needs python3"))
  func anotherReaderFindsTheSameNumbers() throws {
    let python = try #require(PythonEnvironment.plainInterpreter)
    let folder = try TemporaryFolder()
    let file = folder.file("events.out.tfevents.1.x")
    let bytes =
      EventFile.beginning(firstStep: 0, wallTime: 1.5)
      + EventFile.record(of: ["training/loss": 0.25, "validation/mae": -3], step: 7, wallTime: 2.5)
      + EventFile.record(of: ["training/loss": 0.125], step: 100_000, wallTime: 3.5)
    try Data(bytes).write(to: URL(fileURLWithPath: file))
    let printed = try PythonEnvironment.output(
      of: python, [Repository.root + "/Tests/ECGTrainingTests/Python/read_events.py", file])
    #expect(
      String(decoding: printed, as: UTF8.self) == """
        1.5 0 version brain.Event:2
        1.5 0 session 1
        2.5 7 training/loss 0.25
        2.5 7 validation/mae -3.0
        3.5 100000 training/loss 0.125

        """)
  }
}
