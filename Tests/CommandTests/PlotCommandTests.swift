import Foundation
import TestSupport
import Testing

@Suite struct PlotCommandTests {
  private func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

  @Test func aRecordIsDrawnWithItsAnnotations() throws {
    let folder = try TemporaryFolder()
    let outcome = try CommandRunner.run([
      "plot", Repository.data + "/mitdb/100", "--annotations", "atr", "--out", folder.file("100.svg"),
    ])
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.isEmpty)
    let svg = try text(folder.file("100.svg"))
    #expect(svg.contains(">MLII</text>") && svg.contains(">V5</text>"))
    // Published marks of the first 10 s of record 100: a rhythm, 12 normal beats, an atrial premature beat.
    #expect(svg.components(separatedBy: ">N</text>").count - 1 == 12)
    #expect(svg.components(separatedBy: ">A</text>").count - 1 == 1)
    #expect(svg.contains(">+ (N</text>"))
  }

  @Test func aStoresRecordingIsDrawnWithItsFiducials() throws {
    let folder = try TemporaryFolder()
    let made = try CommandRunner.run(
      ["synthesize", "--count", "2", "--seed", "1", "--out", folder.file("made#1.store")])
    #expect(made.status == 0, "\(made.errors)")
    let source = folder.file("made#1.store") + "#000001"
    #expect(try CommandRunner.run(["plot", source, "--out", folder.file("a.svg")]).status == 0)
    #expect(try text(folder.file("a.svg")).contains("fiducials: synthetic truth"))
    #expect(try text(folder.file("a.svg")).contains("fill-opacity"))
    let plain = ["plot", source, "--no-fiducials", "--leads", "v2,II", "--seconds", "3", "--out", folder.file("b.svg")]
    #expect(try CommandRunner.run(plain).status == 0)
    #expect(!(try text(folder.file("b.svg"))).contains("fill-opacity"))
    #expect(try text(folder.file("b.svg")).components(separatedBy: "stroke-linejoin").count == 3)
  }

  @Test func aRecordIsDrawnWithWhatTheDelineatorFinds() throws {
    let folder = try TemporaryFolder()
    let record = Repository.data + "/ptb-xl/records100/00000/00001_lr"
    let outcome = try CommandRunner.run(["plot", record, "--delineate", "--out", folder.file("1.svg")])
    #expect(outcome.status == 0, "\(outcome.errors)")
    let svg = try text(folder.file("1.svg"))
    #expect(svg.contains("fiducials: einthoven-delineator"))
    // Ten beats in 10 s, each with a QRS complex and its letters in lead II below.
    #expect((9...12).contains(svg.components(separatedBy: ">QRS</text>").count - 1))
  }

  @Test(.enabled(if: PlotCommandTests.hasConverter, "needs rsvg-convert of librsvg"))
  func aPNGHasTheSizeOfThePaper() throws {
    let folder = try TemporaryFolder()
    let outcome = try CommandRunner.run([
      "plot", Repository.data + "/mitdb/100", "--seconds", "2", "--dpi", "254", "--out", folder.file("100.png"),
    ])
    #expect(outcome.status == 0, "\(outcome.errors)")
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder.file("100.png"))))
    #expect(bytes.prefix(8) == [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
    // 15 mm, 2 s of 25 mm, 5 mm; ten dots a mm.
    #expect(bytes[16..<20].reduce(0) { $0 << 8 | Int($1) } == 700)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["100.png"])
  }

  static let hasConverter = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").contains {
    FileManager.default.isExecutableFile(atPath: "\($0)/rsvg-convert")
  }

  @Test func withoutAConverterThePNGIsAnErrorThatSaysWhatToInstall() throws {
    let folder = try TemporaryFolder()
    let outcome = try CommandRunner.run(
      ["plot", Repository.data + "/mitdb/100", "--out", folder.file("100.png")],
      environment: ["PATH": folder.path])
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("librsvg2-bin"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
  }

  @Test(arguments: [
    (["--out", "a.pdf"], 64, ".svg or .png"), (["--out", "a.svg", "--seconds", "0"], 64, "--seconds"),
    (["--out", "a.svg", "--from", "-1"], 64, "--from"), (["--out", "a.svg", "--from", "1e9"], 1, "Begin earlier"),
    (["--out", "a.svg", "--from", "nan"], 64, "--from"),
    (["--out", "a.svg", "--leads", "MLI"], 1, "MLII"), (["--out", "a.svg", "--layout", "standard"], 1, "rows"),
    (["--out", "a.svg", "--annotations", "xyz"], 1, "100.xyz"),
  ]) func badRequestsSayWhatIsWrong(arguments: [String], status: Int32, words: String) throws {
    let folder = try TemporaryFolder()
    let outcome = try CommandRunner.run(["plot", Repository.data + "/mitdb/100"] + arguments, in: folder.path)
    #expect(outcome.status == status, "\(outcome.errors)")
    #expect(outcome.errors.contains(words), "\(outcome.errors)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
  }
}
