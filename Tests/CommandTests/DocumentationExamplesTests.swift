import Foundation
import TestSupport
import Testing

/// Every line `$ einthoven ...` in a `console` block of a page is run, in order, in a folder of the page's own.
@Suite struct DocumentationExamplesTests {
  static let pages: [String] = {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: Repository.root + "/docs")) ?? []
    return names.filter { $0.hasSuffix(".md") }.sorted()
  }()

  static func examples(on page: String) throws -> [[String]] {
    let text = try String(contentsOfFile: Repository.root + "/docs/" + page, encoding: .utf8)
    var examples: [[String]] = []
    var inBlock = false
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("```") { inBlock = line == "```console" }
      if inBlock, line.hasPrefix("$ einthoven ") {
        examples.append(line.dropFirst("$ einthoven ".count).split(separator: " ").map(String.init))
      }
    }
    return examples
  }

  @Test(arguments: pages) func examplesOfEachPageRun(page: String) throws {
    let folder = try TemporaryFolder()
    try FileManager.default.createSymbolicLink(atPath: folder.file("data"), withDestinationPath: Repository.data)
    for arguments in try Self.examples(on: page) {
      let outcome = try CommandRunner.run(arguments, in: folder.path)
      #expect(outcome.status == 0, "\(page): einthoven \(arguments.joined(separator: " "))\n\(outcome.errors)")
    }
  }

  /// Python blocks run after the page's commands, beside what those made.
  @Test(
    .enabled(if: PythonEnvironment.interpreter != nil, "needs a Python with h5py"))
  func pythonExamplesRunOnWhatTheCommandsMade() throws {
    let python = try #require(PythonEnvironment.interpreter)
    let page = try String(contentsOfFile: Repository.root + "/docs/convert.md", encoding: .utf8)
    let blocks = page.components(separatedBy: "```python\n").dropFirst().compactMap {
      $0.components(separatedBy: "\n```").first
    }
    #expect(blocks.count == 1)
    let folder = try TemporaryFolder()
    try FileManager.default.createSymbolicLink(atPath: folder.file("data"), withDestinationPath: Repository.data)
    let conversion = try #require(try Self.examples(on: "convert.md").first)
    #expect(try CommandRunner.run(conversion, in: folder.path).status == 0)
    for block in blocks {
      let printed = String(
        decoding: try PythonEnvironment.output(of: python, ["-c", block], in: folder.path), as: UTF8.self)
      #expect(printed.hasPrefix("100.0 1 (12, 1000)\n"), "\(printed)")
      #expect(printed.contains("'NORM'"), "\(printed)")
    }
  }

  @Test func thePagesThatShowCommandsAreFound() throws {
    let total = try Self.pages.reduce(0) { try $0 + Self.examples(on: $1).count }
    #expect(total >= 12)
  }
}
