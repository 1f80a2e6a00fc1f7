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
    ("r 1 360 5\nr.dat 16 200 12 0 1 9999999999999999\n", 2),
  ]) func aMalformedHeaderIsAnErrorThatNamesTheLine(text: String, line: Int) {
    let error = #expect(throws: WFDBError.self) { try header(text) }
    #expect(error?.code == .malformedHeader)
    #expect(error?.place == ErrorPlace("x.hea", .line(line)), "\(text)")
  }

  @Test(arguments: ["../r.dat", "/etc/passwd", "a/b.dat", ".."]) func aFileOutsideTheFolderIsRefused(name: String) {
    let error = #expect(throws: WFDBError.self) { try header("r 1 360 5\n\(name) 16\n") }
    #expect(error?.code == .unsafePath)
  }

  @Test func commentsStandAnywhereAndLinesEndInAnyWay() throws {
    let header = try header("## first #\r\n\r\nr 1 100 5\r# between\rr.dat 16\r\n   # last\t\n")
    #expect(header.comments == ["first", "between", "last"])
    #expect(header.sampleCount == 5 && header.signals.count == 1)
  }

  @Test func aDescriptionKeepsItsInnerBlanks() throws {
    #expect(
      try header("r 1\nr.dat 16 200 0 0 0 0 0 lead  of   mine  \n").signals.first?.description == "lead  of   mine")
  }

  @Test func decimalNumbersAreRoundedAsTheStandardLibraryRoundsThem() throws {
    var stream = RandomStream(seed: 3, purpose: "numbers")
    var texts = [
      "1.052e+04", "7247", "2963.77", "0.1", "5e-324", "1.7976931348623157e308", "123456789012345678901", ".5", "9.",
    ]
    for _ in 0..<20_000 {
      var text = String(stream.nextUInt64() % (1 << UInt64(stream.integer(below: 63) + 1)))
      if stream.integer(below: 2) == 0 {
        text.insert(".", at: text.index(text.startIndex, offsetBy: stream.integer(below: text.count)))
      }
      if stream.integer(below: 3) == 0 { text += "e\(stream.integer(below: 60) - 30)" }
      texts.append(text)
    }
    for text in texts {
      let gain = try header("r 1\nr.dat 16 \(text)\n").signals.first?.gain
      let expected = Double(text.hasSuffix(".") ? text + "0" : text.hasPrefix(".") ? "0" + text : text)
      #expect(gain == (expected == 0 ? 200 : expected), "\(text)")
    }
  }

  @Test(arguments: ["nan", "inf", "0x10", "1e", "e5", "--1", "1.2.3", "1e99999", "200(1", "200)1("])
  func whatIsNoDecimalNumberIsRefused(text: String) {
    #expect(throws: WFDBError.self) { try header("r 1\nr.dat 16 \(text)/mV\n") }
  }

  @Test func whatIsWrittenIsReadBack() throws {
    let texts = [
      "rec/2 2 360/1(5.5) 650000 12:30:00 01/02/1990\na 300000\n~ 350000\n# 69 M\n",
      "r 2 62.4725/999.56 14400\nr.dat 516x4 200/mV 14 8192 0 24460 0 II\nr.dat 16x2:3+24 200.5(-7)/uV 12 1024 9 -2 0 a  b\n",
      "r 1\nr.dat 212\n", "r 1 250 0 8:26:04\nr.dat 80 1.5e-09(-128)/NU\n", "r 0 100 5\n",
    ]
    for text in texts {
      let header = try header(text)
      #expect(try self.header(header.text()) == header, "\(text)")
    }
  }

  @Test func whatNoHeaderCanHoldIsNotWritten() {
    let signal = SignalSpecification(fileName: "r.dat", format: 16)
    var (blank, lines, unit) = (signal, signal, signal)
    blank.fileName = "r r.dat"
    lines.description = "a\nb"
    unit.units = ""
    for signals in [[blank], [lines], [unit]] {
      let error = #expect(throws: WFDBError.self) { try Header(recordName: "r", signals: signals).text() }
      #expect(error?.code == .notWritable)
    }
    #expect(throws: WFDBError.self) { try Header(recordName: "r", samplingFrequency: 1e30).text() }
    #expect(throws: WFDBError.self) { try Header(recordName: "r", comments: ["a\nb"]).text() }
  }

  @Test func signsWithNothingBehindThemSayNothing() throws {
    let signal = try #require(header("r 1 360/ 5\nr.dat 16x:+ ()/uV -12 7 4000000000 4000000000\n").signals.first)
    #expect((signal.samplesPerFrame, signal.skew, signal.byteOffset) == (1, 0, 0))
    #expect((signal.gain, signal.baseline, signal.units) == (200, 7, "uV"))
    #expect((signal.adcResolution, signal.checksum) == (-12, 4_000_000_000))
    let other = try #require(header("r 1\nr.dat 16 (5)/mV\n").signals.first)
    #expect((other.gain, other.baseline) == (200, 5))
  }
}
