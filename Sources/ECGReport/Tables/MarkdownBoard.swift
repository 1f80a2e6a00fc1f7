import ECGBenchmark
import Reproducibility

/// A leaderboard as Markdown: one table for each group of sections that share store, split, recipe and metrics, then
/// what a reader must know to trust or repeat it.
struct MarkdownBoard {
  private let board: Leaderboard

  init(_ board: Leaderboard) { self.board = board }

  var text: String {
    var text = "# Leaderboard\n"
    for group in groups { text += "\n" + Self.text(of: group) }
    text += "\nIntervals in brackets are 95% percentile bootstraps over patients of the test partition; "
    text +=
      "± is the standard deviation over seeds. Differences from scratch are resampled in pairs: where the bracket "
    text += "holds 0, the data do not tell the two apart.\n"
    return text
  }

  /// Sections side by side in one table where nothing but the task differs.
  private var groups: [[LeaderboardSection]] {
    var groups: [[LeaderboardSection]] = []
    for section in board.sections {
      if let index = groups.firstIndex(where: { Self.together($0[0], section) }) {
        groups[index].append(section)
      } else {
        groups.append([section])
      }
    }
    // Regression comes first, as in the question that the project answers.
    return groups.filter { !$0[0].unit.isEmpty } + groups.filter { $0[0].unit.isEmpty }
  }

  private static func together(_ first: LeaderboardSection, _ second: LeaderboardSection) -> Bool {
    first.store.digest == second.store.digest && first.splitDigest == second.splitDigest
      && first.recipe == second.recipe && first.metrics == second.metrics && first.unit.isEmpty == second.unit.isEmpty
  }

  private static func text(of group: [LeaderboardSection]) -> String {
    let first = group[0]
    var text = "## " + (group.count == 1 ? first.title : heading(of: group)) + "\n\n"
    text += table(of: group).markdown
    text += "\n" + notes(on: group).map { "- \($0)\n" }.joined()
    return text
  }

  private static func heading(of group: [LeaderboardSection]) -> String {
    group[0].unit.isEmpty ? "Classification" : "Regression of intervals, dataset \(group[0].store.dataset)"
  }

  private static func table(of group: [LeaderboardSection]) -> Table {
    let first = group[0]
    let names = first.metrics
    let withTask = group.count > 1
    var columns: [Table.Column] = withTask ? [.init("task")] : []
    columns += [.init("rank", isNumeric: true), .init("model"), .init("start")]
    columns += names.map { .init(title(ofMetric: $0), isNumeric: true) }
    let compares = group.contains { $0.rows.contains { $0.versusScratch != nil } }
    if compares { columns.append(.init("\(title(ofMetric: names[0])) minus scratch", isNumeric: true)) }
    columns += [
      .init("validation \(title(ofMetric: names[0]))", isNumeric: true), .init("parameters", isNumeric: true),
    ]
    columns += [.init("seeds", isNumeric: true), .init("weights")]
    var rows: [[String]] = []
    for section in group {
      let digits = section.unit.isEmpty ? 3 : 2
      let unit = section.unit.isEmpty ? "" : " \(section.unit)"
      for (index, row) in section.rows.enumerated() {
        var cells = withTask ? [section.task] : []
        cells += ["\(index + 1)", row.model, row.variant == "baseline" ? "–" : row.variant]
        cells += names.map { name in row.metrics[name].map { $0.text(digits: digits) + unit } ?? "–" }
        if compares { cells.append(row.versusScratch.map { difference($0, digits: digits) } ?? "–") }
        cells.append(row.validation.map { $0.fixed(digits) } ?? "–")
        cells.append("\(row.parameters)")
        cells.append(row.seeds.map(String.init).joined(separator: " "))
        cells.append(row.weights.isEmpty ? "–" : row.weights.map { "`\($0.hex.prefix(8))`" }.joined(separator: " "))
        rows.append(cells)
      }
    }
    return Table(columns: columns, rows: rows)
  }

  /// `+0.041 [-0.102, +0.180]`.
  private static func difference(_ value: MetricValue, digits: Int) -> String {
    func signed(_ number: Double) -> String {
      let text = number.fixed(digits)
      return text.hasPrefix("-") ? text : "+" + text
    }
    return "\(signed(value.value)) [\(signed(value.low)), \(signed(value.high))]"
  }

  private static func title(ofMetric name: String) -> String { (try? Metric.named(name))?.title ?? name }

  private static func notes(on group: [LeaderboardSection]) -> [String] {
    let first = group[0]
    let store = first.store
    var data = "Data: \(store.dataset) \(store.version), \(store.recordings) recordings"
    if let published = store.publishedRecordings, published > store.recordings {
      data += " of \(published) published: a sample, too small for conclusions"
    }
    let counts = first.counts
    var notes = [
      data + ". Store `\(store.digest.hex.prefix(16))`.",
      "Split: \(first.splitProtocol), \(counts.train) training, \(counts.validation) validation and \(counts.test) "
        + "test recordings with a target. Split `\(first.splitDigest.hex.prefix(16))`. Recipe: \(first.recipe).",
    ]
    if !first.classesNotScored.isEmpty {
      notes.append(
        "No test recording shows \(first.classesNotScored.joined(separator: ", ")): AUC is the mean over the other "
          + "classes.")
    }
    notes.append(store.citation.isEmpty ? "Licence: \(store.licence)." : "\(store.citation) Licence: \(store.licence).")
    return notes
  }
}
