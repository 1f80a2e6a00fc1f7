import Foundation
import TestSupport
import Testing

/// A short run of the mutation runner, in a process of its own so that a crash is a failure and no more; `make fuzz` runs
/// a long one.
@Suite struct FuzzTests {
  private static let program: String? = {
    var folder = Bundle.main.executableURL?.deletingLastPathComponent()
    while let current = folder, current.path != "/" {
      let candidate = current.appendingPathComponent("wfdb-fuzz").path
      if FileManager.default.isExecutableFile(atPath: candidate) { return candidate }
      folder = current.deletingLastPathComponent()
    }
    let built = Repository.root + "/.build/release/wfdb-fuzz"
    return FileManager.default.isExecutableFile(atPath: built) ? built : nil
  }()

  @Test func damagedFilesGiveValuesOrLocatedErrorsAndNothingElse() throws {
    let program = try #require(Self.program, "the mutation runner is not built")
    let output = try PythonEnvironment.output(of: program, ["100000"], in: Repository.root)
    let text = String(decoding: output, as: UTF8.self)
    #expect(text.hasPrefix("100000 damaged files"))
    // Both kinds of outcome are met often, or the mutations would show nothing.
    #expect(
      text.contains("malformed-header") && text.contains("checksum-mismatch") && text.contains("truncated-signal"))
  }
}
