import Foundation
import Reproducibility
import TestSupport
import Testing

@testable import WFDB

/// What is written is read back, here and by wfdb-python.
@Suite struct RecordWriterTests {
  static let formats = SignalFormat.all.filter { !$0.isCompressed }.map(\.number)

  /// A record of three signals in two files, some with several samples a frame, in one format.
  private func record(_ number: Int, frames: Int) throws -> (header: Header, samples: [[Int32]]) {
    let format = try #require(SignalFormat.numbered(number))
    let widths = [1, 3, 2]
    let signals = widths.enumerated().map { index, width in
      SignalSpecification(
        fileName: index == 2 ? "w_b.dat" : "w_a.dat", format: number, samplesPerFrame: width,
        byteOffset: index == 2 ? 5 : 0, gain: 200.25 + Double(index), baseline: index - 1, units: "uV",
        adcResolution: format.bitsPerSample, description: "signal \(index)")
    }
    var stream = RandomStream(seed: UInt64(number), purpose: "samples", index: UInt64(frames))
    let samples = widths.map { width in
      var last = 0
      return (0..<frames * width).map { _ -> Int32 in
        last =
          number == 8
          ? last + stream.integer(below: 256) - 128
          : format.range.lowerBound + stream.integer(below: format.range.count)
        return Int32(last)
      }
    }
    return (Header(recordName: "w", samplingFrequency: 125.5, signals: signals, comments: ["a comment"]), samples)
  }

  @Test(arguments: formats) func everyFormatComesBackWithItsChecksums(number: Int) throws {
    for frames in [1, 2, 3, 4, 5, 100] {
      let (header, samples) = try record(number, frames: frames)
      let files = try RecordWriter(header: header).files(for: samples)
      var folder = ["w.hea": Array(try files.header.text().utf8)]
      for (name, bytes) in files.signals { folder[name] = bytes }
      let reader = try RecordReader(record: "w", in: MemoryFolder(folder))
      #expect(reader.header == files.header)
      #expect(try reader.digital() == samples, "format \(number), \(frames) frames")
      // Damage is noticed: the checksums are those of the samples.
      folder["w_a.dat"]?[0] ^= 2
      let damaged = #expect(throws: WFDBError.self) {
        try RecordReader(record: "w", in: MemoryFolder(folder)).read()
      }
      #expect(damaged?.code == .checksumMismatch)
    }
  }

  @Test func whatTheFormatCannotHoldIsNamedWithItsSample() throws {
    func error(_ format: Int, _ samples: [Int32]) -> WFDBError? {
      let header = Header(
        recordName: "w", signals: [SignalSpecification(fileName: "w.dat", format: format, description: "II")])
      return #expect(throws: WFDBError.self) { try RecordWriter(header: header).files(for: [samples]) }
    }
    for (format, samples) in [
      (212, [0, 2048]), (16, [0, 32_768]), (80, [0, -129]), (310, [0, 512]), (8, [0, 128]),
    ] as [(Int, [Int32])] {
      let found = error(format, samples)
      #expect(found?.code == .notWritable)
      #expect(found?.place.coordinates == [.lead("II"), .sample(1)], "format \(format)")
    }
    #expect(error(516, [0])?.description.contains("compressed") == true)
    #expect(error(17, [0])?.code == .notWritable)
    let two = Header(recordName: "w", signals: [SignalSpecification(fileName: "../w.dat", format: 16)])
    #expect(throws: WFDBError.self) { try RecordWriter(header: two).files(for: [[1]]) }
    #expect(throws: WFDBError.self) { try RecordWriter(header: two).files(for: []) }
  }

  @Test(.enabled(if: PythonEnvironment.interpreterWithWFDB != nil, "needs a Python with wfdb"))
  func wfdbPythonReadsWhatWeWrite() throws {
    let python = try #require(PythonEnvironment.interpreterWithWFDB)
    let script = """
      import sys, wfdb, numpy as np
      for name in sys.argv[1:]:
          # Its digital reading of format 61 stumbles over the byte order: back from physical values.
          if wfdb.rdheader(name).fmt[0] == "61":
              record = wfdb.rdrecord(name, smooth_frames=False)
              numbers = [np.nan_to_num(np.rint(s * g + b), nan=-32768).astype("i8")
                         for s, g, b in zip(record.e_p_signal, record.adc_gain, record.baseline)]
          else:
              record = wfdb.rdrecord(name, physical=False, smooth_frames=False)
              numbers = [np.asarray(s, dtype="i8") for s in record.e_d_signal]
          sums = [int(np.sum(s)) % 65536 for s in numbers]
          assert sums == [c % 65536 for c in record.checksum], name
          assert record.fs == 125.5 and record.comments == ["a comment"] and record.units == ["uV"] * 3
          print(" ".join(str(v) for s in numbers for v in s))
      """
    let folder = try TemporaryFolder()
    var names: [String] = []
    var expected: [String] = []
    for number in Self.formats {
      let (header, samples) = try record(number, frames: 50)
      try AtomicFile.makeFolder(folder.file("\(number)"))
      try RecordWriter(header: header).write(samples, to: folder.file("\(number)"))
      names.append("\(number)/w")
      expected.append(samples.flatMap { $0 }.map { "\($0)" }.joined(separator: " "))
    }
    let output = try PythonEnvironment.output(of: python, ["-c", script] + names, in: folder.path)
    #expect(String(decoding: output, as: UTF8.self).split(separator: "\n").map(String.init) == expected)
  }
}
