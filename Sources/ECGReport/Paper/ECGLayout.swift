/// Where each lead's trace lies on the paper.
public enum ECGLayout: String, Sendable, CaseIterable {
  /// The usual page: three rows of four leads, a quarter of the time each, and lead II below over all of it.
  case standard
  /// A row for each lead, over all of the time.
  case rows

  /// The usual page where it can be drawn: the twelve leads, and at most 10 s.
  public static func usual(for excerpt: ECGExcerpt) -> ECGLayout {
    excerpt.seconds <= 10.001 && standardRows(of: excerpt) != nil ? .standard : .rows
  }

  /// The panels, row after row; nil where a lead that the layout needs is not there.
  func rows(of excerpt: ECGExcerpt) -> [[ECGPanel]]? {
    switch self {
    case .standard:
      return Self.standardRows(of: excerpt)
    case .rows:
      return excerpt.leadNames.indices.map { [ECGPanel(lead: $0, samples: 0..<excerpt.sampleCount)] }
    }
  }

  private static let columns = [["I", "II", "III"], ["aVR", "aVL", "aVF"], ["V1", "V2", "V3"], ["V4", "V5", "V6"]]

  private static func standardRows(of excerpt: ECGExcerpt) -> [[ECGPanel]]? {
    var rows: [[ECGPanel]] = []
    for row in 0..<3 {
      var panels: [ECGPanel] = []
      for (column, names) in columns.enumerated() {
        guard let lead = excerpt.index(of: names[row]) else { return nil }
        let first = excerpt.sampleCount * column / columns.count
        panels.append(ECGPanel(lead: lead, samples: first..<excerpt.sampleCount * (column + 1) / columns.count))
      }
      rows.append(panels)
    }
    guard let rhythm = excerpt.index(of: "II") else { return nil }
    return rows + [[ECGPanel(lead: rhythm, samples: 0..<excerpt.sampleCount)]]
  }
}

/// One lead over some samples of an excerpt.
struct ECGPanel {
  let lead: Int
  let samples: Range<Int>

  /// The median, lowest and highest value in mV; nil where every sample is missing. O(n log n).
  func span(in excerpt: ECGExcerpt) -> (low: Double, median: Double, high: Double)? {
    let values = excerpt.millivolts[lead][samples].filter { $0.isFinite }.sorted()
    guard let low = values.first, let high = values.last else { return nil }
    return (low, values[values.count / 2], high)
  }
}
