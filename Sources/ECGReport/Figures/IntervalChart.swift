import ECGBenchmark

/// A leaderboard as a figure: a panel for each section, a dot for each row's primary metric and a bar for its 95%
/// interval (or plus and minus one standard deviation over seeds).
public struct IntervalChart: Sendable {
  private let board: Leaderboard

  /// The chart of `board`.
  public init(_ board: Leaderboard) { self.board = board }

  private static let width = 800.0
  private static let labelWidth = 275.0
  private static let rowHeight = 24.0
  private static let panelHead = 34.0
  private static let panelFoot = 34.0

  /// The SVG document. O(rows).
  public var svg: String {
    // Regression first, as in the tables.
    let sections = board.sections.filter { !$0.unit.isEmpty } + board.sections.filter { $0.unit.isEmpty }
    let heights = sections.map { Self.panelHead + Double($0.rows.count) * Self.rowHeight + Self.panelFoot }
    var svg = SVG(width: Self.width, height: 16 + heights.reduce(0, +))
    var top = 12.0
    for (section, height) in zip(sections, heights) {
      Self.draw(section, at: top, in: &svg)
      top += height
    }
    return svg.document
  }

  private static func draw(_ section: LeaderboardSection, at top: Double, in svg: inout SVG) {
    let metric = try? Metric.named(section.primaryMetric)
    let direction = metric?.higherIsBetter == false ? "lower is better" : "higher is better"
    let unit = section.unit.isEmpty ? "" : " in \(section.unit)"
    svg.text(section.title, 16, top + 16, size: 14, bold: true)
    svg.text(
      "\(metric?.title ?? section.primaryMetric)\(unit), \(direction)", width - 16, top + 16, anchor: .end, size: 12,
      fill: "#52606d")
    let axis = Axis(section: section, from: labelWidth, to: width - 110)
    let first = top + panelHead
    let last = first + Double(section.rows.count) * rowHeight
    for tick in axis.ticks {
      svg.line(axis.x(tick.value), first - 4, axis.x(tick.value), last, stroke: "#e4e7eb")
      svg.text(tick.text, axis.x(tick.value), last + 15, anchor: .middle, size: 11, fill: "#52606d")
    }
    for (index, row) in section.rows.enumerated() {
      guard let cell = row.metrics[section.primaryMetric] else { continue }
      let y = first + (Double(index) + 0.5) * rowHeight
      let isBaseline = row.variant == "baseline"
      let colour = isBaseline ? "#9aa5b1" : "#b4232a"
      svg.text(
        isBaseline ? "\(row.model) (no signal)" : "\(row.model), \(row.variant)", labelWidth - 14, y + 4, anchor: .end,
        size: 12)
      let (low, high) = Axis.ends(of: cell)
      svg.line(axis.x(low), y, axis.x(high), y, stroke: colour, width: 2.5)
      svg.circle(axis.x(cell.value), y, radius: 4.5, fill: colour)
      svg.text(
        cell.value.fixed(section.unit.isEmpty ? 3 : 2), width - 16, y + 4, anchor: .end, size: 12,
        fill: "#1f2933")
    }
  }
}

/// A horizontal scale with round ticks that covers every interval of a section.
private struct Axis {
  struct Tick {
    let value: Double
    let text: String
  }

  let ticks: [Tick]
  private let low: Double
  private let high: Double
  private let left: Double
  private let right: Double

  init(section: LeaderboardSection, from left: Double, to right: Double) {
    let ends = section.rows.compactMap { $0.metrics[section.primaryMetric] }.map(Self.ends)
    // Errors start at 0, so that their sizes can be compared by eye.
    let lowest = section.unit.isEmpty ? ends.map(\.low).min() ?? 0 : 0
    let highest = max(ends.map(\.high).max() ?? 1, lowest + 1e-9)
    let step = Self.roundStep(for: (highest - lowest) / 5)
    let firstTick = (lowest / step).rounded(.down)
    let lastTick = (highest / step).rounded(.up)
    let digits = step >= 1 ? 0 : step >= 0.1 ? 1 : step >= 0.01 ? 2 : 3
    ticks = (0...Int(lastTick - firstTick)).map { index in
      let value = (firstTick + Double(index)) * step
      return Tick(value: value, text: value.fixed(digits))
    }
    low = firstTick * step
    high = lastTick * step
    self.left = left
    self.right = right
  }

  func x(_ value: Double) -> Double {
    left + (right - left) * (value - low) / (high - low)
  }

  static func ends(of cell: LeaderboardCell) -> (low: Double, high: Double) {
    if let low = cell.low, let high = cell.high { return (low, high) }
    let spread = cell.standardDeviation ?? 0
    return (cell.value - spread, cell.value + spread)
  }

  /// The smallest of 1, 2 and 5 times a power of ten that is at least `raw`.
  private static func roundStep(for raw: Double) -> Double {
    var power = 1e-6
    while power < 1e9 {
      for factor in [1.0, 2, 5] where factor * power >= raw { return factor * power }
      power *= 10
    }
    return raw
  }
}
