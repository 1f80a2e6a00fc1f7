import ArgumentParser
import ECGBenchmark
import ECGReport
import ECGSplits
import ECGStore
import Reproducibility

/// `einthoven bench`.
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "List tasks and run them; time the parts.",
    subcommands: [
      List.self, Show.self, RunTask.self, BenchReadCommand.self, BenchBatchesCommand.self, BenchSpeedCommand.self,
      BenchSynthesizeCommand.self, BenchDelineateCommand.self,
    ])

  /// Names every task.
  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List the tasks.",
      discussion: """
        Example:
          einthoven bench list
        """)

    @Flag(help: "One JSON document.")
    var json = false

    private struct Entry: Encodable {
      let id: String
      let title: String
      let recipes: [String]
      let digest: Digest
    }

    func run() throws {
      let catalog = TaskCatalog(folder: try Installation.find().tasks)
      let tasks = try catalog.identifiers().map { try catalog.task($0) }
      if json {
        let entries = tasks.map {
          Entry(id: $0.task.id, title: $0.task.title, recipes: $0.task.recipes.keys.sorted(), digest: $0.digest)
        }
        return Console.write(String(decoding: try CanonicalJSON.pretty(entries), as: UTF8.self), to: .standardOutput)
      }
      let rows = tasks.map { [$0.task.id, $0.task.title, $0.task.recipes.keys.sorted().joined(separator: " ")] }
      let table = Table(columns: [.init("task"), .init("title"), .init("recipes")], rows: rows)
      Console.write(table.markdown, to: .standardOutput)
    }
  }

  /// Prints one task.
  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show one task as its file has it.",
      discussion: """
        Example:
          einthoven bench show ptb-xl-superclass
        """)

    @Argument(help: "Task id.")
    var task: String

    func run() throws {
      let found = try TaskCatalog(folder: try Installation.find().tasks).task(task)
      Console.write(String(decoding: try FileBytes.read(found.path), as: UTF8.self), to: .standardOutput)
      Console.note("task digest \(found.digest.hex)")
    }
  }

  /// Trains, predicts, scores.
  struct RunTask: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "run", abstract: "Run a task: baseline, from scratch, and from each pre-trained backbone.",
      discussion: """
        The same task, store, split and seed give the same bits in every weight,
        prediction and figure. Finished runs are kept and not made again; a run that
        was stopped goes on from its last checkpoint, to the same bits. A start
        named from-<task> takes the weights of that task's run under --out with
        the same recipe and seed.

        Examples:
          einthoven bench run synthetic-qrs --store synthetic.store \\
            --recipe demo --out results
          einthoven bench run ptb-xl-superclass --store ptb-xl.store \\
            --recipe demo --start scratch --out results
          einthoven bench run synthetic-qt --store synthetic.store \\
            --recipe demo --out results --tensorboard charts
        """)

    @Argument(help: "Task id.")
    var task: String

    @Option(help: "The store that the task runs on.")
    var store: String

    @Option(help: "A split file. Default: made by the task's own protocol and seed.")
    var split: String?

    @Option(help: "Which of the task's training recipes.")
    var recipe = "full"

    @Option(help: "Seed of initial weights, order and dropout.")
    var seed: UInt64 = 0

    @Option(
      name: .customLong("start"),
      help: "baseline, scratch, from-<task>, or all. May be given several times.")
    var starts: [String] = ["all"]

    @Option(
      name: .customLong("pretrained"),
      help:
        "Folder of a run that from-<task> starts from, where --out holds none or several. May be given several times.")
    var pretrained: [String] = []

    @Option(help: "Folder of runs.")
    var out: String

    @Option(
      help:
        "Leave a checkpoint after so many optimiser steps too. Default: after each epoch. Results do not depend on it.")
    var checkpointSteps: Int?

    @Flag(help: "Begin unfinished runs anew instead of from their checkpoints.")
    var restart = false

    @Option(help: "Write event files for TensorBoard under this folder.")
    var tensorboard: String?

    @OptionGroup var jobs: JobOptions

    func validate() throws {
      if let checkpointSteps, checkpointSteps < 1 {
        throw ValidationError("--checkpoint-steps must be at least 1, not \(checkpointSteps).")
      }
    }

    func run() throws {
      let catalog = TaskCatalog(folder: try Installation.find().tasks)
      let session = BenchmarkSession(
        catalog: catalog, resultsFolder: out, workers: jobs.workers,
        options: RunOptions(checkpointSteps: checkpointSteps, restarts: restart, tensorBoardFolder: tensorboard),
        pretrained: pretrained.map { ResultFolder($0) })
      let opened = try Store(store)
      let given = try split.map { try Split.load(from: $0) }
      for result in try session.run(
        task: task, store: opened, split: given, recipe: recipe, seed: seed, starts: starts)
      {
        Console.result(result.path)
      }
    }
  }
}
