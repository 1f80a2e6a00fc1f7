import Foundation
import TestSupport
import Testing

/// The project's promise, on the command itself.
@Suite struct RepeatabilityTests {
  private func files(under root: String) throws -> [String: Data] {
    var files: [String: Data] = [:]
    let walker = try #require(FileManager.default.enumerator(atPath: root))
    for case let name as String in walker {
      var isFolder: ObjCBool = false
      guard FileManager.default.fileExists(atPath: root + "/" + name, isDirectory: &isFolder), !isFolder.boolValue
      else { continue }
      files[name] = try Data(contentsOf: URL(fileURLWithPath: root + "/" + name))
    }
    return files
  }

  @Test func theSameSeedGivesTheSameBytesWithAnyNumberOfThreads() throws {
    let folder = try TemporaryFolder()
    for (out, jobs) in [("a", "1"), ("b", "2")] {
      let outcome = try CommandRunner.run(
        ["demo", "--recipe", "short", "--synthetic", "60", "--seed", "3", "--jobs", jobs, "--out", folder.file(out)])
      #expect(outcome.status == 0, "\(outcome.errors)")
    }
    let first = try files(under: folder.file("a"))
    let second = try files(under: folder.file("b"))
    #expect(Set(first.keys) == Set(second.keys))
    #expect(first.keys.filter { $0.hasSuffix("result.json") }.count == 4 * 2 + 6)
    for (name, bytes) in first where !name.hasSuffix("machine.json") {
      #expect(bytes == second[name], "\(name) differs")
    }
  }
}
