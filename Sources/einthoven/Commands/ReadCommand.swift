import ArgumentParser
import Foundation
import Reproducibility
import WFDB

/// `einthoven read`.
struct ReadCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "read", abstract: "Write a WFDB record's samples to stdout.",
    discussion: """
      Digital values unless --physical asks for (digital - baseline) / gain in
      the signal's unit. A missing sample is empty in csv and null in json; in
      raw it is the format's own value, or NaN with --physical.

      raw is frames of samples, lead after lead, little-endian: int16 where
      every value fits, else int32; float64 with --physical. json says which
      under 'type'.

      Only the bytes of the wanted range are read. Signals that are read whole
      are compared with the header's checksums.

      Examples:
        einthoven read data/mitdb/100 --from 0 --to 10 --leads MLII --physical
        einthoven read data/mitdb/100 --format raw > 100.int16
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case csv, json, raw
  }

  @Argument(help: "A WFDB record, with or without .hea.")
  var record: String

  @Option(help: "First frame. Default: 0.")
  var from: Int?

  @Option(help: "The frame behind the last. Default: the record's end.")
  var to: Int?

  @Option(help: "Signals by name or number (from 0), comma between. Default: all.")
  var leads: String?

  @Flag(help: "Physical values instead of digital ones.")
  var physical = false

  @Flag(
    help: "Every sample of signals with several a frame. Else their mean, missing ones counted as wfdb-python does.")
  var expanded = false

  @Flag(help: "Leave skewed signals as they stand in the file.")
  var ignoreSkew = false

  @Flag(help: "Do not compare with the header's checksums.")
  var unverified = false

  @Option(help: "csv, json or raw.")
  var format: Format = .csv

  func validate() throws {
    if let from, from < 0 { throw ValidationError("--from must be at least 0, not \(from).") }
    if let to, to < from ?? 0 { throw ValidationError("--to must be at least \(from ?? 0), not \(to).") }
  }

  func run() throws {
    let reader = try RecordReader(path: RecordName.withoutExtension(record))
    let signals = try reader.signals()
    let first = from ?? 0
    let last = try to ?? max(first, reader.frameCount())
    let selection = RecordSelection(
      frames: first..<last, signals: try leads.map { try indexes($0, signals, reader.headerPath) },
      alignsSkew: !ignoreSkew, verifiesChecksums: !unverified)
    let output = try SampleOutput(reader: reader, selection: selection, isPhysical: physical, isExpanded: expanded)
    switch format {
    case .csv: try output.writeCSV()
    case .json: try output.writeJSON()
    case .raw: try output.writeRaw()
    }
  }

  /// The signals that `text` names.
  private func indexes(_ text: String, _ signals: [SignalSpecification], _ path: String) throws -> [Int] {
    let known = signals.enumerated().map { "'\($1.description)' (\($0))" }.joined(separator: ", ")
    func wrong(_ found: String, _ advice: String) -> WFDBError {
      WFDBError(.outOfRange, at: ErrorPlace(path), found: found, expected: "of \(known)", advice: advice)
    }
    var chosen: [Int] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let name = part.trimmingCharacters(in: .whitespaces)
      let named = signals.indices.filter { signals[$0].description == name }
      let index = named.isEmpty ? Int(name).flatMap { signals.indices.contains($0) ? $0 : nil } : named[0]
      guard named.count < 2 else {
        throw wrong("\(named.count) signals called '\(name)'", "Name the signal by its number")
      }
      guard let index, !name.isEmpty else {
        throw wrong("no signal '\(name)'", NearestName.advice(for: name, among: signals.map(\.description)))
      }
      guard !chosen.contains(index) else { throw wrong("signal '\(name)' twice", "Name each signal once") }
      chosen.append(index)
    }
    return chosen
  }
}

/// A record's name as people may give it.
enum RecordName {
  /// `path` without `.hea`, or without the ending of a signal file where a header stands beside it.
  static func withoutExtension(_ path: String) -> String {
    if path.hasSuffix(".hea") { return String(path.dropLast(4)) }
    guard !FileBytes.exists(path + ".hea"), let dot = path.lastIndex(of: "."), FileBytes.exists(path[..<dot] + ".hea")
    else { return path }
    return String(path[..<dot])
  }
}
