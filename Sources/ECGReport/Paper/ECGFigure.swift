import ECGCore
import Reproducibility

/// An ECG on its paper, true to scale: 25 mm a second and 10 mm a mV, squares of 1 and 5 mm, as SVG in mm.
///
/// Each trace's median lies on its row's line. A trace that leaves its row by more than ``reach`` is cut there and the
/// caption says so. Marks: a band from onset to offset of each P wave, QRS complex and T wave with its letter at the
/// top of the row, thin lines at onset and offset, and a dot at the peak.
public struct ECGFigure: Sendable {
  private let excerpt: ECGExcerpt
  private let title: String
  private let captions: [String]
  private let rows: [Row]
  private let isCut: Bool

  /// How far a trace may rise above or fall below its line, in mm.
  public static let reach = 40.0
  static let millimetresPerSecond = 25.0
  static let millimetresPerMillivolt = 10.0

  /// Paper to the left of the traces, which holds the calibration pulse.
  private static let left = 15.0
  private static let right = 5.0
  /// Paper without traces above the first row, in whole 5 mm.
  private static let margin = 5.0
  private static let lineHeight = 4.5

  /// The place of one row of panels.
  private struct Row {
    let panels: [ECGPanel]
    /// In mm from the paper's upper edge.
    let top: Double
    let line: Double
    let bottom: Double
    /// Whether the marks' letters and symbols stand in a strip at its top.
    let hasLetters: Bool

    /// Where the lead's name stands: below that strip.
    var name: Double { top + (hasLetters ? 9.2 : 4.2) }
  }

  /// `excerpt` under `title`, with a line of text for each of `captions`.
  ///
  /// - Throws: ``ReportError`` `undrawable-excerpt` where the layout needs leads that are not there.
  public init(
    of excerpt: ECGExcerpt, title: String, captions: [String] = [], layout: ECGLayout? = nil
  ) throws(ReportError) {
    let layout = layout ?? .usual(for: excerpt)
    guard let panels = layout.rows(of: excerpt) else {
      throw ReportError(
        .undrawableExcerpt, at: .init("--layout"), found: "leads " + excerpt.leadNames.joined(separator: " "),
        expected: "the twelve standard leads for the layout '\(layout.rawValue)'", advice: "Use the layout 'rows'")
    }
    // The row that spans all of the time, or the first.
    let lettersRow =
      excerpt.beats.isEmpty && excerpt.annotations.isEmpty ? nil : panels.firstIndex { $0.count == 1 } ?? 0
    var rows: [Row] = []
    var top = Self.margin
    var isCut = false
    for (index, row) in panels.enumerated() {
      let spans = row.compactMap { $0.span(in: excerpt) }
      let rise = spans.map { ($0.high - $0.median) * Self.millimetresPerMillivolt }.max() ?? 0
      let fall = spans.map { ($0.median - $0.low) * Self.millimetresPerMillivolt }.max() ?? 0
      isCut = isCut || max(rise, fall) > Self.reach
      let strip = index == lettersRow ? 5.0 : 0
      let line = top + strip + Self.wholeSquares(min(rise, Self.reach) + 6)
      let bottom = line + Self.wholeSquares(min(fall, Self.reach) + 3)
      rows.append(Row(panels: row, top: top, line: line, bottom: bottom, hasLetters: index == lettersRow))
      top = bottom
    }
    (self.excerpt, self.title, self.captions, self.rows, self.isCut) = (excerpt, title, captions, rows, isCut)
  }

  /// Up to the next multiple of 5 mm, at least 10.
  private static func wholeSquares(_ millimetres: Double) -> Double { max(10, (millimetres / 5).rounded(.up) * 5) }

  /// The SVG document. O(leads * samples).
  public var svg: String {
    let paperWidth = Self.left + Self.wholeSquares(excerpt.seconds * Self.millimetresPerSecond) + Self.right
    let paperHeight = (rows.last?.bottom ?? 0) + Self.margin
    let head = 8 + Double(captions.count) * Self.lineHeight
    let foot = 7.0
    var svg = PaperSVG(width: paperWidth, height: head + paperHeight + foot)
    svg.text(title, 2, 5.2, size: 4, bold: true)
    for (index, caption) in captions.enumerated() {
      svg.text(caption, 2, 9.7 + Double(index) * Self.lineHeight, size: 3.2, fill: "#52606d")
    }
    svg.begin(at: head)
    svg.grid(width: paperWidth, height: paperHeight)
    for row in rows { draw(row, in: &svg) }
    svg.end()
    let cut = isCut ? "; traces more than \(Self.reach.fixed(0)) mm from their line are cut there" : ""
    svg.text("25 mm/s, 10 mm/mV; each trace's median lies on its line\(cut)", 2, head + paperHeight + 4.8, size: 3)
    if !excerpt.beats.isEmpty { legend(right: paperWidth - 2, y: head + paperHeight + 4.8, in: &svg) }
    return svg.document
  }

