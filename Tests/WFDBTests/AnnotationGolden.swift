import Foundation
import Reproducibility
import TestSupport
import Testing
import WFDB

/// What wfdb-python makes of annotation files; see Golden/MAKERS.md.
struct AnnotationGolden: Decodable {
  /// One file: how many marks, and the digest of its lines.
  struct Entry: Decodable, Equatable {
    let count: Int
    let sha256: Digest
  }

  /// A file made up by the maker, and its lines.
  struct Synthetic: Decodable {
    let bytes: String
    let lines: [String]

    /// The bytes behind the hexadecimal digits.
    var data: [UInt8] {
      let digits = bytes.utf8.compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
      return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] * 16 + digits[$0 + 1]) }
    }
  }

  /// One row of wfdb-python's table of codes.
  struct Row: Decodable {
    let number: Int
    let symbol: String
    let beat: Bool
  }

  let wfdb: String
  let bundled: [String: Entry]
  let synthetic: [String: Synthetic]
  let table: [Row]

  static func load() throws -> AnnotationGolden {
    try CanonicalJSON.read(
      AnnotationGolden.self, fromFile: Repository.root + "/Tests/WFDBTests/Golden/annotations.json")
  }

  /// The same from the wfdb-python of this machine, for files or whole folders.
  static func live(_ paths: [String]) throws -> [String: Entry] {
    let python = try #require(PythonEnvironment.interpreterWithWFDB)
    let script = Repository.root + "/scripts/golden/wfdb_annotations.py"
    return try JSONDecoder().decode(
      [String: Entry].self, from: PythonEnvironment.output(of: python, [script] + paths))
  }
}

extension AnnotationSet {
  /// The lines that the maker of the golden values prints.
  var lines: [String] {
    let hertz = timeResolution.map { hertz in Int(exactly: hertz).map { "\($0)" } ?? "\(hertz)" }
    return ["resolution \(hertz ?? "null")"]
      + definitions.map { "definition \($0.number) \($0.symbol) \($0.description)" }
      + map { "\($0.sample) \($0.symbol) \($0.subtype) \($0.channel) \($0.number) \($0.auxiliary)" }
  }

  var entry: AnnotationGolden.Entry {
    AnnotationGolden.Entry(count: count, sha256: Digest(ofText: lines.map { $0 + "\n" }.joined()))
  }
}
