import ECGStore
import Foundation
import Reproducibility
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

  /// Killed at moments that have nothing to do with where it stands, with other threads each time.
  @Test func aKilledRunGoesOnToTheSameBytes() throws {
    let program = try #require(CommandRunner.program)
    let folder = try TemporaryFolder()
    let store = folder.file("store")
    #expect(try CommandRunner.run(["synthesize", "--count", "60", "--seed", "0", "--out", store]).status == 0)
    // A folder with manifests is what the command takes for its own.
    try AtomicFile.makeFolder(folder.file("home/manifests"))
    try writeSmallTask(to: folder.file("home/benchmarks/tasks/synthetic-qrs"))
    let environment = ["EINTHOVEN_HOME": folder.file("home")]
    func arguments(_ out: String, jobs: Int) -> [String] {
      [
        "bench", "run", "synthetic-qrs", "--store", store, "--recipe", "tiny", "--start", "scratch", "--out",
        folder.file(out), "--checkpoint-steps", "1", "--jobs", "\(jobs)",
      ]
    }
    #expect(try CommandRunner.run(arguments("whole", jobs: 2), environment: environment).status == 0)
    var kills = 0
    var checkpoints = 0
    for (turn, delay) in stride(from: 250_000, through: 1_450_000, by: 150_000).enumerated() {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: program)
      process.arguments = arguments("killed", jobs: 1 + turn % 2)
      process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
      process.standardOutput = FileHandle.nullDevice
      process.standardError = FileHandle.nullDevice
      try process.run()
      usleep(UInt32(delay))
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
      if process.terminationReason == .uncaughtSignal { kills += 1 }
      if try files(under: folder.file("killed")).keys.contains(where: { $0.hasSuffix("checkpoint.safetensors") }) {
        checkpoints += 1
      }
    }
    #expect(kills > 0 && checkpoints > 0, "\(kills) kills, \(checkpoints) with a checkpoint")
    let outcome = try CommandRunner.run(arguments("killed", jobs: 2), environment: environment)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let whole = try files(under: folder.file("whole")).filter { !$0.key.hasSuffix("machine.json") }
    let killed = try files(under: folder.file("killed")).filter { !$0.key.hasSuffix("machine.json") }
    #expect(whole.keys.sorted() == killed.keys.sorted())
    for (name, bytes) in whole { #expect(bytes == killed[name], "\(name) differs") }
  }

  /// The task with a recipe of a few epochs of a few steps.
  private func writeSmallTask(to path: String) throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    let text = try String(
      contentsOfFile: Repository.root + "/benchmarks/tasks/synthetic-qrs/task.json", encoding: .utf8)
    let recipe = """
      "recipes": { "tiny": { "batch_size": 16, "epochs": 3, "learning_rate": 0.002, "patience": 3, "optimizer": "adamw",
        "schedule": "one-cycle", "clip": 1, "loss": "huber" },
      """
    #expect(text.contains(#""recipes": {"#))
    try text.replacing(#""recipes": {"#, with: recipe)
      .write(toFile: path + "/task.json", atomically: true, encoding: .utf8)
  }

  /// Real recordings of both layouts: one content digest for every codec, shard size and number of threads, made by one
  /// process or by four, each a quarter of the shards.
  @Test(arguments: [["ptb-xl", "ptb-xl", "--rate", "100"], ["mitdb", "mit-bih"], ["qtdb", "qtdb", "--rate", "100"]])
  func theContentDigestDependsOnContentOnly(_ dataset: [String]) throws {
    let folder = try TemporaryFolder()
    let source = ["convert", Repository.data + "/" + dataset[0], "--dataset", dataset[1]] + dataset.dropFirst(2)
    var digests: [String: String] = [:]
    func convert(_ name: String, _ options: [String]) throws {
      let outcome = try CommandRunner.run(source + options + ["--out", name], in: folder.path)
      #expect(outcome.status == 0, "\(outcome.errors)")
      if !options.contains("--shard-range") { digests[name] = try digest(in: outcome.output) }
    }
    let sizes = dataset[0] == "ptb-xl" ? ["7", "4096"] : ["1", "3", "4096"]
    for codec in Codec.allCases {
      for size in sizes {
        for jobs in ["1", "2"] {
          try convert(
            "\(codec)-\(size)-\(jobs)",
            ["--codec", "\(codec)", "--recordings-per-shard", size, "--jobs", jobs])
        }
      }
      let name = "\(codec)-parts"
      for part in [2, 0, 3, 1] {
        try convert(
          name,
          [
            "--codec", "\(codec)", "--recordings-per-shard", sizes[0], "--jobs", "\(1 + part % 2)", "--shard-range",
            "\(part)/4",
          ])
      }
      let merged = try CommandRunner.run(["store", "merge", name], in: folder.path)
      #expect(merged.status == 0, "\(merged.errors)")
      digests[name] = try digest(in: merged.output)
      // What the merged store states is what is in it, and its files are those of one process.
      let verified = try CommandRunner.run(["verify", name], in: folder.path)
      #expect(verified.status == 0, "\(verified.errors)")
      #expect(try files(under: folder.file(name)) == files(under: folder.file("\(codec)-\(sizes[0])-1")))
    }
    #expect(digests.count == Codec.allCases.count * (sizes.count * 2 + 1))
    #expect(Set(digests.values).count == 1, "\(digests)")
  }

  private func digest(in output: String) throws -> String {
    String(try #require(output.firstMatch(of: /[0-9a-f]{64}/), "\(output)").output)
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
