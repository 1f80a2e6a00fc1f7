import ArgumentParser
import ECGCore
import ECGReport
import ECGStore
import Reproducibility
import WFDB

/// `einthoven plot`.
struct PlotCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plot", abstract: "Draw an ECG on its paper, true to scale, as SVG or PNG.",
    discussion: """
      25 mm/s and 10 mm/mV. Twelve leads of up to 10 s are laid out as on the
      usual page: three rows of four, and lead II below. Other recordings get
      a row for each lead. P, QRS and T of a store's recording are marked where
      the store has them.

      PNG is made by rsvg-convert (Debian: librsvg2-bin), which 'make setup'
      installs where it may.

      Examples:
        einthoven plot data/mitdb/100 --annotations atr --out 100.svg
        einthoven plot data/ptb-xl/records100/00000/00001_lr --delineate --out 1.svg
        einthoven plot synthetic.store#000000 --out first.png
      """)

  @Argument(help: "A WFDB record, or STORE#ID: one recording of a store.")
  var source: String

  @Option(help: "The picture: a file that ends in .svg or .png.")
  var out: String

  @Option(help: "Where to begin, in s.")
  var from: Double = 0

  @Option(help: "How long, in s, at most 120. Default: 10, or up to the end.")
  var seconds: Double?

  @Option(help: "Leads by name, comma between. Default: all.")
  var leads: String?

  @Option(help: "standard or rows. Default: standard for twelve leads of up to 10 s.")
  var layout: ECGLayout?

  @Option(help: "Also show the marks of the record's annotation file with this extension.")
  var annotations: String?

  @Flag(help: "Mark P, QRS and T as the delineator finds them in all leads of the whole recording.")
  var delineate = false

  @Flag(help: "Leave out P, QRS and T.")
  var noFiducials = false

  @Option(help: "Dots per inch of a PNG.")
  var dpi: Int = 200

  func validate() throws {
    guard from.isFinite, from >= 0 else { throw ValidationError("--from must be at least 0, not \(from).") }
    if delineate && noFiducials { throw ValidationError("--delineate and --no-fiducials: give one.") }
    if let seconds, !(seconds > 0 && seconds <= ECGExcerpt.longestInSeconds) {
      throw ValidationError(
        "--seconds must be above 0 and at most \(ECGExcerpt.longestInSeconds.fixed(0)), not \(seconds).")
    }
    guard (50...1200).contains(dpi) else { throw ValidationError("--dpi must be 50 to 1200, not \(dpi).") }
    guard PictureFile.Format(path: out) != nil else {
      throw ValidationError("--out must end in .svg or .png, not as '\(out)'.")
    }
  }

  func run() throws {
    let stretch = PlottedStretch(
      fromInSeconds: from, lengthInSeconds: seconds ?? 10,
      leads: leads.map { $0.split(separator: ",").map(String.init) })
    var plotted: PlottedECG
    if let (path, id) = storeAndID {
      guard annotations == nil else {
        throw ValidationError("--annotations is for records: a store's recording has its own marks.")
      }
      let store = try Store(path)
      let index = try Self.index(of: id, in: store)
      plotted = try PlottedECG(store: store, index: index, stretch)
      if delineate { plotted = try plotted.delineated(RecordingToDelineate(store: store, index: index)) }
    } else {
      let record = RecordName.withoutExtension(source)
      plotted = try PlottedECG(record: record, annotationExtension: annotations, stretch)
      if delineate { plotted = try plotted.delineated(RecordingToDelineate(record: record)) }
    }
    if noFiducials { plotted.excerpt.beats = [] }
    let figure = try ECGFigure(
      of: plotted.excerpt, title: plotted.title, captions: plotted.captions, layout: layout)
    try PictureFile(out)?.write(svg: figure.svg, dotsPerInch: dpi)
    Console.note("wrote \(out)")
  }

  /// Where recording `id` stands in `store`.
  ///
  /// - Throws: `ReportError` `undrawable-excerpt` where it is not there.
  private static func index(of id: RecordingID, in store: Store) throws -> Int {
    guard let index = store.index(of: id) else {
      throw ReportError(
        .undrawableExcerpt, at: ErrorPlace(store.path), found: "no recording '\(id)' among \(store.count)",
        advice: store.count > 10_000 ? "" : NearestName.advice(for: id.text, among: store.identifiers.map(\.text)))
    }
    return index
  }

  /// The two parts of STORE#ID, where a store stands before a `#`.
  private var storeAndID: (store: String, id: RecordingID)? {
    for place in source.indices where source[place] == "#" {
      let store = String(source[..<place])
      if FileBytes.exists(store + "/" + StoreDescription.fileName) {
        return (store, RecordingID(String(source[source.index(after: place)...])))
      }
    }
    return nil
  }
}

extension ECGLayout: ExpressibleByArgument {}
