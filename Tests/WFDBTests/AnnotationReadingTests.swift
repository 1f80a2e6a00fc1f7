import Foundation
import Reproducibility
import TestSupport
import Testing
import WFDB

/// Annotation files, mark by mark, against wfdb-python, and what it and the C library do not agree on.
@Suite struct AnnotationReadingTests {
  private func word(_ code: UInt16, _ value: UInt16 = 0) -> [UInt8] {
    let bits = code << 10 | value
    return [UInt8(bits & 255), UInt8(bits >> 8)]
  }

  @Test func everyBundledFileEqualsWfdbPython() throws {
    let golden = try AnnotationGolden.load().bundled
    #expect(golden.count == 25)
    for (name, expected) in golden {
      #expect(try AnnotationFile.read(Repository.root + "/" + name).entry == expected, "\(name)")
    }
  }

  @Test func everySyntheticFileEqualsWfdbPython() throws {
    let golden = try AnnotationGolden.load().synthetic
    #expect(golden.count >= 15)
    for (name, expected) in golden {
      let set = try AnnotationFile.parse(expected.data, path: name)
      #expect(set.lines == expected.lines, "\(name)")
      #expect(set.isTerminated, "\(name)")
    }
  }

  @Test func theTableOfCodesIsThatOfWfdbPython() throws {
    let golden = try AnnotationGolden.load().table
    #expect(AnnotationCode.all.map(\.number) == golden.map(\.number))
    #expect(AnnotationCode.all.map(\.symbol) == golden.map(\.symbol))
    #expect(AnnotationCode.all.map(\.isBeat) == golden.map(\.beat))
    #expect(Set(AnnotationCode.all.map(\.symbol)).count == AnnotationCode.all.count)
    #expect(AnnotationCode.symbol(of: 15) == "[15]" && AnnotationCode.symbol(of: 300) == "[300]")
    #expect(AnnotationCode.numbered(17) == nil && AnnotationCode.numbered(5)?.symbol == "V")
  }

  @Test(
    .enabled(
      if: Repository.sharedData != nil && PythonEnvironment.interpreterWithWFDB != nil,
      "needs the wider recordings beside the checkout and a Python with wfdb"))
  func everyFileBesideTheCheckoutEqualsWfdbPython() throws {
    let root = try #require(Repository.sharedData)
    let folders = ["mitdb", "qtdb", "ludb/data", "nstdb", "wfdb-samples"].map { "\(root)/\($0)" }
    let golden = try AnnotationGolden.live(folders.filter { FileManager.default.fileExists(atPath: $0) })
    #expect(golden.count > 1000)
    let names = golden.keys.sorted()
    let sets = try Workers.all.map(names.count) { try AnnotationFile.read(names[$0]) }
    for (name, set) in zip(names, sets) { #expect(set.entry == golden[name], "\(name)") }
    print("\(names.count) annotation files with \(sets.reduce(0) { $0 + $1.count }) marks equal wfdb-python's")
  }

  @Test func whatTheFileSaysOfItselfIsNoMark() throws {
    func comment(_ text: String) -> [UInt8] {
      word(22) + word(63, UInt16(text.utf8.count)) + Array(text.utf8) + (text.utf8.count % 2 == 1 ? [0] : [])
    }
    let bytes =
      comment("## time resolution: 500") + comment("## annotation type definitions")
      + comment("20 x signal source change\n") + comment("44 qt ") + comment("## end of definitions")
      + word(59) + [0xFF, 0xFF, 0xFF, 0xFF] + word(0, 1) + comment("gqrs -r 100") + word(20, 5) + word(44, 1) + word(0)
    let set = try AnnotationFile.parse(bytes, path: "a")
    #expect(set.timeResolution == 500)
    #expect(
      set.definitions == [
        AnnotationDefinition(number: 20, symbol: "x", description: "signal source change"),
        AnnotationDefinition(number: 44, symbol: "qt", description: ""),
      ])
    #expect(set.comments == ["gqrs -r 100"])
    #expect(set.map(\.symbol) == ["x", "qt"] && set.map(\.sample) == [5, 6] && set.map(\.code) == [20, 44])
  }

