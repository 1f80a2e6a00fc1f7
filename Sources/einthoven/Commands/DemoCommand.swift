import ArgumentParser
import ECGBenchmark
import ECGDatasets
import ECGReport
import ECGSplits
import ECGStore
import ECGSynthesis
import Reproducibility

/// `einthoven demo`: the whole job on the bundled real data.
struct DemoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo",
    abstract: "The whole job on the bundled real recordings: stores, splits, training, transfer, leaderboard.",
    discussion: """
      Converts PTB-XL and MIT-BIH samples, synthesizes recordings, trains a
      network for each of HR, PR, QRS and QT, then classifies PTB-XL recordings
      from scratch and from each of the four backbones. Everything is written
      under --out; finished runs found there are kept.

      Example:
        einthoven demo --out demo-out
      """)

  @Option(help: "Folder with the bundled recordings. Default: the one that comes with the program.")
  var data: String?

  @Option(help: "Folder for stores, splits, runs and the leaderboard.")
  var out = "demo-out"

  @Option(help: "Training recipe: demo takes minutes, short shows only that everything works.")
  var recipe = "demo"

  @Option(help: "How many synthetic recordings to make.")
  var synthetic = 1000

  @Option(help: "Seed of synthesis and training.")
  var seed: UInt64 = 0

  @OptionGroup var jobs: JobOptions

  private static let regressionTasks = ["synthetic-heart-rate", "synthetic-pr", "synthetic-qrs", "synthetic-qt"]
  private static let classificationTask = "ptb-xl-superclass"

  func validate() throws {
    if synthetic < 50 { throw ValidationError("--synthetic must be at least 50, so that every partition has some.") }
  }

  func run() throws {
    let installation = try Installation.find()
    let data = self.data ?? installation.data
    let stores = try makeStores(from: data, installation)
    let catalog = TaskCatalog(folder: installation.tasks)
    var session = BenchmarkSession(catalog: catalog, resultsFolder: out + "/results", workers: jobs.workers)
    for task in Self.regressionTasks {
      let split = try makeSplit(for: catalog.task(task).task, store: stores.synthetic, name: "synthetic")
      session.pretrained += try session.run(
        task: task, store: stores.synthetic, split: split, recipe: recipe, seed: seed, starts: ["all"])
    }
    let split = try makeSplit(for: catalog.task(Self.classificationTask).task, store: stores.ptbXL, name: "ptb-xl")
    _ = try session.run(
      task: Self.classificationTask, store: stores.ptbXL, split: split, recipe: recipe, seed: seed, starts: ["all"])
    try writeBoards()
  }

  private func makeStores(from data: String, _ installation: Installation) throws -> (ptbXL: Store, synthetic: Store) {
    let registry = DatasetRegistry(manifestsFolder: installation.manifests)
    try AtomicFile.makeFolder(out)
    let writer = StoreWriter(options: ConversionOptions(workers: jobs.workers, force: true))
    for (id, folder, rate) in [("ptb-xl", "ptb-xl", 100.0), ("mit-bih", "mitdb", nil)] {
      let source = try registry.open(
        id: id, folder: "\(data)/\(folder)", options: DatasetOptions(samplingFrequency: rate))
      try writer.convert(source, to: "\(out)/\(id).store", title: "convert \(id)")
    }
    let source = try SyntheticSource(
      count: synthetic, seed: seed, samplingFrequencyInHertz: 100, durationInSeconds: 10, preset: "default")
    try writer.convert(source, to: "\(out)/synthetic.store", title: "synthesize")
    return (try Store("\(out)/ptb-xl.store"), try Store("\(out)/synthetic.store"))
  }

  private func makeSplit(for task: BenchmarkTask, store: Store, name: String) throws -> Split {
    let input = try SplitInput(store)
    let split = try SplitProtocol.named(task.split.protocol).split(input, seed: task.split.seed)
    try split.save(to: "\(out)/\(name).split.json")
    return split
  }

  private func writeBoards() throws {
    let board = try Leaderboard(folders: ResultFolder.all(under: out + "/results"), workers: jobs.workers)
    for format in TableFormat.allCases {
      try AtomicFile.write(format.text(of: board), to: "\(out)/leaderboard.\(format.rawValue)")
    }
    try AtomicFile.write(IntervalChart(board).svg, to: "\(out)/leaderboard.svg")
    Console.write(try TableFormat.md.text(of: board), to: .standardOutput)
    Console.note("demo: stores, splits, runs and boards are in \(out)")
  }
}
