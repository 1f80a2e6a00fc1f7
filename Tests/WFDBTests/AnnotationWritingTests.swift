import Foundation
import Reproducibility
import TestSupport
import Testing
import WFDB

/// What is written is what is read, by this package and by wfdb-python.
@Suite struct AnnotationWritingTests {
  /// Every bundled and every synthetic file, read, under a name for messages.
  private static func known() throws -> [(name: String, set: AnnotationSet)] {
    let golden = try AnnotationGolden.load()
    return try golden.bundled.keys.sorted().map { ($0, try AnnotationFile.read(Repository.root + "/" + $0)) }
      + golden.synthetic.sorted { $0.key < $1.key }.map { ($0.key, try AnnotationFile.parse($0.value.data, path: "a")) }
  }

  /// Marks of every kind at any distance, back and forth; the same for the same stream.
  private static func random(_ stream: inout RandomStream) -> AnnotationSet {
    let longest = String(repeating: "x", count: 255)
    let texts = ["", "", "", "(AFIB", "odd", "Müller \u{1F493}", "tab\tand\nline", "ÿ", longest]
    let steps = [3, 300, 1023, 1024, 70_000, 1 << 33]
    var sample: Int64 = 0
    let marks = (0..<stream.integer(below: 60)).map { _ -> WFDBAnnotation in
      let step = Int64(stream.integer(below: steps[stream.integer(below: steps.count)] + 1))
      sample += stream.integer(below: 8) == 0 ? -step : step
      var code = UInt8(1 + stream.integer(below: 58))
      if code == 22 && sample == 0 { code = 1 }
      return WFDBAnnotation(
        sample: sample, code: code, subtype: Int8(stream.integer(below: 256) - 128),
        channel: UInt8(stream.integer(below: 4) == 0 ? stream.integer(below: 256) : 0),
        number: Int8(stream.integer(below: 3) == 0 ? stream.integer(below: 256) - 128 : 0),
        auxiliary: texts[stream.integer(below: texts.count)])
    }
    let definitions = (0..<stream.integer(below: 4)).map { number in
      AnnotationDefinition(
        number: UInt8(15 + 2 * number), symbol: ["c", "abc", "#"][number % 3], description: "kind \(number), new")
    }
    return AnnotationSet(
      marks: marks, timeResolution: [nil, 360, 128.5, 0.1][stream.integer(below: 4)], definitions: definitions,
      comments: stream.integer(below: 2) == 0 ? [] : ["made at random", "twice"])
  }

  @Test func everyKnownFileReadsBackTheSame() throws {
    for (name, set) in try Self.known() {
      #expect(try AnnotationFile.parse(AnnotationFile.encode(set), path: "copy") == set, "\(name)")
    }
  }

  @Test func randomMarksReadBackTheSame() throws {
    var stream = RandomStream(seed: 5, purpose: "annotations")
    for round in 0..<2000 {
      let set = Self.random(&stream)
      let bytes = try AnnotationFile.encode(set)
      #expect(try AnnotationFile.parse(bytes, path: "copy") == set, "round \(round)")
      #expect(try AnnotationFile.encode(AnnotationFile.parse(bytes, path: "copy")) == bytes, "round \(round)")
    }
  }

