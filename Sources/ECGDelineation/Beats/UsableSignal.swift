/// A lead without missing samples, and which of it was measured by a working electrode.
struct UsableSignal {
  /// In millivolts; stretches that are missing are bridged by straight lines.
  let bridged: [Float]
  /// Stretches that are missing, flat or saturated, in order.
  let unusable: [Range<Int>]
  /// Set where too little is usable.
  let rejection: SignalRejection?

  /// A lead says nothing about rhythm below this.
  static let shortestSeconds = 2.0
  /// Beyond what an electrocardiogram can be.
  private static let largestMillivolts: Float = 1000
  private static let flatSeconds = 1.0
  private static let railSeconds = 0.15

  /// Looks through a lead; O(samples).
  init(_ lead: [Float], samplingFrequency: Double) {
    let seconds = Double(lead.count) / samplingFrequency
    let filled = MissingSamples(lead, largest: Self.largestMillivolts)
    let (values, missing) = (filled.bridged, filled.gaps)
    bridged = values
    guard seconds >= Self.shortestSeconds else {
      (unusable, rejection) = ([], .tooShort(seconds: seconds))
      return
    }
    var stretches = missing.filter { Double($0.count) >= 0.05 * samplingFrequency }
    let missingCount = missing.reduce(0) { $0 + $1.count }
    let present = Double(lead.count - missingCount) / samplingFrequency
    guard present >= Self.shortestSeconds else {
      (unusable, rejection) = (stretches, .notANumber(usableSeconds: present))
      return
    }
    let flat = Self.constantRuns(values, shortest: Int(Self.flatSeconds * samplingFrequency), outside: missing)
    let rails = Self.railRuns(values, outside: missing, shortest: max(2, Int(0.04 * samplingFrequency)))
    let flatCount = flat.reduce(0) { $0 + $1.count }
    let railCount = rails.reduce(0) { $0 + $1.count }
    stretches += flat
    stretches += rails.filter { Double($0.count) >= Self.railSeconds * samplingFrequency }
    unusable = stretches.sorted { $0.lowerBound < $1.lowerBound }
    let measured = lead.count - missingCount
    if Double(measured - flatCount) < Self.shortestSeconds * samplingFrequency || flatCount * 10 > measured * 9 {
      rejection = .flat
    } else if railCount * 2 > measured {
      rejection = .saturated
    } else {
      rejection = nil
    }
  }

  /// Stretches of one value, `shortest` samples long or longer, that do not begin in a missing one.
  private static func constantRuns(_ values: [Float], shortest: Int, outside missing: [Range<Int>]) -> [Range<Int>] {
    var runs: [Range<Int>] = []
    var start = 0
    for index in 1...values.count where index == values.count || values[index] != values[start] {
      if index - start >= shortest, !missing.contains(where: { $0.contains(start) }) { runs.append(start..<index) }
      start = index
    }
    return runs
  }

  /// Stretches at the highest or the lowest value.
  private static func railRuns(_ values: [Float], outside missing: [Range<Int>], shortest: Int) -> [Range<Int>] {
    guard let low = values.min(), let high = values.max(), low < high else { return [] }
    var runs: [Range<Int>] = []
    var start = 0
    for index in 1...values.count where index == values.count || values[index] != values[start] {
      let isRail = values[start] == low || values[start] == high
      if isRail, index - start >= shortest, !missing.contains(where: { $0.contains(start) }) {
        runs.append(start..<index)
      }
      start = index
    }
    return runs
  }
}
