import Foundation
import TestSupport
import Testing

/// Help texts as users see them. `EINTHOVEN_UPDATE_SNAPSHOTS=1 swift test -c release --filter HelpTests` writes them anew.
@Suite struct HelpTests {
  static let commands: [[String]] = [
    [], ["demo"], ["info"], ["read"], ["bench", "read"], ["bench", "batches"], ["bench", "speed"],
    ["bench", "synthesize"], ["annotations"],
    ["convert"],
    ["synthesize"], ["delineate"], ["bench", "delineate"], ["plot"], ["verify"], ["split"], ["bench", "list"],
    ["bench", "show"], ["bench", "run"], ["leaderboard", "build"], ["store", "merge"],
  ]

  @Test(arguments: commands) func helpIsAsReviewed(command: [String]) throws {
    let outcome = try CommandRunner.run(command + ["--help"])
    #expect(outcome.status == 0)
    let name = (["einthoven"] + command).joined(separator: "-")
    let file = Repository.root + "/Tests/CommandTests/Snapshots/\(name).txt"
    if ProcessInfo.processInfo.environment["EINTHOVEN_UPDATE_SNAPSHOTS"] == "1" {
      try outcome.output.write(toFile: file, atomically: true, encoding: .utf8)
    }
    #expect(outcome.output == (try String(contentsOfFile: file, encoding: .utf8)))
  }

  @Test(arguments: commands) func everyHelpTextHasAnExample(command: [String]) throws {
    let outcome = try CommandRunner.run(command + ["--help"])
    #expect(outcome.output.contains("  einthoven "), "\(command)")
  }
}
