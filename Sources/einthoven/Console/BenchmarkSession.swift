import ArgumentParser
import ECGBenchmark
import ECGSplits
import ECGStore
import Reproducibility

/// Runs of one or more tasks into one folder, told on the console.
struct BenchmarkSession {
  let catalog: TaskCatalog
  let resultsFolder: String
  let workers: Workers
  /// Checkpoints and logs.
  var options = RunOptions()
  /// Runs whose weights transfers start from, before any is looked for in the folder.
  var pretrained: [ResultFolder] = []

  /// Runs `task` once for each of `starts` and returns the folders, finished ones included.
  func run(
    task id: String, store: Store, split given: Split?, recipe: String, seed: UInt64, starts names: [String]
  ) throws -> [ResultFolder] {
    let task = try catalog.task(id)
    let split = try given ?? makeSplit(for: task.task, store: store)
    let splitInput = try SplitInput(store)
    try split.check(against: splitInput)
    let audit = SplitAudit(split: split, input: splitInput)
    Console.note(audit.description)
    guard audit.isClean else { throw ExitCode(3) }
    // What `store.json` says of the data is what the result will say.
    try StoreVerification(store: store, workers: workers).run()
    let input = try TaskInput(task: task.task, store: store, split: split, workers: workers)
    return try startNames(names, of: task.task).map { name in
      let start = try self.start(named: name, recipe: recipe, seed: seed)
      let plan = try RunPlan(task: task, recipeName: recipe, start: start, seed: seed)
      return try run(plan, input)
    }
  }

  private func run(_ plan: RunPlan, _ input: TaskInput) throws -> ResultFolder {
    let title = "\(plan.task.task.id), \(plan.start.name)"
    let folder = plan.folder(
      under: resultsFolder, storeDigest: input.store.digest, splitDigest: input.splitDigest)
    if folder.isFinished {
      // A run that was killed after its result was written has left its checkpoint.
      try folder.removeLeftovers()
      Console.note("\(title): finished before, kept: \(folder.path)")
      return folder
    }
    if !options.restarts, FileBytes.exists(folder.checkpointFile) {
      Console.note("\(title): goes on from \(folder.checkpointFile)")
    }
    let line = ProgressLine(title, unit: "recordings")
    let result = try Run(plan: plan, input: input, workers: workers, options: options).execute(into: folder) {
      progress in
      line.update(done: progress.recordingsDone, total: progress.recordingsPlanned, detail: progress.detail)
    }
    let metric = result.primaryMetric
    let value = result.metrics[metric].map { "\(($0.value * 1000).rounded() / 1000)" } ?? "none"
    line.finish("\(metric) \(value)\(result.unit.isEmpty ? "" : " " + result.unit) on \(result.counts.test) recordings")
    return folder
  }

  private func makeSplit(for task: BenchmarkTask, store: Store) throws -> Split {
    try SplitProtocol.named(task.split.protocol).split(SplitInput(store), seed: task.split.seed)
  }

  private func startNames(_ names: [String], of task: BenchmarkTask) throws -> [String] {
    let known = ["baseline", "scratch"] + task.pretraining.map { "from-\($0)" }
    if names == ["all"] { return known }
    for name in names where !known.contains(name) {
      throw ValidationError("'\(name)' is no start of task \(task.id). \(NearestName.advice(for: name, among: known)).")
    }
    return names
  }

  private func start(named name: String, recipe: String, seed: UInt64) throws -> RunStart {
    switch name {
    case "baseline": return .baseline
    case "scratch": return .scratch
    default:
      let source = String(name.dropFirst("from-".count))
      let (folder, result) = try pretrainedRun(of: source, recipe: recipe, seed: seed)
      guard let digest = result.weightsDigest else {
        throw BenchmarkError(
          .invalidResult, at: ErrorPlace(folder.resultFile), found: "no weights digest", expected: "a trained network")
      }
      return .pretrained(task: source, weightsFile: folder.weightsFile, weightsDigest: digest)
    }
  }

  /// The run from scratch of `task` that a transfer with the same recipe and seed starts from.
  ///
  /// - Throws: `BenchmarkError` where there is none, or where several differ in store or split, so that which is meant
  ///   would be a guess.
  private func pretrainedRun(of task: String, recipe: String, seed: UInt64) throws -> (ResultFolder, RunResult) {
    let root = "\(resultsFolder)/\(task)"
    let digest = try catalog.task(task).digest
    func matching(_ folders: [ResultFolder]) throws -> [(folder: ResultFolder, result: RunResult)] {
      try folders.map { ($0, try $0.result()) }.filter { _, result in
        result.taskDigest == digest && result.variant == RunStart.scratch.name && result.recipe == recipe
          && result.seed == seed
      }
    }
    var found = try matching(pretrained)
    if found.isEmpty, FileBytes.isFolder(root) { found = try matching(ResultFolder.all(under: root)) }
    guard let only = found.first else {
      throw BenchmarkError(
        .invalidResult, at: ErrorPlace(root),
        found: "no finished run from scratch of the task as it stands, recipe \(recipe), seed \(seed)",
        expected: "weights to start from",
        advice: "First run: einthoven bench run \(task) --store STORE --recipe \(recipe) --seed \(seed) "
          + "--start scratch --out \(resultsFolder)")
    }
    guard found.count == 1 else {
      throw BenchmarkError(
        .invalidResult, at: ErrorPlace(root),
        found: "\(found.count) runs on different stores or splits: \(found.map(\.folder.path).joined(separator: ", "))",
        expected: "one run to start from", advice: "Name the one that is meant with --pretrained")
    }
    return only
  }
}
