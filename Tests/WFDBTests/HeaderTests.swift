import Reproducibility
import TestSupport
import Testing
import WFDB

/// header(5), field by field.
@Suite struct HeaderTests {
  private func header(_ text: String) throws(WFDBError) -> Header {
    try Header(parsing: Array(text.utf8), path: "x.hea")
  }

  @Test func everyFieldOfARecordLineIsRead() throws {
    let header = try header("# before\nrec/2 2 360/1(5.5) 650000 12:30:00 01/02/1990\na 300000\n~ 350000\n# 69 M\n")
    #expect(header.recordName == "rec")
    #expect(header.segmentCount == 2)
    #expect(header.samplingFrequency == 360)
    #expect(header.counterFrequency == 1)
    #expect(header.baseCounter == 5.5)
    #expect(header.sampleCount == 650_000)
    #expect(header.baseTime == "12:30:00")
    #expect(header.baseDate == "01/02/1990")
    #expect(header.segments.map(\.name) == ["a", "~"])
    #expect(header.segments.map(\.sampleCount) == [300_000, 350_000])
    #expect(header.comments == ["before", "69 M"])
  }

  @Test func everyFieldOfASignalLineIsRead() throws {
    let line = "r.dat 16x2:3+24 200.5(-7)/uV 12 1024 995 -22131 0 lead of mine"
    let signal = try #require(header("r 1 360 10\n\(line)\n").signals.first)
    #expect(signal.fileName == "r.dat")
    #expect((signal.format, signal.samplesPerFrame, signal.skew, signal.byteOffset) == (16, 2, 3, 24))
    #expect((signal.gain, signal.baseline, signal.units) == (200.5, -7, "uV"))
    #expect((signal.adcResolution, signal.adcZero) == (12, 1024))
    #expect((signal.initialValue, signal.checksum, signal.blockSize) == (995, -22131, 0))
    #expect(signal.description == "lead of mine")
  }

  @Test func absentFieldsHaveTheirDefaults() throws {
    let header = try header("r 1\nr.dat 212\n")
    #expect(header.samplingFrequency == 250)
    #expect(header.sampleCount == nil)
    let signal = try #require(header.signals.first)
    #expect((signal.gain, signal.baseline, signal.units) == (200, 0, "mV"))
    #expect(signal.checksum == nil)
    let zero = try #require(self.header("r 1\nr.dat 212 0 11 1024\n").signals.first)
    #expect((zero.gain, zero.baseline) == (200, 1024))
  }

  @Test(arguments: [
    ("", 1), ("r\n", 1), ("r two 360\n", 1), ("r 1 0\nr.dat 16\n", 1), ("r 1 360 -5\nr.dat 16\n", 1),
    ("r 1 360 99999999999999999999\nr.dat 16\n", 1), ("r 2 360 5\nr.dat 16\n", 3), ("r 1 360 5\n\nr.dat\n", 3),
    ("r 1 360 5\nr.dat 16q\n", 2), ("r 1 360 5\nr.dat 16x99999999999\n", 2), ("r 1 360 5\nr.dat 16 nan\n", 2),
    ("r 1 360 5\nr.dat 16 200(7\n", 2), ("r 1 360 5\nr.dat 16 200 a\n", 2), ("r/0 1 360\n", 1),
  ]) func aMalformedHeaderIsAnErrorThatNamesTheLine(text: String, line: Int) {
    let error = #expect(throws: WFDBError.self) { try header(text) }
    #expect(error?.code == .malformedHeader)
    #expect(error?.place == ErrorPlace("x.hea", .line(line)), "\(text)")
  }

  @Test(arguments: ["../r.dat", "/etc/passwd", "a/b.dat", ".."]) func aFileOutsideTheFolderIsRefused(name: String) {
    let error = #expect(throws: WFDBError.self) { try header("r 1 360 5\n\(name) 16\n") }
    #expect(error?.code == .unsafePath)
  }
}
