import ArgumentParser
import ECGBenchmark
import ECGReport
import Reproducibility

/// `einthoven leaderboard build`.
struct LeaderboardCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "leaderboard", abstract: "Write boards from finished runs.", subcommands: [Build.self])

  /// Reads every finished run under a folder and writes the board.
  struct Build: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Rank every finished run under a folder.",
      discussion: """
        Runs are comparable, and share a table, only where task, recipe, store
        and split agree to the digest. Every run's predictions are checked against
        its result first.

        Example:
          einthoven leaderboard build results --format md
        """)

    @Argument(help: "A folder of runs, as 'bench run --out' wrote it.")
    var folder: String

    @Option(help: "md, csv or json.")
    var format: TableFormat = .md

    @Option(help: "Write the board to this file instead of stdout.")
    var out: String?

    func run() throws {
      let folders = try ResultFolder.all(under: folder)
      let text = try format.text(of: Leaderboard(folders: folders))
      guard let out else { return Console.write(text, to: .standardOutput) }
      try AtomicFile.write(text, to: out)
      Console.note("leaderboard: \(folders.count) runs, written to \(out)")
    }
  }
}

extension TableFormat: ExpressibleByArgument {}
