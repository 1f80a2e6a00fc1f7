import ECGCore
import ECGReport
import ECGStore
import Reproducibility
import WFDB

/// What part of a recording is wanted.
struct PlottedStretch {
  let fromInSeconds: Double
  let lengthInSeconds: Double
  /// Names in order, or nil for all.
  let leads: [String]?

  /// The samples wanted of `count` samples at `frequency`.
  ///
  /// - Throws: ``ReportError`` `undrawable-excerpt` where none is there.
  func samples(of count: Int, at frequency: SamplingFrequency, _ path: String) throws -> Range<Int> {
    let first = (fromInSeconds * frequency.hertz).rounded()
    guard first < Double(count) else {
      throw ReportError(
        .undrawableExcerpt, at: ErrorPlace(path), found: "\(frequency.seconds(ofSamples: count).fixed(2)) s",
        expected: "a recording longer than --from \(fromInSeconds)", advice: "Begin earlier")
    }
    let length = min((lengthInSeconds * frequency.hertz).rounded(.up), Double(count) - first)
    return Int(first)..<Int(first) + max(1, Int(length))
  }

  /// Which of `names` are wanted, in the order wanted.
  ///
  /// - Throws: ``ReportError`` `undrawable-excerpt` naming the first that is not there.
  func indexes(in names: [String], _ path: String) throws -> [Int] {
    guard let leads else { return Array(names.indices) }
    return try leads.map { lead in
      let lead = lead.filter { $0 != " " }
      guard let index = names.firstIndex(where: { $0.lowercased() == lead.lowercased() }) else {
        throw ReportError(
          .undrawableExcerpt, at: ErrorPlace(path), found: "no lead '\(lead)'",
          expected: "of " + names.joined(separator: " "), advice: NearestName.advice(for: lead, among: names))
      }
      return index
    }
  }
}

/// An excerpt and the words around it.
struct PlottedECG {
  var excerpt: ECGExcerpt
  let title: String
  private(set) var captions: [String]

  /// A stretch of the record at `path` (without extension), only its bytes read, with the marks of its annotation file.
  ///
  /// - Throws: `WFDBError`; `ReportError` `undrawable-excerpt`.
  init(record path: String, annotationExtension: String?, _ stretch: PlottedStretch) throws {
    let reader = try RecordReader(path: path)
    let frequency = try Self.frequency(reader.header.samplingFrequency, reader.headerPath)
    let range = try stretch.samples(of: reader.frameCount(), at: frequency, path)
    let names = try reader.signals().map { Lead.standardised($0.description).name }
    let chosen = try stretch.indexes(in: names, path)
    let samples = try reader.read(RecordSelection(frames: range, signals: chosen)).smoothed()
    var millivolts: [[Double]] = []
    for index in samples.signals.indices {
      let signal = samples.signals[index]
      guard let scale = signal.millivoltsInUnit else {
        throw ReportError(
          .undrawableExcerpt, at: ErrorPlace(reader.headerPath, .lead(signal.name)), found: "unit '\(signal.units)'",
          expected: "mV, uV or V", advice: "Leave this signal out with --leads")
      }
      millivolts.append(samples.physical(of: index).map { $0 * scale })
    }
    excerpt = try ECGExcerpt(
      leadNames: chosen.map { names[$0] }, samplingFrequency: frequency, firstSample: range.lowerBound,
      millivolts: millivolts)
    if let annotationExtension {
      let set = try AnnotationFile.read(path + "." + annotationExtension)
      excerpt.annotations = set.marks(in: Int64(range.lowerBound)..<Int64(range.upperBound)).map {
        Annotation(
          sample: $0.sample, symbol: $0.symbol, subtype: $0.subtype, channel: $0.channel, auxiliary: $0.auxiliary)
      }
    }
    title = "Record \(reader.header.recordName)"
    let comments = reader.header.comments.prefix(2).map { String($0.trimmed.prefix(120)) }.filter { !$0.isEmpty }
    captions =
      [Self.where(excerpt, of: annotationExtension.map { "annotations of .\($0)" })] + comments
  }

  /// A stretch of the recording at `index` of `store`, with its fiducials.
  ///
  /// - Throws: `StoreError`; `ReportError` `undrawable-excerpt`.
  init(store: Store, index: Int, _ stretch: PlottedStretch) throws {
    let signal = try store.signal(at: index)
    let range = try stretch.samples(of: signal.sampleCount, at: signal.samplingFrequency, store.path)
    let chosen = try stretch.indexes(in: signal.leads.names, store.path)
    excerpt = try ECGExcerpt(
      leadNames: chosen.map { signal.leads.names[$0] }, samplingFrequency: signal.samplingFrequency,
      firstSample: range.lowerBound, millivolts: chosen.map { Array(signal.physicalInMillivolts(lead: $0)[range]) })
    excerpt.annotations = try store.annotations(at: index)
    let fiducials = try store.fiducials(at: index)
    excerpt.beats = fiducials?.beats ?? []
    title = "\(store.description.dataset) \(store.description.version), recording \(store.identifiers[index])"
    captions = [Self.where(excerpt, of: fiducials.map { "fiducials: \($0.source)" })]
  }

  /// The same with the fiducials that the delineator finds in `recording`, the whole of which the excerpt is a part,
  /// instead of those that the recording brings.
  ///
  /// - Throws: `DelineationError` `unsupported-frequency`.
  func delineated(_ recording: RecordingToDelineate) throws -> PlottedECG {
    let delineation = try recording.delineated()
    var result = self
    result.excerpt.beats = delineation.fiducials.beats
    result.captions.append(
      delineation.rejection.map { "no fiducials: \($0)" } ?? "fiducials: \(delineation.fiducials.source)")
    return result
  }

  private static func `where`(_ excerpt: ECGExcerpt, of marks: String?) -> String {
    let start = excerpt.samplingFrequency.seconds(ofSamples: excerpt.firstSample)
    let stretch = "\(start.fixed(2)) s to \((start + excerpt.seconds).fixed(2)) s"
    return [stretch, "\(excerpt.samplingFrequency)", marks].compactMap(\.self).joined(separator: ", ")
  }

  private static func frequency(_ hertz: Double, _ path: String) throws -> SamplingFrequency {
    guard let frequency = SamplingFrequency(hertz: hertz) else {
      throw ReportError(.undrawableExcerpt, at: ErrorPlace(path), found: "\(hertz) Hz", expected: "above 0 Hz")
    }
    return frequency
  }
}

extension String {
  fileprivate var trimmed: String {
    split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
  }
}
