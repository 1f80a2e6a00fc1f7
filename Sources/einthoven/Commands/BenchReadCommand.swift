import ArgumentParser
import Foundation
import Reproducibility
import WFDB

/// `einthoven bench read`.
struct BenchReadCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "read", abstract: "Time the reader on records: one thread, every sample decoded and summed.",
    discussion: """
      Every record under PATH is read whole, header first, in rounds until
      --seconds have passed; the figures are the median round's. The first round
      brings the files into memory and does not count. Memory is used again
      from record to record. A PATH that is no folder and no record is read as
      an annotation file.

      Example:
        einthoven bench read data/mitdb --json
      """)

  @Argument(help: "A folder of records, a record without its extension, or an annotation file.")
  var path: String

  @Flag(help: "Make physical values too.")
  var physical = false

  @Option(help: "How long to go on, in seconds.")
  var seconds: Double = 2

  @Flag(help: "One JSON document.")
  var json = false

  func validate() throws {
    guard seconds > 0, seconds <= 3600 else { throw ValidationError("--seconds must be above 0 and at most 3600.") }
  }

  func run() throws {
    if FileBytes.isFolder(path) || FileBytes.exists(path + ".hea") || path.hasSuffix(".hea") {
      try timeRecords()
    } else {
      try timeAnnotations()
    }
  }

  // MARK: records

  private struct RecordRates: Encodable {
    let records: Int
    let failed: Int
    let rounds: Int
    let recordsPerSecond: Double
    let samplesPerSecond: Double
    let bytesPerSecond: Double

    enum CodingKeys: String, CodingKey {
      case records, failed, rounds
      case recordsPerSecond = "records_per_second"
      case samplesPerSecond = "samples_per_second"
      case bytesPerSecond = "bytes_per_second"
    }
  }

  private func timeRecords() throws {
    var names = try recordNames()
    guard !names.isEmpty else {
      throw ReproducibilityError(
        .missingFile, at: ErrorPlace(path), found: "no file .hea in it", expected: "WFDB records",
        advice: "Name a folder that holds records")
    }
    var work = Work()
    // The first round warms the files and finds out which records can be read at all.
    let all = names.count
    var failure: WFDBError?
    names = names.filter { name in
      do throws(WFDBError) {
        try work.read(name, physical)
        return true
      } catch {
        if all > 1 { Console.warning("\(error)") }
        failure = failure ?? error
        return false
      }
    }
    if names.isEmpty, let failure { throw failure }
    let bytes = try names.reduce(0) { try $0 + size(of: $1) }
    work.samples = 0
    let timed = try TimedRounds(seconds: seconds) { for name in names { try work.read(name, physical) } }
    try tell(
      RecordRates(
        records: names.count, failed: all - names.count, rounds: timed.count,
        recordsPerSecond: Double(names.count) / timed.median,
        samplesPerSecond: Double(work.samples / timed.count) / timed.median,
        bytesPerSecond: Double(bytes) / timed.median)
    ) { rates in
      "\(rates.records) records: \(Int(rates.recordsPerSecond)) records/s, "
        + "\((rates.samplesPerSecond / 1e6).rounded()) Msamples/s, \((rates.bytesPerSecond / 1e6).rounded()) MB/s"
    }
  }

  /// Reads records into memory that it keeps.
  private struct Work {
    var samples = 0
    private var read = RecordSamples()
    private var numbers: [Double] = []

    mutating func read(_ name: String, _ physical: Bool) throws(WFDBError) {
      let reader = try RecordReader(path: name)
      try reader.read(RecordSelection(), into: &read)
      for index in read.signals.indices { samples += read.count(of: index) }
      guard physical else { return }
      let total = read.signals.indices.reduce(0) { $0 + read.count(of: $1) }
      if numbers.count < total { numbers = Array(repeating: 0, count: total) }
      numbers.withUnsafeMutableBufferPointer { buffer in
        var first = 0
        for index in read.signals.indices {
          let count = read.count(of: index)
          read.physical(of: index, into: .init(rebasing: buffer[first..<first + count]))
          first += count
        }
      }
    }
  }

  private func recordNames() throws -> [String] {
    guard FileBytes.isFolder(path) else { return [path.hasSuffix(".hea") ? String(path.dropLast(4)) : path] }
    let walker = FileManager.default.enumerator(atPath: path)
    let files = walker?.compactMap { $0 as? String } ?? []
    return files.filter { $0.hasSuffix(".hea") }.sorted().map { path + "/" + $0.dropLast(4) }
  }

  private func size(of name: String) throws -> Int {
    let files = try [name + ".hea"] + RecordReader(path: name).signalFiles
    return try files.reduce(0) { try $0 + (FileBytes.exists($1) ? ReadableFile($1).size : 0) }
  }

  // MARK: annotations

  private struct AnnotationRates: Encodable {
    let annotations: Int
    let rounds: Int
    let annotationFilesPerSecond: Double
    let annotationsPerSecond: Double

    enum CodingKeys: String, CodingKey {
      case annotations, rounds
      case annotationFilesPerSecond = "annotation_files_per_second"
      case annotationsPerSecond = "annotations_per_second"
    }
  }

  private func timeAnnotations() throws {
    let count = try AnnotationFile.read(path).count
    // One file takes microseconds: a hundred make a round.
    let timed = try TimedRounds(seconds: seconds) { for _ in 0..<100 { _ = try AnnotationFile.read(path) } }
    try tell(
      AnnotationRates(
        annotations: count, rounds: timed.count, annotationFilesPerSecond: 100 / timed.median,
        annotationsPerSecond: 100 * Double(count) / timed.median)
    ) { rates in
      "\(rates.annotations) annotations in \((1e6 / rates.annotationFilesPerSecond).rounded()) microseconds"
    }
  }

  // MARK: both

  private func tell<Rates: Encodable>(_ rates: Rates, _ text: (Rates) -> String) throws {
    guard json else { return Console.result(text(rates)) }
    try Console.data(Data(CanonicalJSON.pretty(rates)))
  }
}
