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

  @Test func aKilledConversionGoesOnToTheSameBytes() throws {
    let program = try #require(CommandRunner.program)
    let folder = try TemporaryFolder()
    let arguments = [
      "convert", Repository.data + "/mitdb", "--dataset", "mit-bih", "--recordings-per-shard", "1", "--jobs", "1",
    ]
    #expect(try CommandRunner.run(arguments + ["--out", folder.file("whole")]).status == 0)
    var kills = 0
    for delay in stride(from: 5_000, through: 120_000, by: 12_000) {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: program)
      process.arguments = arguments + ["--out", folder.file("store"), "--resume"]
      process.environment = ProcessInfo.processInfo.environment.merging(["EINTHOVEN_HOME": Repository.root]) { $1 }
      process.standardOutput = FileHandle.nullDevice
      process.standardError = FileHandle.nullDevice
      try process.run()
      usleep(UInt32(delay))
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
      if process.terminationReason == .uncaughtSignal { kills += 1 }
      let isSealed = FileManager.default.fileExists(atPath: folder.file("store/store.json"))
      // What looks whole is whole.
      if isSealed { #expect(try CommandRunner.run(["verify", folder.file("store")]).status == 0) }
    }
    #expect(kills > 0)
    let outcome = try CommandRunner.run(arguments + ["--out", folder.file("store"), "--resume"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(try files(under: folder.file("store")) == files(under: folder.file("whole")))
  }
}
