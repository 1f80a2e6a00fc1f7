import ECGCore
import Foundation
import Reproducibility
import TestSupport
import Testing

@testable import ECGBenchmark
@testable import ECGReport

@Suite struct LeaderboardTests {
  private func run(
    _ value: Double, task: String = "t", model: String = "m", variant: String = "scratch", seed: UInt64 = 0,
    split: String = "split"
  ) -> ComparedRun {
    ComparedRun(
      result: RunResult(
        schema: 1, task: task, title: "Title", taskDigest: Digest(ofText: task), recipe: "demo", model: model,
        variant: variant, seed: seed,
        store: StoreReference(
          dataset: "d", version: "1", digest: Digest(ofText: "store"), recordings: 10, publishedRecordings: 20,
          licence: "CC0-1.0", citation: ""), splitDigest: Digest(ofText: split), splitProtocol: "patient-random",
        counts: PartitionCounts(train: 6, validation: 2, test: 2), parameters: 5, pretrainedFrom: nil,
        weightsDigest: nil, predictionsDigest: Digest(ofText: "p"), training: nil, validation: ["mae": value],
        metrics: ["mae": MetricValue(value: value, low: value - 1, high: value + 1)], primaryMetric: "mae",
        unit: "ms", classesNotScored: [], software: "0"),
      predictions: Predictions(outputNames: ["prediction"], rows: []))
  }

  @Test func rowsAreRankedByTheMetricsOwnDirection() {
    let board = Leaderboard(runs: [run(9, model: "worse"), run(1, model: "best"), run(4, model: "middle")])
    #expect(board.sections.map { $0.rows.map(\.model) } == [["best", "middle", "worse"]])
  }

  @Test func onlyRunsOfOneTaskStoreAndSplitShareASection() {
    let board = Leaderboard(runs: [run(1), run(2, task: "u"), run(3, split: "other")])
    #expect(board.sections.count == 3)
  }

  @Test func seedsBecomeOneRowWithMeanAndUnbiasedDeviation() throws {
    let board = Leaderboard(runs: [run(3, seed: 2), run(1, seed: 1), run(5, seed: 3)])
    let row = try #require(board.sections.first?.rows.first)
    #expect(row.seeds == [1, 2, 3])
    let cell = try #require(row.metrics["mae"])
    #expect(cell.value == 3)
    #expect(cell.standardDeviation == 2)
    #expect(cell.text(digits: 1) == "3.0 ± 2.0")
  }

  @Test func theOrderOfFoldersDoesNotMatter() throws {
    let runs = [run(2, model: "a"), run(2, model: "b"), run(1, task: "u", model: "a"), run(1, model: "c")]
    let forward = try TableFormat.allCases.map { try $0.text(of: Leaderboard(runs: runs)) }
    let backward = try TableFormat.allCases.map { try $0.text(of: Leaderboard(runs: runs.reversed())) }
    #expect(forward == backward)
  }

  @Test func markdownIsAsReviewed() throws {
    let text = try TableFormat.md.text(of: Leaderboard(runs: [run(4, model: "median", variant: "baseline"), run(2)]))
    #expect(
      text.hasPrefix(
        """
        # Leaderboard

        ## Title

        | rank | model  | start   |                  MAE | validation MAE | parameters | seeds | weights |
        | ---: | ------ | ------- | -------------------: | -------------: | ---------: | ----: | ------- |
        |    1 | m      | scratch | 2.00 [1.00, 3.00] ms |           2.00 |          5 |     0 | –       |
        |    2 | median | –       | 4.00 [3.00, 5.00] ms |           4.00 |          5 |     0 | –       |

        - Data: d 1, 10 recordings of 20 published: a sample, too small for conclusions.
        """))
  }

  @Test func theChartDrawsEveryRowWithinItsBounds() {
    let chart = IntervalChart(Leaderboard(runs: [run(4, model: "a<b"), run(9, model: "median", variant: "baseline")]))
      .svg
    #expect(chart.contains("a&lt;b, scratch"))
    #expect(chart.contains("median (no signal)"))
    #expect(chart.components(separatedBy: "<circle").count == 3)
    #expect(!chart.contains("nan"))
  }
}
