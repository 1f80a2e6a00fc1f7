import ECGCore
import Foundation
import Reproducibility
import TestSupport
import Testing

@testable import ECGBenchmark

@Suite struct ResultFolderTests {
  private let predictions = Predictions(
    outputNames: ["prediction"],
    rows: [
      .init(partition: "validation", id: RecordingID("a,b"), patient: "p \"1\"", truth: 0.1, outputs: [1.0 / 3]),
      .init(partition: "test", id: RecordingID("c"), patient: "p2", truth: 400, outputs: [-1e-7]),
      .init(partition: "test", id: RecordingID("d"), patient: "p3", truth: 410, outputs: [405]),
    ])

  @Test func predictionsReadBackToTheSameBits() throws {
    #expect(try Predictions(parsing: Array(predictions.csv.utf8), path: "p.csv") == predictions)
    #expect(throws: BenchmarkError.self) { try Predictions(parsing: Array("a,b\n1,2\n".utf8), path: "p.csv") }
    #expect(throws: BenchmarkError.self) {
      try Predictions(parsing: Array("partition,id,patient,truth,x\ntest,a,b,c,d\n".utf8), path: "p.csv")
    }
  }

  @Test func aFolderIsFinishedOnlyWhenTheResultIsThereAndItsPredictionsAreItsOwn() throws {
    let folder = try TemporaryFolder()
    let run = ResultFolder(folder.file("task/run"))
    #expect(!run.isFinished)
    let result = RunResult.example(seed: 1, predictions: predictions)
    let machine = RunMachine(processor: "x", threads: 1, instructionSet: "avx2", wallTimeSeconds: 1)
    try run.write(result, predictions: predictions, trainingLog: [], machine: machine) { _ in }
    #expect(run.isFinished)
    #expect(try run.predictions(of: run.result()) == predictions)
    #expect(try ResultFolder.all(under: folder.path).map(\.path) == [run.path])
    try AtomicFile.write(predictions.csv.replacing("405", with: "410"), to: run.predictionsFile)
    let error = #expect(throws: BenchmarkError.self) { try run.predictions(of: run.result()) }
    #expect(error?.code == .invalidResult)
    #expect(throws: BenchmarkError.self) { try ResultFolder.all(under: folder.file("none")) }
  }

  @Test func whatAnUnfinishedRunLeavesGoesWithItsResultAndNothingElseDoes() throws {
    let folder = try TemporaryFolder()
    let run = ResultFolder(folder.file("task/model/run"))
    #expect(run.runPath == "task/model/run")
    try AtomicFile.makeFolder(run.path)
    let (stale, foreign) = (run.weightsFile + ".tmp-1-2", run.path + "/notes.txt")
    for file in [run.checkpointFile, run.stoppedFile, stale, foreign] { try AtomicFile.write("x", to: file) }
    try run.removeLeftovers()
    // Without a result the checkpoint is what the run goes on from.
    #expect(FileBytes.exists(run.checkpointFile) && FileBytes.exists(foreign))
    #expect(!FileBytes.exists(stale) && !FileBytes.exists(run.stoppedFile))
    let machine = RunMachine(processor: "x", threads: 1, instructionSet: "avx2", wallTimeSeconds: 1)
    try run.write(
      RunResult.example(seed: 1, predictions: predictions), predictions: predictions, trainingLog: [], machine: machine
    ) { _ in }
    #expect(!FileBytes.exists(run.checkpointFile) && FileBytes.exists(foreign))
  }

  @Test func aDifferenceFromItselfIsNothingAndOneFromWorseIsBelowZero() throws {
    let evaluation = try predictions.evaluation(of: "test", isClassification: false)
    let same = try evaluation.difference(from: evaluation, of: .mae, replicates: 200, seed: 0)
    #expect(same == MetricValue(value: 0, low: 0, high: 0))
    let perfect = try RegressionEvaluation(truth: [400, 410], predictions: [400, 410], patients: ["p2", "p3"])
    let better = try perfect.difference(from: evaluation, of: .mae, replicates: 200, seed: 0)
    #expect(better.value == -(400 + 1e-7 + 5) / 2)
    #expect(better.high < 0)
    let others = try RegressionEvaluation(truth: [1], predictions: [1], patients: ["x"])
    #expect(throws: MetricError.self) { try others.difference(from: evaluation, of: .mae, seed: 0) }
  }
}

extension RunResult {
  /// A result for tests.
  static func example(
    task: String = "t", model: String = "m", variant: String = "scratch", seed: UInt64, value: Double = 1,
    split: String = "split", predictions: Predictions = Predictions(outputNames: ["prediction"], rows: [])
  ) -> RunResult {
    RunResult(
      schema: 1, task: task, title: "Title of \(task)", taskDigest: Digest(ofText: task), recipe: "demo", model: model,
      variant: variant, seed: seed,
      store: StoreReference(
        dataset: "d", version: "1", digest: Digest(ofText: "store"), recordings: 10, publishedRecordings: 20,
        licence: "CC0-1.0", citation: ""), splitDigest: Digest(ofText: split), splitProtocol: "patient-random",
      counts: PartitionCounts(train: 6, validation: 2, test: 2), parameters: 5, pretrainedFrom: nil,
      weightsDigest: Digest(ofText: "w\(seed)"), predictionsDigest: Digest(ofText: predictions.csv), training: nil,
      validation: ["mae": value], metrics: ["mae": MetricValue(value: value, low: value - 1, high: value + 1)],
      primaryMetric: "mae", unit: "ms", classesNotScored: [], software: "0")
  }
}