  private func draw(_ row: Row, in svg: inout PaperSVG) {
    var x = Self.left
    for (index, panel) in row.panels.enumerated() {
      drawMarks(of: panel, in: row, from: x, &svg)
      let median = panel.span(in: excerpt)?.median ?? 0
      let values = excerpt.millivolts[panel.lead][panel.samples]
      let step = Self.millimetresPerSecond / excerpt.samplingFrequency.hertz
      svg.trace(
        values.map { value in
          let rise = (value - median) * Self.millimetresPerMillivolt
          return row.line - min(max(rise, -Self.reach), Self.reach)
        }, from: x, step: step)
      drawPeaks(of: panel, in: row, from: x, median: median, &svg)
      svg.text(excerpt.leadNames[panel.lead], x + 1, row.name, size: 3.6, bold: true, halo: true)
      if index > 0 { svg.line(x, row.line - 7, x, row.line - 3, stroke: "#111111", width: 0.25) }
      x += Double(panel.samples.count) * step
    }
    svg.pulse(at: 5, line: row.line, height: Self.millimetresPerMillivolt)
  }

  // MARK: Marks

  private struct Wave {
    let letter: String
    let onset: Fiducial
    let peak: Fiducial
    let offset: Fiducial
    let colour: String
  }

  private static let waves = [
    Wave(letter: "P", onset: .pOnset, peak: .pPeak, offset: .pOffset, colour: "#1d4ed8"),
    Wave(letter: "QRS", onset: .qrsOnset, peak: .rPeak, offset: .qrsOffset, colour: "#6d28d9"),
    Wave(letter: "T", onset: .tOnset, peak: .tPeak, offset: .tOffset, colour: "#047857"),
  ]

  /// The place on the paper of `sample` in `panel`, or nil where it is absent or outside.
  private func x(of sample: Int64, in panel: ECGPanel, from left: Double) -> Double? {
    guard sample >= 0, let place = excerpt.place(of: sample), panel.samples.contains(place) else { return nil }
    let seconds = excerpt.samplingFrequency.seconds(ofSamples: place - panel.samples.lowerBound)
    return left + seconds * Self.millimetresPerSecond
  }

  private func drawMarks(of panel: ECGPanel, in row: Row, from left: Double, _ svg: inout PaperSVG) {
    for beat in excerpt.beats {
      for wave in Self.waves {
        let onset = x(of: Int64(beat[wave.onset]), in: panel, from: left)
        let offset = x(of: Int64(beat[wave.offset]), in: panel, from: left)
        if let onset, let offset, offset > onset {
          svg.band(onset, row.top + 1, offset, row.bottom - 1, fill: wave.colour)
          if row.hasLetters {
            svg.text(
              wave.letter, (onset + offset) / 2, row.top + 4, anchor: .middle, size: 2.6, fill: wave.colour, bold: true)
          }
        }
        for edge in [onset, offset].compactMap({ $0 }) {
          svg.line(edge, row.top + 1, edge, row.bottom - 1, stroke: wave.colour, width: 0.12)
        }
      }
    }
    guard row.hasLetters else { return }
    for mark in excerpt.annotations {
      guard let x = x(of: mark.sample, in: panel, from: left) else { continue }
      let text = mark.symbol + (mark.auxiliary.isEmpty ? "" : " " + mark.auxiliary)
      svg.line(x, row.top + 4.6, x, row.top + 6.6, stroke: "#111111", width: 0.2)
      svg.text(text, x, row.top + 4, anchor: .middle, size: 3)
    }
  }

  private func drawPeaks(
    of panel: ECGPanel, in row: Row, from left: Double, median: Double, _ svg: inout PaperSVG
  ) {
    for beat in excerpt.beats {
      for wave in Self.waves {
        let sample = Int64(beat[wave.peak])
        guard let x = x(of: sample, in: panel, from: left), let place = excerpt.place(of: sample) else { continue }
        let value = excerpt.millivolts[panel.lead][place]
        guard value.isFinite else { continue }
        let rise = min(max((value - median) * Self.millimetresPerMillivolt, -Self.reach), Self.reach)
        svg.dot(x, row.line - rise, radius: 0.55, fill: wave.colour)
      }
    }
  }

  private func legend(right: Double, y: Double, in svg: inout PaperSVG) {
    var x = right
    let items = zip(Self.waves, ["P wave", "QRS complex", "T wave"]).reversed()
    for (wave, text) in items {
      svg.text(text, x, y, anchor: .end, size: 3)
      x -= Double(text.count) * 2 + 1.2
      svg.dot(x, y - 1, radius: 0.8, fill: wave.colour)
      x -= 4
    }
  }
}
