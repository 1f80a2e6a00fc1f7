import ECGDelineation
import Foundation
import Reproducibility
import WFDB

// Beats of records against reference beats, as a table or as JSON:
//
//     delineation-check FOLDER EXTENSION [--json]      the first signal of every record, whole
//     delineation-check find FREQUENCY                 lead from stdin (float32, mV, native order), beats to stdout
do {
  let arguments = Array(CommandLine.arguments.dropFirst())
  if arguments.first == "find", arguments.count == 2, let frequency = Double(arguments[1]) {
    try printBeats(samplingFrequency: frequency)
  } else if arguments.count == 2 || arguments.count == 3 && arguments[2] == "--json" {
    try compareFolder(arguments[0], annotator: arguments[1], asJSON: arguments.count == 3)
  } else {
    throw UsageError(description: "usage: delineation-check FOLDER EXTENSION [--json] | find FREQUENCY")
  }
} catch {
  FileHandle.standardError.write(Data("delineation-check: \(error)\n".utf8))
  exit(1)
}

struct UsageError: Error, CustomStringConvertible {
  let description: String
}

/// One beat a line; nothing for a rejected lead, whose reason goes to stderr.
func printBeats(samplingFrequency: Double) throws {
  let input = FileHandle.standardInput.readDataToEndOfFile()
  let lead = input.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
  let detection = try BeatDetector(samplingFrequency: samplingFrequency).beats(in: lead)
  if let rejection = detection.rejection {
    FileHandle.standardError.write(Data("\(rejection)\n".utf8))
  }
  print(detection.rPeaks.map(String.init).joined(separator: "\n"))
}

/// Even and odd halves are the records in order of their names, counted from 0.
func compareFolder(_ folder: String, annotator: String, asJSON: Bool) throws {
  let names = try FileManager.default.contentsOfDirectory(atPath: folder)
    .filter { $0.hasSuffix("." + annotator) }.map { String($0.dropLast(annotator.count + 1)) }.sorted()
  var rows: [(name: String, comparison: BeatComparison)] = []
  var halves = [BeatComparison(), BeatComparison()]
  for (index, name) in names.enumerated() {
    let comparison = try compare(folder + "/" + name, annotator: annotator)
    rows.append((name, comparison))
    halves[index % 2] = halves[index % 2] + comparison
  }
  rows.append(("even half", halves[0]))
  rows.append(("odd half", halves[1]))
  rows.append(("all", halves[0] + halves[1]))
  if asJSON {
    let lines = rows.map { "  \"\($0.name)\": \(json($0.comparison))" }
    print("{\n" + lines.joined(separator: ",\n") + "\n}")
    return
  }
  print("record\tTP\tFN\tFP\tSe %\tP+ %\tmean ms\tsd ms")
  for (name, comparison) in rows {
    let figures = [
      100 * comparison.sensitivity, 100 * comparison.positivePredictivity, comparison.meanErrorMilliseconds,
      comparison.sdErrorMilliseconds,
    ]
    let counts = [comparison.truePositives, comparison.falseNegatives, comparison.falsePositives]
    print(([name] + counts.map(String.init) + figures.map { String(format: "%.2f", $0) }).joined(separator: "\t"))
  }
}

func json(_ comparison: BeatComparison) -> String {
  "{\"true_positives\": \(comparison.truePositives), \"false_negatives\": \(comparison.falseNegatives), "
    + "\"false_positives\": \(comparison.falsePositives), \"sensitivity\": \(comparison.sensitivity), "
    + "\"positive_predictivity\": \(comparison.positivePredictivity)}"
}

/// The first signal of a record, whole; ventricular flutter, from `[` to `]`, does not count.
func compare(_ path: String, annotator: String) throws -> BeatComparison {
  let reader = try RecordReader(path: path)
  let lead = try reader.read(RecordSelection(signals: [0])).physical(of: 0).map { Float($0) }
  let marks = try AnnotationFile.read(path + "." + annotator)
  var beats: [Int] = []
  var flutter: [Range<Int>] = []
  var start: Int?
  for mark in marks {
    let sample = Int(mark.sample)
    if mark.symbol == "[" { start = sample }
    if mark.symbol == "]", let began = start, began <= sample {
      flutter.append(began..<sample + 1)
      start = nil
    }
    // Flutter waves are no beats here.
    if mark.symbol != "!", AnnotationCode.symbol(mark.symbol)?.isBeat == true { beats.append(sample) }
  }
  let frequency = reader.header.samplingFrequency
  let found = try BeatDetector(samplingFrequency: frequency).beats(in: lead).rPeaks
  return BeatComparison(reference: beats, found: found, samplingFrequency: frequency, excluding: flutter)
}
