import ECGCore
import ECGDelineation
import ECGStore
import Reproducibility
import WFDB

/// Scores the delineation of one recording against annotation files beside its record.
struct Evaluation {
  /// Annotators: extensions of the files.
  let annotators: [String]

  /// What is compared with an annotator's marks.
  enum Scored: String {
    /// The lead that the annotator is named after.
    case lead
    /// For each mark the better of two leads.
    case better = "better of two leads"
    /// The fiducials of all leads together.
    case together = "all leads together"
  }

  /// The figures of one record, by annotator, and with several annotators of all leads together against the median of
  /// their marks.
  struct Outcome: Sendable {
    var each = DelineationScore()
    var together: DelineationScore?
  }

  /// - Throws: `WFDBError` where an annotation file is missing or damaged.
  func outcome(
    _ recording: RecordingToDelineate, _ delineation: Delineation, record path: String
  ) throws -> Outcome {
    var outcome = Outcome()
    var references: [ReferenceMarks] = []
    for annotator in annotators {
      let marks = try AnnotationFile.read(path + "." + annotator).marks
      let annotations = marks.map { Annotation(sample: $0.sample, symbol: $0.symbol) }
      let reference = ReferenceMarks(annotations) { AnnotationCode.symbol($0)?.isBeat == true && $0 != "!" }
      references.append(reference)
      outcome.each.add(
        score(
          recording, delineation, reference, leads: leads(of: delineation, recording, annotator),
          excluding: Self.flutter(marks)))
    }
    if annotators.count > 1 {
      let window = Int(0.075 * recording.samplingFrequency.hertz)
      outcome.together = score(
        recording, delineation, ReferenceMarks(medianOf: references, window: window), leads: [delineation.fiducials],
        excluding: [])
    }
    return outcome
  }

  /// The figures against fiducials that a store has.
  func outcome(_ recording: RecordingToDelineate, _ delineation: Delineation, known: Fiducials) -> Outcome {
    Outcome(
      each: score(
        recording, delineation, ReferenceMarks(known), leads: leads(of: delineation, recording, ""), excluding: []))
  }

  private func leads(
    of delineation: Delineation, _ recording: RecordingToDelineate, _ annotator: String
  ) -> [Fiducials] {
    if let named = recording.leadNames.firstIndex(where: { $0.lowercased() == annotator.lowercased() }) {
      return [delineation.leads[named]]
    }
    return delineation.leads.count == 2 ? delineation.leads : [delineation.fiducials]
  }

  private func score(
    _ recording: RecordingToDelineate, _ delineation: Delineation, _ reference: ReferenceMarks, leads: [Fiducials],
    excluding flutter: [Range<Int>]
  ) -> DelineationScore {
    var score = DelineationScore()
    var excluded = flutter
    // Whoever marks waves marks a stretch of the record; whoever marks beats marks all of it.
    if reference.hasWaves, let span = reference.span {
      let margin = Int(0.15 * recording.samplingFrequency.hertz)
      excluded += [Int.min..<span.lowerBound - margin, span.upperBound + margin + 1..<Int.max]
      excluded += Self.pauses(in: reference.samples[.rPeak] ?? [], margin: margin)
    }
    score.beats = BeatComparison(
      reference: reference.samples[.rPeak] ?? [],
      found: delineation.fiducials.beats.map { Int($0[.rPeak]) }.filter { $0 >= 0 },
      samplingFrequency: recording.samplingFrequency.hertz, excluding: excluded)
    score.boundaries.add(reference, found: leads, samplingFrequency: recording.samplingFrequency)
    return score
  }

  /// Where the annotator passed beats over: between marked beats more than 1.75 times as far apart as usual.
  private static func pauses(in beats: [Int], margin: Int) -> [Range<Int>] {
    let intervals = zip(beats, beats.dropFirst()).map { $1 - $0 }
    guard !intervals.isEmpty else { return [] }
    let usual = intervals.sorted()[intervals.count / 2]
    return zip(beats, beats.dropFirst()).compactMap { first, next in
      guard (next - first) * 4 > usual * 7, first + margin + 1 < next - margin else { return nil }
      return first + margin + 1..<next - margin
    }
  }

  /// Ventricular flutter, from `[` to `]`, which EC57 leaves out.
  private static func flutter(_ marks: [WFDBAnnotation]) -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    var start: Int?
    for mark in marks {
      if mark.symbol == "[" { start = Int(mark.sample) }
      if mark.symbol == "]", let begin = start, Int(mark.sample) >= begin {
        ranges.append(begin..<Int(mark.sample) + 1)
        start = nil
      }
    }
    return ranges
  }
}
