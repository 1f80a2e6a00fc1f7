import ArgumentParser
import ECGBenchmark
import ECGReport
import ECGSplits
import ECGStore
import Reproducibility
import WFDB

/// `einthoven info`.
struct InfoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "info", abstract: "Say what a record, store, split or result holds.",
    discussion: """
      Examples:
        einthoven info data/mitdb/100
        einthoven info ptb-xl.store --json
      """)

  @Argument(help: "A WFDB record (with or without .hea), a store, a split file or a result folder.")
  var path: String

  @Flag(help: "One JSON document.")
  var json = false

  func run() throws {
    let text: String
    switch try PathSubject(path) {
    case .store(let folder): text = try describe(StoreFacts(Store(folder).description))
    case .split(let file): text = try describe(SplitFacts(Split.load(from: file)))
    case .result(let folder): text = try describe(ResultFacts(ResultFolder(folder).result()))
    case .record(let name): text = try describe(RecordFacts(RecordReader(path: name).header))
    }
    Console.write(text, to: .standardOutput)
  }

  private func describe(_ facts: some Facts) throws -> String {
    guard json else {
      let width = facts.lines.map(\.name.count).max() ?? 0
      return facts.lines.map { line in
        (line.name + String(repeating: " ", count: width - line.name.count + 2) + line.value).withoutControls + "\n"
      }.joined()
    }
    return String(decoding: try CanonicalJSON.pretty(facts.document), as: UTF8.self)
  }
}

/// What `info` says of something: lines for people, a document for programs.
protocol Facts {
  associatedtype Document: Encodable
  var lines: [(name: String, value: String)] { get }
  var document: Document { get }
}

/// Facts about a store.
private struct StoreFacts: Facts {
  private static let skippedShown = 10

  let document: StoreDescription
  init(_ description: StoreDescription) { document = description }

  var lines: [(name: String, value: String)] {
    var lines = [
      ("kind", "store, schema \(document.schema)"),
      ("dataset", "\(document.dataset) \(document.version)"),
      ("recordings", "\(document.recordings)"),
    ]
    if !document.skipped.isEmpty {
      lines.append(("skipped", "\(document.skipped.count) recordings of the source that could not be read"))
    }
    for recording in document.skipped.prefix(Self.skippedShown) {
      lines.append(("skipped \(recording.id)", recording.error))
    }
    if document.skipped.count > Self.skippedShown {
      lines.append(("skipped ...", "\(document.skipped.count - Self.skippedShown) more: see --json"))
    }
    if let published = document.publishedRecordings { lines.append(("published", "\(published) recordings")) }
    if let frequency = document.samplingFrequency, let count = document.sampleCount {
      lines.append(("signal", "\(count) samples at \(frequency) Hz"))
    } else {
      lines.append(("signal", "of variable length"))
    }
    if let names = document.leadNames { lines.append(("leads", names.joined(separator: " "))) }
    for column in document.columns {
      lines.append(("\(column.group)/\(column.name)", column.meaning))
    }
    lines += [
      ("codec", document.level.map { "\(document.codec) \($0)" } ?? "\(document.codec)"),
      ("shards", "\(document.shards.count)"), ("licence", document.licence),
      ("content digest", document.contentDigest.hex),
    ]
    return lines
  }
}

/// Facts about a split.
private struct SplitFacts: Facts {
  let document: Split
  init(_ split: Split) { document = split }

  var lines: [(name: String, value: String)] {
    [("kind", "split"), ("protocol", document.protocol), ("seed", "\(document.seed)")]
      + Partition.allCases.map { ($0.rawValue, "\(document.identifiers(in: $0).count) recordings") }
      + [("store", document.storeDigest.hex)]
  }
}

/// Facts about a result.
private struct ResultFacts: Facts {
  let document: RunResult
  init(_ result: RunResult) { document = result }

  var lines: [(name: String, value: String)] {
    var lines = [
      ("kind", "result"), ("task", document.task), ("model", document.model), ("start", document.variant),
      ("recipe", document.recipe), ("seed", "\(document.seed)"), ("parameters", "\(document.parameters)"),
    ]
    for (name, value) in document.metrics.sorted(by: { $0.key < $1.key }) {
      lines.append((name, "\(value.value.fixed(4)) [\(value.low.fixed(4)), \(value.high.fixed(4))] \(document.unit)"))
    }
    if let weights = document.weightsDigest { lines.append(("weights", weights.hex)) }
    return lines
  }
}
