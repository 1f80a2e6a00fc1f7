import Foundation
import Reproducibility
import TestSupport
import Testing

@Suite struct SynthesizeCommandTests {
  /// What the command prints behind the store's name: the content digest.
  private func digest(_ arguments: [String], environment: [String: String] = [:]) throws -> String {
    let folder = try TemporaryFolder()
    let outcome = try CommandRunner.run(
      ["synthesize", "--count", "30", "--rate", "250", "--seed", "5"] + arguments + ["--out", "a.store"],
      in: folder.path, environment: environment)
    #expect(outcome.status == 0, "\(outcome.errors)")
    return try #require(outcome.output.split(whereSeparator: \.isWhitespace).last.map(String.init))
  }

  @Test func neitherInstructionSetNorThreadsChangeABit() throws {
    for options in [
      ["--preset", "ptbxl-like"], ["--preset", "atrial-fibrillation", "--noise", "motion", "--noise", "muscle"],
    ] {
      let first = try digest(options + ["--jobs", "1"])
      #expect(try digest(options + ["--jobs", "3"]) == first)
      for set in ["baseline", "avx2", "avx512"] {
        #expect(try digest(options, environment: ["EINTHOVEN_ISA": set]) == first, "\(set)")
      }
    }
  }

  @Test func everyOptionChangesTheSignal() throws {
    let options = [
      [], ["--strength", "0.5"], ["--snr", "10"], ["--snr", "none"], ["--noise", "wander"],
      ["--mains", "60", "--noise", "mains"], ["--mains", "none"], ["--clip", "0.3"], ["--resolution", "4.88"],
      ["--swap", "ra-la"], ["--missing", "v4"],
    ]
    let digests = try options.map { try digest(["--preset", "lateral-infarction"] + $0) }
    #expect(Set(digests).count == options.count)
  }

  @Test func wrongOptionsAreUsageErrorsOrSayWhatToDo() throws {
    func run(_ options: [String]) throws -> CommandRunner.Outcome {
      let folder = try TemporaryFolder()
      return try CommandRunner.run(["synthesize", "--count", "1", "--out", "a.store"] + options, in: folder.path)
    }
    for options in [
      ["--strength", "2"], ["--snr", "loud"], ["--noise", "hum"], ["--mains", "55"], ["--swap", "v1-v6"],
    ] {
      #expect(try run(options).status == 64, "\(options)")
    }
    for options in [["--missing", "V9"], ["--clip", "0"], ["--noise", "mains"], ["--preset", "left-bundle"]] {
      let outcome = try run(options)
      #expect(outcome.status == 1 && !outcome.errors.isEmpty, "\(options) \(outcome.errors)")
    }
  }

  @Test func benchSynthesizeTellsARate() throws {
    let outcome = try CommandRunner.run(
      ["bench", "synthesize", "--rate", "100", "--seconds", "0.05", "--preset", "ptbxl-like", "--json"])
    #expect(outcome.status == 0)
    let document = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any]
    #expect(document?["samples"] as? Int == 1000 && document?["threads"] as? Int == 1)
    #expect((document?["recordings_per_second"] as? Double ?? 0) > 0)
  }
}
