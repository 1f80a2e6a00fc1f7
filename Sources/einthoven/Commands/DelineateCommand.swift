import ArgumentParser
import ECGCore
import ECGDelineation
import ECGStore
import Foundation
import Reproducibility

/// `einthoven delineate`.
struct DelineateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "delineate", abstract: "Find heartbeats and the boundaries of their P, QRS and T waves.",
    discussion: """
      Prints HR, PR, QRS and QT of each recording and the samples of each beat's
      fiducials. With --evaluate they are compared with reference marks instead:
      beats within 150 ms; boundaries in ms, for each mark the better of two leads,
      or the lead that the annotator is named after. Several annotators, one for
      each lead, are also taken together.

      Examples:
        einthoven delineate data/ptb-xl/records100/00000/00001_lr
        einthoven delineate data/qtdb --evaluate q1c
        einthoven delineate ludb/data --evaluate i,ii,iii,avr,avl,avf
      """)

  @Argument(help: "A store, a record, or a folder of records.")
  var path: String

  @Option(
    help: """
      Extensions of annotation files beside the records, with commas between; records without them are left out. For a \
      store 'fiducials': those that it has.
      """)
  var evaluate: String?

  @Flag(help: "With --evaluate: the figures of every record too.")
  var records = false

  @Flag(help: "One JSON document.")
  var json = false

  @OptionGroup var jobs: JobOptions

  func validate() throws {
    if records, evaluate == nil { throw ValidationError("--records needs --evaluate.") }
    if evaluate?.split(separator: ",").isEmpty == true { throw ValidationError("--evaluate needs an extension.") }
  }

  func run() throws {
    if let evaluate { return try score(against: evaluate.split(separator: ",").map(String.init)) }
    let entries: [DelineationReport.Entry]
    if isStore {
      let store = try Store(path)
      entries = try jobs.workers.map(store.count) { index in
        let recording = try RecordingToDelineate(store: store, index: index)
        return try DelineationReport.Entry(recording, recording.delineated())
      }
    } else {
      let names = try RecordingToDelineate.records(at: path)
      entries = try jobs.workers.map(names.count) { index in
        let recording = try RecordingToDelineate(record: names[index])
        return try DelineationReport.Entry(recording, recording.delineated())
      }
    }
    let report = DelineationReport(recordings: entries)
    if json {
      Console.write(String(decoding: try CanonicalJSON.pretty(report), as: UTF8.self), to: .standardOutput)
    } else {
      Console.write(report.text, to: .standardOutput)
    }
  }

  private var isStore: Bool { FileBytes.exists(path + "/" + StoreDescription.fileName) }

  // MARK: evaluation

  private struct RecordScore: Sendable {
    let id: String
    let outcome: Evaluation.Outcome
    let intervalErrors: [IntervalKind: Double]
  }

  private struct Document: Encodable {
    let total: DelineationScore
    let together: DelineationScore?
    let records: [String: DelineationScore]?
    let intervals: [String: IntervalFigures]?

    enum CodingKeys: String, CodingKey {
      case together = "leads_together"
      case records, intervals
    }

    func encode(to encoder: any Encoder) throws {
      try total.encode(to: encoder)
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encodeIfPresent(together, forKey: .together)
      try container.encodeIfPresent(records, forKey: .records)
      try container.encodeIfPresent(intervals, forKey: .intervals)
    }
  }

  /// Found less known intervals of recordings.
  private struct IntervalFigures: Encodable {
    let meanAbsoluteError: Double
    let meanError: Double
    let count: Int

    enum CodingKeys: String, CodingKey {
      case meanAbsoluteError = "mean_absolute_error"
      case meanError = "mean_error"
      case count
    }
  }

  private func score(against annotators: [String]) throws {
    let scores = isStore ? try scoresOfStore(annotators) : try scoresOfRecords(annotators)
    var total = DelineationScore()
    var together: DelineationScore?
    for score in scores {
      total.add(score.outcome.each)
      if let more = score.outcome.together {
        var sum = together ?? DelineationScore()
        sum.add(more)
        together = sum
      }
    }
    let intervals = Self.intervals(scores)
    if json {
      let each =
        records ? Dictionary(scores.map { ($0.id, $0.outcome.each) }, uniquingKeysWith: { first, _ in first }) : nil
      let document = Document(
        total: total, together: together, records: each,
        intervals: intervals.isEmpty
          ? nil : Dictionary(uniqueKeysWithValues: intervals.map { ($0.key.rawValue, $0.value) }))
      return Console.write(String(decoding: try CanonicalJSON.pretty(document), as: UTF8.self), to: .standardOutput)
    }
    var text = ""
    if records { text += scores.map { "\($0.id)\n\($0.outcome.each.text)\n" }.joined() }
    text += "\(scores.count) records\n\(total.text)"
    if let together { text += "\nall leads together, against the median of their marks\n\(together.text)" }
    for kind in IntervalKind.allCases {
      guard let figures = intervals[kind] else { continue }
      text +=
        "\(kind.shortName): mean absolute error \(figures.meanAbsoluteError.fixed(2)) \(kind.unit), mean error "
        + "\(figures.meanError.fixed(2)) \(kind.unit) over \(figures.count) recordings\n"
    }
    Console.write(text, to: .standardOutput)
  }

  private func scoresOfRecords(_ annotators: [String]) throws -> [RecordScore] {
    let all = try RecordingToDelineate.records(at: path)
    let names = all.filter { name in annotators.allSatisfy { FileBytes.exists("\(name).\($0)") } }
    guard !names.isEmpty else {
      throw ReproducibilityError(
        .missingFile, at: ErrorPlace(path),
        found: "no record with \(annotators.map { "." + $0 }.joined(separator: ", "))",
        expected: "annotation files beside the records", advice: "Check the extension, such as q1c or atr")
    }
    if names.count < all.count {
      Console.note("delineate: \(all.count - names.count) records have no such annotations")
    }
    let evaluation = Evaluation(annotators: annotators)
    return try jobs.workers.map(names.count) { index in
      let recording = try RecordingToDelineate(record: names[index])
      let outcome = try evaluation.outcome(recording, recording.delineated(), record: names[index])
      return RecordScore(id: recording.id, outcome: outcome, intervalErrors: [:])
    }
  }

  private func scoresOfStore(_ annotators: [String]) throws -> [RecordScore] {
    guard annotators == ["fiducials"] else {
      throw ReproducibilityError(
        .missingFile, at: ErrorPlace(path), found: "a store, which has no annotation files",
        expected: "--evaluate fiducials", advice: "Name the folder of records to compare with annotation files")
    }
    let store = try Store(path)
    let known = try IntervalKind.allCases.map { try store.intervals($0) }
    let evaluation = Evaluation(annotators: [])
    return try jobs.workers.map(store.count) { index -> RecordScore? in
      guard let reference = try store.fiducials(at: index) else { return nil }
      let recording = try RecordingToDelineate(store: store, index: index)
      let delineation = try recording.delineated()
      let found = Intervals(delineation.fiducials, samplingFrequency: recording.samplingFrequency)
      var errors: [IntervalKind: Double] = [:]
      for (kind, values) in zip(IntervalKind.allCases, known) {
        if let truth = values[index], let value = found[kind] { errors[kind] = value - truth }
      }
      return RecordScore(
        id: recording.id, outcome: evaluation.outcome(recording, delineation, known: reference),
        intervalErrors: errors)
    }.compactMap { $0 }
  }

  private static func intervals(_ scores: [RecordScore]) -> [IntervalKind: IntervalFigures] {
    var figures: [IntervalKind: IntervalFigures] = [:]
    for kind in IntervalKind.allCases {
      let errors = scores.compactMap { $0.intervalErrors[kind] }
      guard !errors.isEmpty else { continue }
      let count = Double(errors.count)
      figures[kind] = IntervalFigures(
        meanAbsoluteError: errors.reduce(0) { $0 + abs($1) } / count, meanError: errors.reduce(0, +) / count,
        count: errors.count)
    }
    return figures
  }
}