  @Test func aDefinitionWithoutACodeIsNamedWithItsByte() {
    for text in ["x marks.", "64 x marks", "15"] {
      let bytes =
        word(22) + word(63, 30) + Array("## annotation type definitions".utf8)
        + word(22) + word(63, UInt16(text.utf8.count)) + Array(text.utf8) + word(0)
      let error = #expect(throws: WFDBError.self) { try AnnotationFile.parse(bytes, path: "a.atr") }
      #expect(error?.code == .malformedAnnotations)
      #expect(error?.place == ErrorPlace("a.atr", .byte(34)), "\(text)")
    }
  }

  @Test func aFileWithoutItsEndIsTakenAndSaysSo() throws {
    let empty = try AnnotationFile.parse([], path: "a")
    #expect(empty.isEmpty && !empty.isTerminated)
    let open = try AnnotationFile.parse(word(1, 5) + word(61, 2), path: "a")
    #expect(open.map(\.subtype) == [2] && !open.isTerminated)
    let closed = try AnnotationFile.parse(word(1, 5) + word(0) + word(1, 5) + [7], path: "a")
    #expect(closed.map(\.sample) == [5] && closed.isTerminated)
  }

  @Test func truncationInsideAnythingIsNamedWithItsByte() {
    let cases: [(bytes: [UInt8], byte: Int)] = [
      (word(1, 5) + [4], 2), (word(59) + [0, 0, 1], 2), (word(1) + word(59), 4), (word(1) + word(63, 3) + [65, 66], 4),
    ]
    for (bytes, byte) in cases {
      let error = #expect(throws: WFDBError.self) { try AnnotationFile.parse(bytes, path: "a.atr") }
      #expect(error?.code == .malformedAnnotations)
      #expect(error?.place == ErrorPlace("a.atr", .byte(byte)))
    }
  }

  /// annot(5) lets only a mark be modified; what precedes the first one is a value to inherit or nothing.
  @Test func modifiersInOddPlaces() throws {
    let bytes =
      word(62, 7) + word(61, 3) + word(60, 2) + word(1, 5) + word(59) + [0, 0, 10, 0] + word(61, 4)
      + word(63, 0x301) + [65, 0] + word(5, 1) + word(0)
    let set = try AnnotationFile.parse(bytes, path: "a")
    #expect(set.map(\.sample) == [5, 16])
    #expect(set.map(\.subtype) == [4, 0] && set.map(\.channel) == [7, 7] && set.map(\.number) == [2, 2])
    #expect(set.map(\.auxiliary) == ["A", ""])
  }

  @Test func marksOfARangeIncludeItsFirstSampleOnly() throws {
    let set = try AnnotationFile.read(Repository.data + "/mitdb/100.atr")
    #expect(set.marks(in: 18..<370).map(\.sample) == [18, 77])
    #expect(set.marks(in: 370..<371).count == 1)
    #expect(set.marks == Array(set) && set.marks.count == 2274)
  }

  @Test func theAHAFormatIsRefusedInPlainWords() throws {
    func mark(_ code: Character, _ serial: UInt8) -> [UInt8] {
      [0, code.asciiValue ?? 0, 0, 0, 9, 0, serial, 0, 0, 1, 0, 0, 0, 0, 0, 0]
    }
    for bytes in [mark("N", 1), mark("[", 1) + mark("V", 2) + [255, 255]] {
      let error = #expect(throws: WFDBError.self) { try AnnotationFile.parse(bytes, path: "1001.ann") }
      #expect(error?.code == .unsupportedFormat)
      #expect(error?.description.contains("AHA") == true)
    }
    // A T-wave change at sample 512, as the MIT format has it, looks alike for two bytes.
    let alike = [0, 0x4E] + word(1, 9) + word(0) + Array(repeating: 0, count: 26)
    #expect(try AnnotationFile.parse(alike, path: "a").map(\.symbol) == ["T", "N"])
  }

  @Test func aMissingFileIsNamed() {
    let error = #expect(throws: WFDBError.self) { try AnnotationFile.read("/nowhere/100.atr") }
    #expect(error?.code == .missingFile)
  }
}
