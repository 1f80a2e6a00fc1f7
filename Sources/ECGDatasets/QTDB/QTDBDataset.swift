import ECGCore
import Reproducibility
import WFDB

/// QT Database (Laguna et al. 1997): 2 leads of 15 minutes at 250 Hz, wave boundaries marked by hand in some 30 beats
/// of each record.
public struct QTDBDataset: RecordingSource {
  /// Dataset, version, licence, citation.
  public let description: SourceDescription
  /// Record names.
  public let identifiers: [RecordingID]
  /// Two leads, any length.
  public let layout = SignalLayout.variable(leadCount: 2)
  /// How many beats are marked by hand.
  public let columns = [
    ColumnDefinition(
      name: "marked_beats", group: .label, kind: .integer, meaning: "beats with boundaries marked by hand (q1c)")
  ]
  private let folder: WFDBFolder

  init(folder: String, manifest: DatasetManifest, labels: LabelMap, _ options: DatasetOptions) throws {
    self.folder = try WFDBFolder(path: folder, manifest: manifest, annotator: "q1c")
    description = manifest.sourceDescription
    identifiers = self.folder.identifiers
  }

  /// The record at `index`, with reference beats where it has them and the first annotator's boundaries.
  ///
  /// - Throws: `WFDBError` or ``DatasetError``.
  public func recording(at index: Int) throws -> Recording {
    let record = folder.records[index]
    let source = try folder.signal(of: record)
    let beats = Self.beats(try folder.annotations(of: record))
    return Recording(
      id: RecordingID(record.name), patient: record.patient.map { PatientID($0) }, signal: source.signal,
      annotations: try folder.annotations(of: record, annotator: "atr")?.map(\.annotation) ?? [],
      fiducials: beats.isEmpty ? nil : Fiducials(beats: beats, source: "manual"),
      columns: [.integer(Int64(beats.count))],
      provenance: Provenance(source: record.name, sourceDigest: source.sourceDigest))
  }

  /// Beats from marks such as `( p ) ( N ) ( t )`: a bracket belongs to the peak beside it. A P wave, or a QRS complex
  /// after a QRS complex or a T wave, begins a new beat. A second T peak of a beat leaves the first peak and moves the
  /// end.
  static func beats(_ marks: [WFDBAnnotation]) -> [Beat] {
    var beats: [Beat] = []
    var current: [Fiducial: Int32] = [:]
    var onset: Int32?
    var open: Fiducial?
    func wave(_ mark: WFDBAnnotation) -> (onset: Fiducial, peak: Fiducial, offset: Fiducial)? {
      switch mark.symbol {
      case "p": return (.pOnset, .pPeak, .pOffset)
      case "t": return (.tOnset, .tPeak, .tOffset)
      default: return AnnotationCode.symbol(mark.symbol)?.isBeat == true ? (.qrsOnset, .rPeak, .qrsOffset) : nil
      }
    }
    for mark in marks {
      guard let sample = Int32(exactly: mark.sample) else { continue }
      if mark.symbol == "(" {
        onset = sample
      } else if mark.symbol == ")" {
        if let open { current[open] = sample }
        open = nil
      } else if let wave = wave(mark) {
        let isP = wave.peak == .pPeak
        let isRepeatedQRS = wave.peak == .rPeak && (current[.rPeak] != nil || current[.tPeak] != nil)
        if isP && !current.isEmpty || isRepeatedQRS {
          beats.append(Beat(current))
          current = [:]
        }
        if current[wave.peak] == nil {
          current[wave.peak] = sample
          current[wave.onset] = onset
        }
        onset = nil
        open = wave.offset
      } else {
        // A U wave's end is not the T wave's.
        (onset, open) = (nil, nil)
      }
    }
    if !current.isEmpty { beats.append(Beat(current)) }
    return beats
  }
}
