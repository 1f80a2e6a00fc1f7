import Reproducibility

/// What tells beats from other candidates, most of it in octaves: logarithms to base 2 of ratios to what is usual close
/// by, so that gain and lead do not matter.
enum CandidateFeatures {
  /// Columns of ``first(of:)``.
  static let firstWidth = 14
  /// Columns of ``second(of:first:beats:rhythm:)``.
  static let secondWidth = firstWidth + 12

  /// What candidates show before any beat is known; O(candidates).
  static func first(of candidates: BeatCandidates) -> FeatureTable {
    let levels = candidates.levels
    var table = FeatureTable(width: firstWidth)
    table.values.reserveCapacity(candidates.all.count * firstWidth)
    for (index, candidate) in candidates.all.enumerated() {
      let position = candidate.position
      let around = Surroundings(of: index, in: candidates.all)
      table.values.append(octaves(candidate.strength, levels.strengthTop(at: position)))
      table.values.append(octaves(candidate.strength, levels.nearStrengthTop(at: position)))
      table.values.append(octaves(candidate.low, levels.lowTop(at: position)))
      table.values.append(octaves(candidate.middle, levels.middleTop(at: position)))
      table.values.append(octaves(candidate.high, levels.highTop(at: position)))
      table.values.append(octaves(candidate.strength, levels.strengthFloor(at: position), in: 0...6))
      table.values.append(octaves(candidate.high, levels.highFloor(at: position), in: 0...6))
      table.values.append(octaves(candidate.middle, candidate.low))
      table.values.append(octaves(candidate.high, candidate.middle))
      table.values.append(octaves(candidate.strength, around.justBefore, in: -3...2))
      table.values.append(octaves(candidate.strength, around.justAfter, in: -3...2))
      table.values.append(octaves(candidate.strength, around.before, in: -3...2))
      table.values.append(octaves(candidate.strength, around.after, in: -3...2))
      table.values.append(candidates.likenessToLeaders(of: index))
    }
    return table
  }

  /// The same, and what candidates show beside the `beats` chosen around them, which are indexes of candidates.
  ///
  /// - Parameter rhythm: the usual interval at each candidate, in samples.
  static func second(
    of candidates: BeatCandidates, first: FeatureTable, beats: [Int], rhythm: [Double]
  ) -> FeatureTable {
    let all = candidates.all
    var table = FeatureTable(width: secondWidth)
    table.values.reserveCapacity(all.count * secondWidth)
    var next = 0
    for (index, candidate) in all.enumerated() {
      while next < beats.count, beats[next] < index { next += 1 }
      let after = next < beats.count && beats[next] == index ? next + 1 : next
      let neighbours = beats[max(next - 4, 0)..<next] + beats[after..<min(after + 4, beats.count)]
      table.values += first.values[index * firstWidth..<(index + 1) * firstWidth]
      appendComparison(of: index, with: neighbours, in: candidates, to: &table)
      let interval = rhythm[index]
      let previous = next > 0 ? all[beats[next - 1]] : nil
      let following = after < beats.count ? all[beats[after]] : nil
      appendTiming(of: candidate, between: previous, and: following, interval: interval, to: &table)
    }
    return table
  }

  /// Strength, bands and shape beside those of beats nearby.
  private static func appendComparison(
    of index: Int, with neighbours: ArraySlice<Int>, in candidates: BeatCandidates, to table: inout FeatureTable
  ) {
    guard !neighbours.isEmpty else {
      table.values += [0, 0, 0, 0, 0, 0]
      return
    }
    let all = candidates.all
    let candidate = all[index]
    let strengths = neighbours.map { all[$0].strength }.sorted()
    let steepness = neighbours.map { all[$0].steepness }.sorted()
    let sharpness = neighbours.map { all[$0].sharpness }.sorted()
    let likenesses = neighbours.map { candidates.likeness(candidate, all[$0]) }.sorted(by: >)
    let middle = neighbours.count / 2
    table.values.append(octaves(candidate.strength, strengths[middle]))
    table.values.append(octaves(candidate.strength, strengths[0]))
    table.values.append(octaves(candidate.steepness, steepness[middle]))
    table.values.append(Double(likenesses[0]))
    table.values.append(Double(likenesses[min(2, likenesses.count - 1)]))
    table.values.append(octaves(candidate.sharpness, sharpness[middle]))
  }

  /// Distance to the beats on either side, and whether the candidate looks like the T wave of the one or the P wave of
  /// the other: close to it, and less steep.
  private static func appendTiming(
    of candidate: BeatCandidate, between previous: BeatCandidate?, and following: BeatCandidate?, interval: Double,
    to table: inout FeatureTable
  ) {
    var (likeTWave, likePWave, before, after) = (0.0, 0.0, 0.0, 0.0)
    if let previous {
      let distance = candidate.position - previous.position
      before = octaves(Float(distance), Float(interval), in: -2...2)
      let seconds = Double(distance) / DetectionSignal.rate
      if seconds < 0.5 { likeTWave = (0.5 - seconds) * 5 * max(0, octaves(previous.middle, candidate.middle)) }
    }
    if let following {
      let distance = following.position - candidate.position
      after = octaves(Float(distance), Float(interval), in: -2...2)
      let seconds = Double(distance) / DetectionSignal.rate
      if seconds < 0.3 { likePWave = (0.3 - seconds) * 5 * max(0, octaves(following.middle, candidate.middle)) }
    }
    table.values += [likeTWave, likePWave, min(before, 0), max(before, 0), min(after, 0), max(after, 0)]
  }

  /// Octaves from `usual` up to `value`, held within `range`; its lower end where one of them is not above 0.
  static func octaves(_ value: Float, _ usual: Float, in range: ClosedRange<Double> = -4...4) -> Double {
    guard value > 0, usual > 0 else { return range.lowerBound }
    let octaves = PortableMath.log(Double(value) / Double(usual)) * 1.442_695_040_888_963_4
    return min(max(octaves, range.lowerBound), range.upperBound)
  }
}

/// The strongest candidates close to one: those that may belong to the same heartbeat as P or T waves.
private struct Surroundings {
  private static let near = DetectionSignal.samples(0.2)
  private static let far = DetectionSignal.samples(0.5)

  /// Up to 0.2 s away.
  private(set) var justBefore: Float = 0
  private(set) var justAfter: Float = 0
  /// 0.2 to 0.5 s away.
  private(set) var before: Float = 0
  private(set) var after: Float = 0

  init(of index: Int, in all: [BeatCandidate]) {
    let position = all[index].position
    var other = index - 1
    while other >= 0, position - all[other].position <= Self.far {
      if position - all[other].position <= Self.near {
        justBefore = max(justBefore, all[other].strength)
      } else {
        before = max(before, all[other].strength)
      }
      other -= 1
    }
    other = index + 1
    while other < all.count, all[other].position - position <= Self.far {
      if all[other].position - position <= Self.near {
        justAfter = max(justAfter, all[other].strength)
      } else {
        after = max(after, all[other].strength)
      }
      other += 1
    }
  }
}
