import ArgumentParser
import Reproducibility

/// The command. Results go to stdout, progress and warnings to stderr. Exit codes: 0 done, 1 the work failed, 64 bad
/// usage, 3 verification failed.
@main
struct Einthoven: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "einthoven",
    abstract: "Turn ECG recordings into benchmark stores, and stores into leaderboards anyone can repeat.",
    discussion: """
      Start with the whole job on the bundled real recordings:
        einthoven demo
      """,
    version: "einthoven \(SystemFacts.packageVersion)",
    subcommands: [
      DemoCommand.self, InfoCommand.self, ReadCommand.self, AnnotationsCommand.self, ConvertCommand.self,
      SynthesizeCommand.self, DelineateCommand.self, PlotCommand.self, VerifyCommand.self, SplitCommand.self,
      BenchCommand.self, LeaderboardCommand.self, StoreCommand.self,
    ])
}
