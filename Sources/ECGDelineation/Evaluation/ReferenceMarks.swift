import ECGCore

/// Manual marks of one annotator: where each kind of fiducial lies, as 0-based samples in order.
public struct ReferenceMarks: Sendable, Equatable {
  /// Samples of each kind; a kind without marks is absent.
  public private(set) var samples: [Fiducial: [Int]] = [:]
  /// Whether waves are marked, not only beats: then the annotator may have marked some stretch only.
  public var hasWaves: Bool { samples.keys.contains { $0 != .rPeak } }
  /// From the first mark to the last, nil without marks.
  public var span: ClosedRange<Int>? {
    let all = samples.values.joined()
    guard let first = all.min(), let last = all.max() else { return nil }
    return first...last
  }

  /// Marks such as `( p ) ( N ) ( t )`: a bracket belongs to the peak beside it, and one beside a U wave to none.
  ///
  /// - Parameter isBeat: tells symbols of beats from others.
  public init(_ annotations: [Annotation], isBeat: (String) -> Bool) {
    var onset: Int?
    var open: Fiducial?
    for mark in annotations {
      let sample = Int(mark.sample)
      switch mark.symbol {
      case "(":
        (onset, open) = (sample, nil)
      case ")":
        if let open { samples[open, default: []].append(sample) }
        (onset, open) = (nil, nil)
      default:
        guard let wave = Self.wave(mark.symbol, isBeat) else {
          (onset, open) = (nil, nil)
          continue
        }
        samples[wave.peak, default: []].append(sample)
        if let onset { samples[wave.onset, default: []].append(onset) }
        (onset, open) = (nil, wave.offset)
      }
    }
    sort()
  }

  /// The fiducials that a recording has already.
  public init(_ fiducials: Fiducials) {
    for beat in fiducials.beats {
      for fiducial in Fiducial.allCases where beat[fiducial] != Beat.absent {
        samples[fiducial, default: []].append(Int(beat[fiducial]))
      }
    }
    sort()
  }

  /// What several annotators of one recording, one for each lead as a rule, mark together: for each mark that at least
  /// half of them have within `window` samples, the median of theirs. O(annotators * marks).
  public init(medianOf annotators: [ReferenceMarks], window: Int) {
    for fiducial in Fiducial.allCases {
      let all = annotators.flatMap { $0.samples[fiducial] ?? [] }.sorted()
      var group: [Int] = []
      func close() -> Int? { group.count * 2 >= annotators.count ? group[group.count / 2] : nil }
      var medians: [Int] = []
      for sample in all {
        if let first = group.first, sample - first > window {
          close().map { medians.append($0) }
          group = []
        }
        group.append(sample)
      }
      if !group.isEmpty { close().map { medians.append($0) } }
      if !medians.isEmpty { samples[fiducial] = medians }
    }
  }

  private mutating func sort() {
    for fiducial in samples.keys { samples[fiducial]?.sort() }
  }

  private static func wave(
    _ symbol: String, _ isBeat: (String) -> Bool
  ) -> (onset: Fiducial, peak: Fiducial, offset: Fiducial)? {
    switch symbol {
    case "p": (.pOnset, .pPeak, .pOffset)
    case "t": (.tOnset, .tPeak, .tOffset)
    default: isBeat(symbol) ? (.qrsOnset, .rPeak, .qrsOffset) : nil
    }
  }
}
