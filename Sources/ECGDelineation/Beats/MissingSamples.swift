/// A lead with its missing samples bridged by straight lines, and where they are.
struct MissingSamples {
  /// Without missing samples; a lead of nothing else is 0.
  let bridged: [Float]
  /// In order.
  let gaps: [Range<Int>]

  /// `lead` with NaN, infinity or what lies beyond plus or minus `largest` for missing samples. O(samples).
  init(_ lead: [Float], largest: Float = .greatestFiniteMagnitude) {
    func isPresent(_ value: Float) -> Bool { abs(value) <= largest }
    guard lead.contains(where: { !isPresent($0) }) else {
      (bridged, gaps) = (lead, [])
      return
    }
    var result = lead
    var gaps: [Range<Int>] = []
    var index = 0
    while index < lead.count {
      guard !isPresent(lead[index]) else {
        index += 1
        continue
      }
      var end = index
      while end < lead.count, !isPresent(lead[end]) { end += 1 }
      let before = index > 0 ? lead[index - 1] : end < lead.count ? lead[end] : 0
      let behind = end < lead.count ? lead[end] : before
      for place in index..<end {
        result[place] = before + (behind - before) * Float(place - index + 1) / Float(end - index + 1)
      }
      gaps.append(index..<end)
      index = end
    }
    (bridged, self.gaps) = (result, gaps)
  }

  /// Whether a sample of `range` is missing. O(gaps).
  func touch(_ range: ClosedRange<Int>) -> Bool {
    gaps.contains { $0.lowerBound <= range.upperBound && range.lowerBound < $0.upperBound }
  }
}
