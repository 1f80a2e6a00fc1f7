import Foundation
import TestSupport
import Testing

/// `einthoven annotations`, as people and programs see it.
@Suite struct AnnotationsCommandTests {
  private struct Document: Decodable {
    struct Mark: Decodable, Equatable {
      let sample: Int
      let symbol: String
      let subtype: Int
      let channel: Int
      let number: Int
      let aux: String
    }

    struct Definition: Decodable {
      let number: Int
      let symbol: String
      let description: String
    }

    let annotations: [Mark]
    let definitions: [Definition]?
    let frequency: Double?

    enum CodingKeys: String, CodingKey {
      case annotations, definitions
      case frequency = "sampling_frequency"
    }
  }

  private static let file = Repository.data + "/mitdb/100.atr"

  private func document(_ arguments: [String]) throws -> Document {
    let outcome = try CommandRunner.run(["annotations"] + arguments + ["--json"])
    #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
    return try JSONDecoder().decode(Document.self, from: Data(outcome.output.utf8))
  }

  @Test func jsonHasEveryMarkAndTheHeadersFrequency() throws {
    let document = try document([Self.file])
    #expect(document.annotations.count == 2274)
    #expect(
      document.annotations.first
        == Document.Mark(sample: 18, symbol: "+", subtype: 0, channel: 0, number: 0, aux: "(N"))
    #expect(document.frequency == 360 && document.definitions == nil)
  }

  @Test func theRangeIncludesFromAndExcludesTo() throws {
    #expect(try document([Self.file, "--from", "77", "--to", "370"]).annotations.map(\.sample) == [77])
    #expect(try document([Self.file, "--to", "18"]).annotations.isEmpty)
    #expect(try CommandRunner.run(["annotations", Self.file, "--from", "2", "--to", "1"]).status == 64)
  }

  @Test func linesAreInColumns() throws {
    let outcome = try CommandRunner.run(["annotations", Self.file, "--to", "371"])
    #expect(
      outcome.output == """
         18  0:00:00.050  +  0  0  0  (N
         77  0:00:00.214  N  0  0  0
        370  0:00:01.028  N  0  0  0

        """)
  }

  @Test func whatAFileDefinesIsShownAndItsTextsAreEscaped() throws {
    let folder = try TemporaryFolder()
    func word(_ code: Int, _ value: Int) -> [UInt8] { [UInt8(value), UInt8(code << 2)] }
    func comment(_ text: String, at step: Int = 0) -> [UInt8] {
      word(22, step) + word(63, text.utf8.count) + Array(text.utf8) + (text.utf8.count % 2 == 1 ? [0] : [])
    }
    let table = ["## annotation type definitions", "15 \" a \"pulse\"", "## end of definitions"].flatMap { comment($0) }
    let bytes = table + word(15, 5) + comment("a\\b\nc\u{1}ü", at: 1)
    try Data(bytes).write(to: URL(fileURLWithPath: folder.file("x.own")))
    let json = try CommandRunner.run(["annotations", folder.file("x.own"), "--json"])
    let document = try JSONDecoder().decode(Document.self, from: Data(json.output.utf8))
    #expect(document.frequency == nil && json.output.contains("\"sampling_frequency\": null"))
    #expect(document.definitions?.map(\.description) == ["a \"pulse\""])
    #expect(document.annotations.map(\.symbol) == ["\"", "\""])
    #expect(document.annotations.map(\.aux) == ["", "a\\b\nc\u{1}ü"])
    #expect(json.errors.contains("warning") && json.errors.contains("x.own"))
    let plain = try CommandRunner.run(["annotations", folder.file("x.own")])
    #expect(plain.output == "5  \"  0  0  0\n6  \"  0  0  0  a\\b\\nc\\u{01}ü\n")
  }

  @Test func aMissingFileEndsWithStatus1AndOneLine() throws {
    let outcome = try CommandRunner.run(["annotations", "nowhere/100.atr"])
    #expect(outcome.status == 1 && outcome.output.isEmpty)
    #expect(outcome.errors.hasPrefix("Error: nowhere/100.atr: no such file"))
    #expect(outcome.errors.split(separator: "\n").count == 1)
  }
}
