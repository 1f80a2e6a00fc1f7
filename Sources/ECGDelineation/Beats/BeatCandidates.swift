/// A hump of ``QRSBands/strength`` that may be a QRS complex.
struct BeatCandidate {
  /// Sample of the hump's highest point.
  let position: Int
  /// Height of the hump.
  let strength: Float
  /// Highest value of each band within it.
  let low: Float
  let middle: Float
  let high: Float

  /// Middle over low band: lower for wide complexes and for T waves.
  var steepness: Float { middle / max(low, 1e-9) }
  /// High over middle band.
  var sharpness: Float { high / max(middle, 1e-9) }
}

/// All humps of a lead, and how they compare with what is around them.
struct BeatCandidates {
  /// In order of time.
  let all: [BeatCandidate]
  /// What is usual where they are.
  let levels: LocalLevels
  private let shape: [Float]
  /// Indexes of the strongest candidate of each block of time, in order.
  private let leaders: [Int]
  /// The first leader at or behind each candidate, less one.
  private let lastLeader: [Int]

  /// Nearer than this, humps are one.
  private static let separationSeconds = 0.1
  /// Nearer to the ends of the recording, a hump may be the flank of one beyond.
  private static let marginSeconds = 0.04
  /// Lower humps are no candidates: a part of what is usual, and millivolts.
  private static let smallestShare: Float = 0.06
  private static let smallestMillivolts: Float = 1e-4

  /// Finds the humps of `bands`; O(samples).
  init(_ bands: QRSBands, isUsable: [Bool]) {
    let levels = LocalLevels(bands, isUsable: isUsable)
    let all = Self.humps(bands, isUsable: isUsable, levels: levels)
    self.levels = levels
    self.all = all
    shape = bands.shape
    var leaders: [Int] = []
    var block = -1
    for (index, candidate) in all.enumerated() {
      let its = candidate.position / LocalLevels.blockLength
      if its != block {
        leaders.append(index)
        block = its
      } else if let last = leaders.last, all[last].strength < candidate.strength {
        leaders[leaders.count - 1] = index
      }
    }
    self.leaders = leaders
    var last = 0
    lastLeader = all.indices.map { index in
      while last + 1 < leaders.count, leaders[last + 1] <= index { last += 1 }
      return last
    }
  }

  private static func humps(_ bands: QRSBands, isUsable: [Bool], levels: LocalLevels) -> [BeatCandidate] {
    let strength = bands.strength
    let reach = DetectionSignal.samples(separationSeconds)
    let margin = DetectionSignal.samples(marginSeconds)
    var humps: [BeatCandidate] = []
    var index = margin
    while index < strength.count - margin {
      let value = strength[index]
      guard isUsable[index], value > smallestMillivolts, value > smallestShare * levels.strengthTop(at: index) else {
        index += 1
        continue
      }
      let around = max(index - reach, 0)...min(index + reach, strength.count - 1)
      let isHighest = around.allSatisfy { strength[$0] < value || strength[$0] == value && $0 >= index }
      if isHighest {
        humps.append(
          BeatCandidate(
            position: index, strength: value, low: bands.low[around].max() ?? 0,
            middle: bands.middle[around].max() ?? 0, high: bands.high[around].max() ?? 0))
      }
      index += 1
    }
    return humps
  }

  /// The third highest likeness to the strongest candidates around, in -1...1; 0 where there are none. Beats look like
  /// other beats; noise looks like nothing.
  func likenessToLeaders(of index: Int) -> Double {
    let last = lastLeader[index]
    var likenesses: [Float] = []
    for leader in leaders[max(last - 4, 0)..<min(last + 6, leaders.count)] where leader != index {
      likenesses.append(likeness(all[index], all[leader]))
    }
    likenesses.sort(by: >)
    return likenesses.isEmpty ? 0 : Double(likenesses[min(2, likenesses.count - 1)])
  }

  private static let shapeReach = 12
  private static let slack = 4

  /// How alike the shapes of two candidates are: the highest correlation over small shifts, in -1...1.
  func likeness(_ first: BeatCandidate, _ second: BeatCandidate) -> Float {
    // Beside the ends of the recording, what both have.
    let low = max(-Self.shapeReach, -first.position, -second.position)
    let high = min(Self.shapeReach, shape.count - 1 - first.position, shape.count - 1 - second.position)
    guard low < high else { return 0 }
    let slack = max(
      0, min(Self.slack, second.position + low, shape.count - 1 - second.position - high))
    return shape.withUnsafeBufferPointer { shape in
      let count = Float(high - low + 1)
      var (sum, squares): (Float, Float) = (0, 0)
      for tap in low...high {
        let value = shape[first.position + tap]
        sum += value
        squares += value * value
      }
      let variance = squares - sum * sum / count
      var best: Float = -1
      for lag in -slack...slack {
        var (otherSum, otherSquares, products): (Float, Float, Float) = (0, 0, 0)
        for tap in low...high {
          let value = shape[second.position + lag + tap]
          otherSum += value
          otherSquares += value * value
          products += shape[first.position + tap] * value
        }
        let scale = variance * (otherSquares - otherSum * otherSum / count)
        if scale > 0 { best = max(best, (products - sum * otherSum / count) / scale.squareRoot()) }
      }
      return best
    }
  }
}
