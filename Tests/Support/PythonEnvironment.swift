import Foundation

/// A Python with modules that some tests compare with: `$EINTHOVEN_PYTHON`, or the `.venv` that scripts/setup-python
/// makes.
public enum PythonEnvironment {
  /// The interpreter with h5py, or nil; tests that need it are skipped then.
  public static let interpreter: String? = interpreter(having: "h5py")
  /// The interpreter with wfdb-python, or nil; tests that need it are skipped then.
  public static let interpreterWithWFDB: String? = interpreter(having: "wfdb")
  /// The interpreter with PyTorch and h5py, or nil; tests that need both are skipped then.
  public static let interpreterWithTorch: String? = interpreter(
    having: "h5py, torch", or: [Repository.root + "/.venv-torch/bin/python"])

  /// Any Python, or nil; tests that need it are skipped then.
  public static let plainInterpreter: String? = interpreter(having: "sys", or: ["/usr/bin/python3"])

  private static func interpreter(having module: String, or others: [String] = []) -> String? {
    let candidates =
      [ProcessInfo.processInfo.environment["EINTHOVEN_PYTHON"], Repository.root + "/.venv/bin/python"] + others
    for candidate in candidates.compactMap({ $0 }) where FileManager.default.isExecutableFile(atPath: candidate) {
      let check = "import \(module)"
      if (try? output(of: candidate, ["-c", check])) != nil { return candidate }
    }
    print("\(module) is not compared: run scripts/setup-python, or set EINTHOVEN_PYTHON to a Python that has it")
    return nil
  }

  /// What `program` prints, run in `folder`.
  ///
  /// - Throws: where it does not end with status 0.
  public static func output(of program: String, _ arguments: [String], in folder: String? = nil) throws -> Data {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
    let pipe = Pipe()
    process.standardOutput = pipe
    // A file rather than a second pipe, which would have to be emptied at the same time.
    let capture = try TemporaryFolder()
    let errors = capture.file("errors")
    try Data().write(to: URL(fileURLWithPath: errors))
    process.standardError = FileHandle(forWritingAtPath: errors)
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Failure(
        status: process.terminationStatus, errors: (try? String(contentsOfFile: errors, encoding: .utf8)) ?? "")
    }
    return data
  }

  /// A program that did not end with status 0.
  public struct Failure: Error, CustomStringConvertible {
    let status: Int32
    let errors: String
    /// The status and the end of what it said.
    public var description: String { "status \(status): \(errors.suffix(800))" }
  }
}
