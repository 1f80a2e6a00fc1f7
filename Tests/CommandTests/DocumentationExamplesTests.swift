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

  /// A block of Python, and the `text` block behind it, where one shows what is printed.
  struct PythonExample {
    let code: String
    let printed: String?

    static func all(on page: String) throws -> [PythonExample] {
      let text = try String(contentsOfFile: Repository.root + "/docs/" + page, encoding: .utf8)
      return text.components(separatedBy: "```python\n").dropFirst().map { rest in
        let parts = rest.components(separatedBy: "```")
        let isShown = parts.count > 2 && parts[1].trimmingCharacters(in: .whitespacesAndNewlines).isEmpty
        let shown = isShown && parts[2].hasPrefix("text\n") ? String(parts[2].dropFirst("text\n".count)) : nil
        return PythonExample(code: parts[0], printed: shown)
      }
    }
  }

  /// Python blocks run after the page's commands, beside what those made, and print what the page says. Those that use
  /// PyTorch need a Python that has it.
  @Test(
    .enabled(if: PythonEnvironment.interpreter != nil, "needs a Python with h5py"),
    arguments: [("python.md", 3), ("batches.md", 1)])
  func pythonExamplesRunOnWhatTheCommandsMade(page: String, count: Int) throws {
    let python = try #require(PythonEnvironment.interpreter)
    let examples = try PythonExample.all(on: page)
    #expect(examples.count == count)
    let folder = try TemporaryFolder()
    try FileManager.default.createSymbolicLink(atPath: folder.file("data"), withDestinationPath: Repository.data)
    for command in try Self.examples(on: page) {
      #expect(try CommandRunner.run(command, in: folder.path).status == 0)
    }
    for example in examples {
      var interpreter: String? = python
      if example.code.contains("import torch") { interpreter = PythonEnvironment.interpreterWithTorch }
      guard let interpreter else {
        print("\(page): the example with PyTorch was not run: no Python with PyTorch and h5py")
        continue
      }
      try example.code.write(toFile: folder.file("example.py"), atomically: true, encoding: .utf8)
      let printed = String(
        decoding: try PythonEnvironment.output(of: interpreter, ["example.py"], in: folder.path), as: UTF8.self)
      #expect(!printed.isEmpty && (example.printed == nil || printed == example.printed), "\(page): \(printed)")
    }
  }

  @Test func thePagesThatShowCommandsAreFound() throws {
    let total = try Self.pages.reduce(0) { try $0 + Self.examples(on: $1).count }
    #expect(total >= 12)
  }
}
