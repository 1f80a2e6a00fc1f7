/// Rows of text under titled columns: the one model from which every format is written.
public struct Table: Sendable, Equatable {
  /// A column's title and side.
  public struct Column: Sendable, Equatable {
    /// As it stands in the head.
    public let title: String
    /// Numbers stand right, words left.
    public let isNumeric: Bool

    /// A column.
    public init(_ title: String, isNumeric: Bool = false) {
      self.title = title
      self.isNumeric = isNumeric
    }
  }

  /// In order.
  public let columns: [Column]
  /// As many cells in each as there are columns.
  public let rows: [[String]]

  /// A table.
  public init(columns: [Column], rows: [[String]]) {
    self.columns = columns
    self.rows = rows
  }

  /// GitHub's pipe table, padded so that it also reads well as plain text.
  public var markdown: String {
    let widths = columns.indices.map { index in
      max(3, columns[index].title.count, rows.map { Self.escaped($0[index]).count }.max() ?? 0)
    }
    func line(_ cells: [String]) -> String {
      let padded = zip(cells, columns.indices).map { cell, index in
        let padding = String(repeating: " ", count: max(0, widths[index] - cell.count))
        return columns[index].isNumeric ? padding + cell : cell + padding
      }
      return "| " + padded.joined(separator: " | ") + " |\n"
    }
    let rule = columns.indices.map { index in
      columns[index].isNumeric
        ? String(repeating: "-", count: widths[index] - 1) + ":" : String(repeating: "-", count: widths[index])
    }
    return line(columns.map(\.title)) + line(rule) + rows.map { line($0.map(Self.escaped)) }.joined()
  }

  private static func escaped(_ cell: String) -> String { cell.replacing("|", with: "\\|") }
}
