/// What is usual around a moment of a lead: medians over blocks of time before and behind it.
///
/// The highest values of blocks are the strength of beats there, their medians that of what is between beats.
struct LocalLevels {
  /// Long enough to hold a beat as a rule.
  static let blockLength = DetectionSignal.samples(1.25)
  /// Blocks on either side that count for ``strengthTop(at:)`` and the bands' tops, for ``nearStrengthTop(at:)``, and
  /// for the floors.
  private static let (far, near, adjacent) = (6, 2, 1)

  private let strengthTops: [Float]
  private let nearStrengthTops: [Float]
  private let lowTops: [Float]
  private let middleTops: [Float]
  private let highTops: [Float]
  private let strengthFloors: [Float]
  private let highFloors: [Float]

  /// Levels of `bands`, from usable samples only; O(samples).
  init(_ bands: QRSBands, isUsable: [Bool]) {
    let blocks = stride(from: 0, to: max(isUsable.count, 1), by: Self.blockLength).map {
      $0..<min($0 + Self.blockLength, isUsable.count)
    }
    let counts = blocks.map { block in block.reduce(0) { $0 + (isUsable[$1] ? 1 : 0) } }
    /// One value a block; NaN for blocks that are mostly unusable.
    func perBlock(_ band: [Float], _ value: (inout [Float]) -> Float) -> [Float] {
      zip(blocks, counts).map { block, count in
        guard count * 3 >= Self.blockLength else { return .nan }
        var values = count == block.count ? Array(band[block]) : block.filter { isUsable[$0] }.map { band[$0] }
        return value(&values)
      }
    }
    func top(_ values: inout [Float]) -> Float { values.max() ?? 0 }
    func middle(_ values: inout [Float]) -> Float {
      values.sort()
      return values[values.count / 2]
    }
    let tops = perBlock(bands.strength, top)
    strengthTops = Self.medians(tops, reach: Self.far)
    nearStrengthTops = Self.medians(tops, reach: Self.near)
    lowTops = Self.medians(perBlock(bands.low, top), reach: Self.far)
    middleTops = Self.medians(perBlock(bands.middle, top), reach: Self.far)
    highTops = Self.medians(perBlock(bands.high, top), reach: Self.far)
    strengthFloors = Self.medians(perBlock(bands.strength, middle), reach: Self.adjacent)
    highFloors = Self.medians(perBlock(bands.high, middle), reach: Self.adjacent)
  }

  private static func medians(_ values: [Float], reach: Int) -> [Float] {
    values.indices.map { index in
      let around = values[max(index - reach, 0)...min(index + reach, values.count - 1)].filter { !$0.isNaN }.sorted()
      return around.isEmpty ? 0 : around[around.count / 2]
    }
  }

  /// Usual strength of beats around sample `index`.
  func strengthTop(at index: Int) -> Float { strengthTops[index / Self.blockLength] }
  /// The same, closer by.
  func nearStrengthTop(at index: Int) -> Float { nearStrengthTops[index / Self.blockLength] }
  /// Usual height of beats in the low band.
  func lowTop(at index: Int) -> Float { lowTops[index / Self.blockLength] }
  /// Usual height of beats in the middle band.
  func middleTop(at index: Int) -> Float { middleTops[index / Self.blockLength] }
  /// Usual height of beats in the high band.
  func highTop(at index: Int) -> Float { highTops[index / Self.blockLength] }
  /// Usual strength of what is between beats.
  func strengthFloor(at index: Int) -> Float { strengthFloors[index / Self.blockLength] }
  /// The same in the high band: muscle noise, as a rule.
  func highFloor(at index: Int) -> Float { highFloors[index / Self.blockLength] }
}
