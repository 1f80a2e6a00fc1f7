import Foundation
import TestSupport
import Testing

/// The scripts of `benchmarks/cluster` without a cluster: what they pass to `einthoven` and to `sbatch`, and that stores
/// made through them are those of one process. `make test-slurm` runs them under Slurm.
@Suite(.enabled(if: FileManager.default.isExecutableFile(atPath: "/bin/bash"), "needs bash"))
struct ClusterScriptsTests {
  private static let scripts = Repository.root + "/benchmarks/cluster"
  private static let conversion = [
    "--dataset", "ptb-xl", "--rate", "100", "--recordings-per-shard", "60", "--jobs", "1",
  ]

  private func run(
    _ shell: String, _ script: String, _ arguments: [String], in folder: String, _ environment: [String: String] = [:]
  ) throws -> Int32 {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: shell)
    process.arguments = [script.hasPrefix("/") ? script : Self.scripts + "/" + script] + arguments
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    process.environment = [
      "PATH": folder + ":/usr/bin:/bin", "EINTHOVEN_HOME": Repository.root,
      "EINTHOVEN": try #require(CommandRunner.program, "the command is not built"),
    ].merging(environment) { $1 }
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    // Test threads block signals, children inherit that, and a shell that cannot hear of its children waits for ever.
    var (none, before) = (sigset_t(), sigset_t())
    sigemptyset(&none)
    pthread_sigmask(SIG_SETMASK, &none, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus
  }

