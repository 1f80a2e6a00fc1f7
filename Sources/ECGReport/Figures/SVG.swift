/// The few SVG elements that our figures need. Coordinates are in px, written with two decimals.
struct SVG {
  private var body = ""
  let width: Double
  let height: Double

  init(width: Double, height: Double) {
    self.width = width
    self.height = height
  }

  /// Where a text stands relative to its point.
  enum Anchor: String { case start, middle, end }

  mutating func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, stroke: String, width: Double = 1) {
    body += "<line x1=\"\(x1.fixed(2))\" y1=\"\(y1.fixed(2))\" x2=\"\(x2.fixed(2))\" y2=\"\(y2.fixed(2))\" "
    body += "stroke=\"\(stroke)\" stroke-width=\"\(width.fixed(2))\"/>\n"
  }

  mutating func circle(_ x: Double, _ y: Double, radius: Double, fill: String) {
    body += "<circle cx=\"\(x.fixed(2))\" cy=\"\(y.fixed(2))\" r=\"\(radius.fixed(2))\" fill=\"\(fill)\"/>\n"
  }

  mutating func text(
    _ text: String, _ x: Double, _ y: Double, anchor: Anchor = .start, size: Double = 13, fill: String = "#1f2933",
    bold: Bool = false
  ) {
    body += "<text x=\"\(x.fixed(2))\" y=\"\(y.fixed(2))\" text-anchor=\"\(anchor.rawValue)\" "
    body += "font-size=\"\(size.fixed(1))\" fill=\"\(fill)\"\(bold ? " font-weight=\"600\"" : "")>"
    body += Self.escaped(text) + "</text>\n"
  }

  /// The whole document, on white.
  var document: String {
    """
    <svg xmlns="http://www.w3.org/2000/svg" width="\(width.fixed(0))" height="\(height.fixed(0))" \
    viewBox="0 0 \(width.fixed(0)) \(height.fixed(0))" font-family="Helvetica, Arial, sans-serif">
    <rect width="100%" height="100%" fill="#ffffff"/>
    \(body)</svg>

    """
  }

  static func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
  }
}
