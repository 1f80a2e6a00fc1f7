import Foundation
import Reproducibility
import WFDB

/// Whole small records and annotation files to begin with.
struct Corpus: Sendable {
  /// A record's name and its files.
  struct Record: Sendable {
    let name: String
    let files: [String: [UInt8]]
  }

  let records: [Record]
  let headers: [[UInt8]]
  let annotations: [[UInt8]]

  /// The records in every format beside the reader's tests, some of many segments, and what `data` holds.
  init(root: String) throws {
    let formats = root + "/Tests/WFDBTests/Golden/Formats"
    var records = try Self.names(in: formats, "hea").map { name in
      let files = ["hea", "dat"].map { "\(name).\($0)" }
      return Record(
        name: name,
        files: try files.reduce(into: [:]) { $0[$1] = try FileBytes.read(formats + "/" + $1) })
    }
    records.append(Self.segmented)
    self.records = records
    let folders = ["/data/mitdb", "/data/qtdb"].map { root + $0 }
    headers =
      try folders.flatMap { folder in
        try Self.names(in: folder, "hea").map { try FileBytes.read("\(folder)/\($0).hea") }
      } + records.flatMap { $0.files.filter { $0.key.hasSuffix(".hea") }.values }
    annotations = try folders.flatMap { folder in
      try ["atr", "q1c", "pu0", "man"].flatMap { annotator in
        // The beginning is as good as the whole and quicker.
        try Self.names(in: folder, annotator).map {
          Array(try FileBytes.read("\(folder)/\($0).\(annotator)").prefix(700))
        }
      }
    }
  }

  private static func names(in folder: String, _ suffix: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix("." + suffix) }
      .map { String($0.dropLast(suffix.count + 1)) }.sorted()
  }

  private static let segmented = Record(
    name: "v",
    files: [
      "v.hea": Array("v/4 2 100 7\nlayout 0\na 3\n~ 2\nb 2\n# comment\n".utf8),
      "layout.hea": Array("layout 2 100 0\n~ 0 200/mV 0 0 0 0 0 I\n~ 0 100/mV 0 0 0 0 0 II\n".utf8),
      "a.hea": Array("a 2 100 3\na.dat 16 200(5)/mV 0 0 0 21 0 I\na.dat 16 100/mV 0 0 0 24 0 II\n".utf8),
      "a.dat": [6, 0, 7, 0, 7, 0, 8, 0, 8, 0, 9, 0],
      "b.hea": Array("b 1 100 2\nb.dat 80 100/mV 0 0 0 0 0 II\n".utf8), "b.dat": [138, 0],
    ])
}
