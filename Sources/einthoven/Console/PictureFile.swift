import ECGReport
import Foundation
import Reproducibility

/// A picture to write: SVG as it is, PNG by the program `rsvg-convert` of librsvg, so that no rasteriser of our own is
/// needed.
struct PictureFile {
  enum Format: String {
    case svg, png

    init?(path: String) {
      guard let dot = path.lastIndex(of: "."), dot != path.startIndex else { return nil }
      self.init(rawValue: path[path.index(after: dot)...].lowercased())
    }
  }

  private let path: String
  private let format: Format

  /// The picture at `path`, or nil unless it ends in `.svg` or `.png`.
  init?(_ path: String) {
    guard let format = Format(path: path) else { return nil }
    (self.path, self.format) = (path, format)
  }

  /// Writes `svg` in the picture's format, to a temporary name first.
  ///
  /// - Throws: `ReportError` `unwritable-picture` where `rsvg-convert` is missing or fails; `ReproducibilityError`.
  func write(svg: String, dotsPerInch: Int) throws {
    guard format == .png else { return try AtomicFile.write(svg, to: path) }
    guard let program = Self.converter else {
      throw ReportError(
        .unwritablePicture, at: ErrorPlace(path), found: "no program 'rsvg-convert' on the PATH",
        expected: "librsvg's converter, which makes PNG of SVG",
        advice: "Install librsvg2-bin (Debian, Ubuntu) or librsvg (Homebrew), or write a .svg")
    }
    let drawing = AtomicFile.temporaryName(for: path + ".svg")
    let picture = AtomicFile.temporaryName(for: path)
    defer { for file in [drawing, picture] { try? FileManager.default.removeItem(atPath: file) } }
    try AtomicFile.write(svg, to: drawing)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = [
      "--dpi-x", "\(dotsPerInch)", "--dpi-y", "\(dotsPerInch)", "--format", "png", "--output", picture, drawing,
    ]
    let said = Pipe()
    process.standardError = said
    try process.run()
    let words = String(decoding: said.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw ReportError(
        .unwritablePicture, at: ErrorPlace(path),
        found: "\(program) ended with status \(process.terminationStatus): \(words)",
        expected: "a PNG", advice: "Check the free space, or write a .svg")
    }
    try AtomicFile.publish(picture, as: path)
  }

  private static var converter: String? {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    return folders.map { "\($0)/rsvg-convert" }.first { FileManager.default.isExecutableFile(atPath: $0) }
  }
}
