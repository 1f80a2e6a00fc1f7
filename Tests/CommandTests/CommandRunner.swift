import Foundation
import TestSupport
import Testing

/// Runs the built command as a user would.
struct CommandRunner {
  struct Outcome {
    let status: Int32
    let output: String
    let errors: String
  }

  /// The program beside the test bundle: `swift test` builds both into one folder.
  static let program: String? = {
    var folder = Bundle.main.executableURL?.deletingLastPathComponent()
    while let current = folder, current.path != "/" {
      let candidate = current.appendingPathComponent("einthoven").path
      if FileManager.default.isExecutableFile(atPath: candidate) && !FileManager.default.isFolder(candidate) {
        return candidate
      }
      folder = current.deletingLastPathComponent()
    }
    for build in ["release", "debug"] {
      let candidate = Repository.root + "/.build/\(build)/einthoven"
      if FileManager.default.isExecutableFile(atPath: candidate) { return candidate }
    }
    return nil
  }()

  /// Runs `einthoven` with `arguments` in `folder`; `environment` is added to that of the tests.
  static func run(
    _ arguments: [String], in folder: String = Repository.root, environment: [String: String] = [:]
  ) throws -> Outcome {
    try run(try #require(program, "the command is not built"), arguments, in: folder, environment)
  }

  /// Runs `script`, of which `arguments` are `$0`, `$1` and so on, in `folder`.
  static func shell(
    _ script: String, _ arguments: [String], in folder: String, _ environment: [String: String] = [:]
  ) throws -> Outcome {
    try run("/bin/sh", ["-c", script] + arguments, in: folder, environment)
  }

  private static func run(
    _ program: String, _ arguments: [String], in folder: String, _ environment: [String: String]
  ) throws -> Outcome {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    process.environment = ProcessInfo.processInfo.environment.merging(
      ["EINTHOVEN_HOME": Repository.root, "COLUMNS": "80"]
    ) { $1 }.merging(environment) { $1 }
    // Files rather than pipes: a full pipe would stop the command.
    let capture = try TemporaryFolder()
    for name in ["out", "err"] { try Data().write(to: URL(fileURLWithPath: capture.file(name))) }
    process.standardOutput = FileHandle(forWritingAtPath: capture.file("out"))
    process.standardError = FileHandle(forWritingAtPath: capture.file("err"))
    process.standardInput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return Outcome(
      status: process.terminationStatus,
      // Samples in raw form are no text, and become something all the same.
      output: String(decoding: try Data(contentsOf: URL(fileURLWithPath: capture.file("out"))), as: UTF8.self),
      errors: try String(contentsOfFile: capture.file("err"), encoding: .utf8))
  }
}

extension FileManager {
  fileprivate func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
  }
}