  @Test(.enabled(if: PythonEnvironment.interpreterWithWFDB != nil, "no Python with wfdb"))
  func wfdbPythonReadsWhatIsWritten() throws {
    let folder = try TemporaryFolder()
    var stream = RandomStream(seed: 6, purpose: "annotations")
    var written: [String: AnnotationSet] = [:]
    for set in try Self.known().map(\.set) + (0..<200).map({ _ in Self.random(&stream) }) {
      let path = folder.file("r\(written.count).atr")
      try AnnotationFile.write(set, to: path)
      written[path] = set
    }
    let golden = try AnnotationGolden.live([folder.path])
    #expect(golden.count == written.count)
    for (path, set) in written { #expect(golden[path] == set.entry, "\(path)") }
  }

  /// The WFDB library writes these very bytes: the header and the words of each mark in one order.
  @Test func theBytesAreThoseOfTheFormat() throws {
    let marks = [
      WFDBAnnotation(sample: 18, code: 28, subtype: -1, channel: 1, number: 2, auxiliary: "(N"),
      WFDBAnnotation(sample: 18 + 1024, code: 1, channel: 1, number: 2), WFDBAnnotation(sample: 40, code: 5),
    ]
    let expected: [UInt8] = [
      18, 28 << 2, 0xFF, 61 << 2, 1, 62 << 2, 2, 60 << 2, 2, 63 << 2, 0x28, 0x4E,
      0, 59 << 2, 0, 0, 0, 4, 0, 1 << 2,
      0, 59 << 2, 0xFF, 0xFF, 0x16, 0xFC, 0, 5 << 2, 0, 62 << 2, 0, 60 << 2,
      0, 0,
    ]
    #expect(try AnnotationFile.encode(AnnotationSet(marks: marks)) == expected)
    let head: [UInt8] = [0, 88, 23, 252]
    let tail: [UInt8] = [0, 0, 236, 255, 255, 255, 255, 1, 0, 0, 0]
    let resolution = try AnnotationFile.encode(AnnotationSet(marks: [], timeResolution: 250))
    #expect(resolution == head + Array("## time resolution: 250".utf8) + tail)
  }

  @Test func marksTakeTheSymbolsOfTheSet() throws {
    let definition = AnnotationDefinition(number: 15, symbol: "c", description: "calibration")
    let set = AnnotationSet(marks: [WFDBAnnotation(sample: 1, code: 15)], definitions: [definition])
    #expect(set.map(\.symbol) == ["c"])
    #expect(AnnotationSet(marks: set).map(\.symbol) == ["[15]"])
  }

  @Test func whatNoFileCanHoldIsRefused() throws {
    func mark(_ sample: Int64 = 1, code: UInt8 = 1, text: String = "") -> AnnotationSet {
      AnnotationSet(marks: [WFDBAnnotation(sample: sample, code: code, auxiliary: text)])
    }
    func definition(_ number: UInt8, _ symbol: String, _ description: String) -> AnnotationSet {
      AnnotationSet(
        marks: [], definitions: [AnnotationDefinition(number: number, symbol: symbol, description: description)])
    }
    let bad: [AnnotationSet] = [
      mark(code: 0), mark(code: 59), mark(code: 255), mark(1 << 40 + 1), mark(-1 << 40 - 1), mark(.min), mark(.max),
      mark(0, code: 22, text: "hello"), mark(text: String(repeating: "x", count: 256)), mark(text: "zero\0"),
      definition(59, "x", "y"), definition(15, "", "y"), definition(15, "a b", "y"), definition(15, "a", "y\nz"),
      definition(0, "x", "y"), definition(50, "x", "y"), definition(15, "four", "y"),
      definition(15, "é", "y"), definition(15, "a", ""),
      definition(15, "a", String(repeating: "y", count: 255)), definition(15, "a", "y\0"),
      AnnotationSet(
        marks: [],
        definitions: [15, 17].map { AnnotationDefinition(number: $0, symbol: "x", description: "twice") }),
      AnnotationSet(marks: [], timeResolution: 0), AnnotationSet(marks: [], timeResolution: -360),
      AnnotationSet(marks: [], timeResolution: .nan), AnnotationSet(marks: [], timeResolution: .infinity),
      AnnotationSet(marks: [], timeResolution: 1e-7), AnnotationSet(marks: [], comments: [""]),
      AnnotationSet(marks: [], comments: ["## time resolution: 5"]),
    ]
    for (index, set) in bad.enumerated() {
      let error = #expect(throws: WFDBError.self, "case \(index)") { try AnnotationFile.encode(set) }
      #expect(error?.code == .unwritableAnnotations)
      #expect(error?.description.contains("\n") == false)
    }
    #expect(throws: Never.self) { try AnnotationFile.encode(mark(1 << 40)) }
  }

  @Test func longTextsOfOneByteACharacterAreWrittenSo() throws {
    let text = String(repeating: "é", count: 200)
    let bytes = try AnnotationFile.encode(AnnotationSet(marks: [WFDBAnnotation(sample: 1, code: 1, auxiliary: text)]))
    #expect(bytes.count == 2 + 2 + 200 + 2)
    #expect(try AnnotationFile.parse(bytes, path: "a").map(\.auxiliary) == [text])
  }

  @Test func aFolderThatIsNotThereIsAnError() throws {
    let folder = try TemporaryFolder()
    let error = #expect(throws: WFDBError.self) {
      try AnnotationFile.write(AnnotationSet(marks: []), to: folder.file("none/a.atr"))
    }
    #expect(error?.code == .unwritableFile)
  }
}
