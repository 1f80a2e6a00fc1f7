import Reproducibility

/// The SVG elements of an ECG on paper. All lengths are in mm, written with two decimals (traces with three).
struct PaperSVG {
  private var body = ""
  let width: Double
  let height: Double

  init(width: Double, height: Double) {
    self.width = width
    self.height = height
  }

  /// What follows lies `top` lower, until ``end()``.
  mutating func begin(at top: Double) { body += "<g transform=\"translate(0 \(top.fixed(2)))\">\n" }

  mutating func end() { body += "</g>\n" }

  /// Paper with lines every 1 mm, and stronger ones every 5 mm.
  mutating func grid(width: Double, height: Double) {
    body += "<rect width=\"\(width.fixed(2))\" height=\"\(height.fixed(2))\" fill=\"#fffafa\"/>\n"
    for (step, colour, stroke) in [(1.0, "#f6d5d5", 0.1), (5.0, "#e9a3a3", 0.18)] {
      var path = ""
      for index in 0...Int((width / step).rounded(.down)) {
        path += "M\((Double(index) * step).fixed(0)) 0V\(height.fixed(0))"
      }
      for index in 0...Int((height / step).rounded(.down)) {
        path += "M0 \((Double(index) * step).fixed(0))H\(width.fixed(0))"
      }
      body += "<path d=\"\(path)\" stroke=\"\(colour)\" stroke-width=\"\(stroke.fixed(2))\" fill=\"none\"/>\n"
    }
  }

  mutating func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, stroke: String, width: Double) {
    body += "<path d=\"M\(x1.fixed(2)) \(y1.fixed(2))L\(x2.fixed(2)) \(y2.fixed(2))\" stroke=\"\(stroke)\" "
    body += "stroke-width=\"\(width.fixed(2))\"/>\n"
  }

  /// A band that lets the paper and the trace show through.
  mutating func band(_ left: Double, _ top: Double, _ right: Double, _ bottom: Double, fill: String) {
    body += "<rect x=\"\(left.fixed(2))\" y=\"\(top.fixed(2))\" width=\"\((right - left).fixed(2))\" "
    body += "height=\"\((bottom - top).fixed(2))\" fill=\"\(fill)\" fill-opacity=\"0.08\"/>\n"
  }

  mutating func dot(_ x: Double, _ y: Double, radius: Double, fill: String) {
    body += "<circle cx=\"\(x.fixed(2))\" cy=\"\(y.fixed(2))\" r=\"\(radius.fixed(2))\" fill=\"\(fill)\"/>\n"
  }

  /// A pulse of 1 mV and 0.2 s, by which a reader checks the scale.
  mutating func pulse(at x: Double, line: Double, height: Double) {
    body += "<path d=\"M\((x - 2).fixed(2)) \(line.fixed(2))h2v\((-height).fixed(2))h5v\(height.fixed(2))h2\" "
    body += "stroke=\"#111111\" stroke-width=\"0.25\" fill=\"none\"/>\n"
  }

  /// The line through `heights`, `step` apart; broken where one is NaN.
  mutating func trace(_ heights: [Double], from left: Double, step: Double) {
    var path = ""
    var isDrawn = false
    for (index, height) in heights.enumerated() {
      guard height.isFinite else {
        isDrawn = false
        continue
      }
      path += isDrawn ? "L" : "M"
      path += "\((left + Double(index) * step).fixed(3)) \(height.fixed(3))"
      isDrawn = true
    }
    guard !path.isEmpty else { return }
    body += "<path d=\"\(path)\" stroke=\"#111111\" stroke-width=\"0.28\" stroke-linejoin=\"round\" "
    body += "stroke-linecap=\"round\" fill=\"none\"/>\n"
  }

  /// `halo`: with an edge in the paper's colour, so that a text on a trace can be read.
  mutating func text(
    _ text: String, _ x: Double, _ y: Double, anchor: SVG.Anchor = .start, size: Double, fill: String = "#111111",
    bold: Bool = false, halo: Bool = false
  ) {
    body += "<text x=\"\(x.fixed(2))\" y=\"\(y.fixed(2))\" text-anchor=\"\(anchor.rawValue)\" "
    body += "font-size=\"\(size.fixed(1))\" fill=\"\(fill)\"\(bold ? " font-weight=\"600\"" : "")"
    if halo { body += " stroke=\"#fffafa\" stroke-width=\"0.8\" paint-order=\"stroke\"" }
    body += ">" + SVG.escaped(text.withoutControls) + "</text>\n"
  }

  /// The whole document, on white, its size in mm.
  var document: String {
    """
    <svg xmlns="http://www.w3.org/2000/svg" width="\(width.fixed(2))mm" height="\(height.fixed(2))mm" \
    viewBox="0 0 \(width.fixed(2)) \(height.fixed(2))" font-family="Helvetica, Arial, DejaVu Sans, sans-serif">
    <rect width="100%" height="100%" fill="#ffffff"/>
    \(body)</svg>

    """
  }
}