  /// A folder whose name has a space, with the bundled recordings and the store that one process makes of them.
  private func folderWithWholeStore() throws -> (TemporaryFolder, path: String) {
    let folder = try TemporaryFolder()
    let path = folder.file("two words")
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      atPath: path + "/ptb xl", withDestinationPath: Repository.data + "/ptb-xl")
    let outcome = try CommandRunner.run(["convert", "ptb xl", "--out", "whole store"] + Self.conversion, in: path)
    #expect(outcome.status == 0, "\(outcome.errors)")
    return (folder, path)
  }

  private func contents(_ path: String) throws -> [String: Data] {
    try FileManager.default.contentsOfDirectory(atPath: path).reduce(into: [:]) {
      $0[$1] = try Data(contentsOf: URL(fileURLWithPath: path + "/" + $1))
    }
  }

  @Test func theShellLoopMakesTheStoreOfOneProcess() throws {
    let (folder, path) = try folderWithWholeStore()
    defer { withExtendedLifetime(folder) {} }
    let arguments = ["3", "ptb xl", "--out", "in parts"] + Self.conversion
    #expect(try run("/bin/sh", "shell-loop", arguments, in: path) == 0)
    #expect(try contents(path + "/in parts") == contents(path + "/whole store"))
    // What is finished is left alone; what cannot be made is a failure.
    #expect(try run("/bin/sh", "shell-loop", arguments, in: path) == 0)
    #expect(try run("/bin/sh", "shell-loop", ["3", "nowhere", "--out=none"] + Self.conversion, in: path) == 1)
    #expect(try run("/bin/sh", "shell-loop", ["ptb xl", "--out", "none"] + Self.conversion, in: path) == 64)
    #expect(!FileManager.default.fileExists(atPath: path + "/none"))
  }

  @Test func arrayAndMergeMakeTheStoreOfOneProcess() throws {
    let (folder, path) = try folderWithWholeStore()
    defer { withExtendedLifetime(folder) {} }
    let arguments = ["ptb xl", "--out", "in parts"] + Self.conversion
    var variables = ["SLURM_ARRAY_TASK_MIN": "0", "SLURM_ARRAY_TASK_MAX": "2", "SLURM_ARRAY_TASK_COUNT": "3"]
    for task in [2, 0] {
      variables["SLURM_ARRAY_TASK_ID"] = "\(task)"
      #expect(try run("/bin/bash", "convert-array.sbatch", arguments, in: path, variables) == 0)
    }
    #expect(try run("/bin/bash", "merge.sbatch", ["in parts"], in: path) == 1)
    // One task alone is not one part of one: it has to be told of how many.
    variables = ["SLURM_ARRAY_TASK_MIN": "1", "SLURM_ARRAY_TASK_MAX": "1", "SLURM_ARRAY_TASK_COUNT": "1"]
    variables["SLURM_ARRAY_TASK_ID"] = "1"
    #expect(try run("/bin/bash", "convert-array.sbatch", arguments, in: path, variables) == 64)
    variables["PARTS"] = "3"
    #expect(try run("/bin/bash", "convert-array.sbatch", arguments, in: path, variables) == 0)
    #expect(try run("/bin/bash", "merge.sbatch", ["in parts", "--allow-skipped", "0"], in: path) == 0)
    #expect(try contents(path + "/in parts") == contents(path + "/whole store"))
  }

  @Test func theMergeIsSubmittedToFollowTheArray() throws {
    let folder = try TemporaryFolder()
    let sbatch = "#!/bin/sh\necho CALL >> calls\nfor word; do echo \"$word\" >> calls; done\necho '17;east'\n"
    try sbatch.write(toFile: folder.file("sbatch"), atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.file("sbatch"))
    let options = ["--partition=long", "--comment=two words", "--"]
    let conversion = ["ptb xl", "--dataset", "ptb-xl", "--allow-skipped", "2", "--out", "a store"]
    #expect(try run("/bin/bash", "submit", ["8"] + options + conversion, in: folder.path) == 0)
    let calls = try String(contentsOfFile: folder.file("calls"), encoding: .utf8)
    let scheduling = ["CALL", "--parsable", "--partition=long", "--comment=two words"]
    let expected =
      scheduling + ["--array=0-7", Self.scripts + "/convert-array.sbatch"] + conversion
      + scheduling + ["--dependency=afterok:17", "--kill-on-invalid-dep=yes", Self.scripts + "/merge.sbatch"]
      + ["a store", "--allow-skipped", "2"]
    #expect(calls.split(separator: "\n").map(String.init) == expected)
    for wrong in [["0", "--"] + conversion, ["8"] + conversion, ["8", "--", "ptb xl", "--dataset", "ptb-xl"]] {
      #expect(try run("/bin/bash", "submit", wrong, in: folder.path) == 64)
    }
  }

  /// Slurm reads these from the scripts themselves.
  @Test(arguments: ["convert-array.sbatch", "merge.sbatch"]) func jobsAreRequeuedAndAppendToTheirLogs(script: String)
    throws
  {
    let text = try String(contentsOfFile: Self.scripts + "/" + script, encoding: .utf8)
    let directives = text.split(separator: "\n").prefix { $0.hasPrefix("#") }.filter { $0.hasPrefix("#SBATCH ") }
    #expect(directives.contains("#SBATCH --requeue") && directives.contains("#SBATCH --open-mode=append"))
  }

  @Test func thePagesNameScriptsAndOptionsThatExist() throws {
    let files = Set(try FileManager.default.contentsOfDirectory(atPath: Self.scripts))
    let readme = try String(contentsOfFile: Self.scripts + "/README.md", encoding: .utf8)
    for file in files.subtracting(["README.md"]) { #expect(readme.contains("| `\(file)` |"), "\(file)") }
    let page = try String(contentsOfFile: Repository.root + "/docs/cluster.md", encoding: .utf8)
    let help = try ["convert", "store merge"].map {
      try CommandRunner.run($0.split(separator: " ").map(String.init) + ["--help"]).output
    }.joined()
    for named in page.matches(of: #/benchmarks\/cluster\/([a-z.\-]+)/#) {
      #expect(files.contains(String(named.1)), "\(named.1)")
    }
    // Options of sbatch are written with an equals sign, ours with a space.
    let options = page.matches(of: #/(--[a-z][a-z\-]+)(?![a-z\-=])/#).map { String($0.1) }
    #expect(options.count > 10)
    for option in options { #expect(help.contains(option), "\(option)") }
  }
}
