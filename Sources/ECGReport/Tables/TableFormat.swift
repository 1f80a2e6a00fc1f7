import ECGBenchmark
import Reproducibility

/// What a leaderboard can be written as.
public enum TableFormat: String, Sendable, CaseIterable {
  /// Markdown, for people.
  case md
  /// One line a row and metric, for spreadsheets.
  case csv
  /// Everything, for programs.
  case json

  /// The board's text in this format.
  ///
  /// - Throws: only what encoding JSON throws: a value that is not finite.
  public func text(of board: Leaderboard) throws -> String {
    switch self {
    case .md: MarkdownBoard(board).text
    case .csv: Self.csv(of: board)
    case .json: String(decoding: try CanonicalJSON.pretty(board), as: UTF8.self)
    }
  }

  private static func csv(of board: Leaderboard) -> String {
    var text = "task,recipe,store,split,rank,model,variant,seeds,parameters,metric,value,low,high,standard_deviation\n"
    for section in board.sections {
      for (rank, row) in section.rows.enumerated() {
        for name in section.metrics {
          guard let cell = row.metrics[name] else { continue }
          let numbers = [cell.low, cell.high, cell.standardDeviation].map { $0.map { "\($0)" } ?? "" }
          let fields: [String] =
            [
              section.task, section.recipe, section.store.digest.hex, section.splitDigest.hex, "\(rank + 1)",
              row.model, row.variant, row.seeds.map(String.init).joined(separator: " "), "\(row.parameters)", name,
              "\(cell.value)",
            ] + numbers
          text += fields.joined(separator: ",") + "\n"
        }
      }
    }
    return text
  }
}
