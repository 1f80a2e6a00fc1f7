/// The counter-based generator Philox 4x32-10 of Salmon et al., *Parallel Random Numbers: As Easy as 1, 2, 3*,
/// SC'11, section 5.1: four 32-bit words out for a 128-bit counter and a 64-bit key. No state, so any draw can be
/// made alone and in any order.
public enum Philox {
  /// The 128-bit counter or output as four words, least significant first.
  public typealias Block = (UInt32, UInt32, UInt32, UInt32)

  /// The block at `counter` under `key`: ten rounds. O(1).
  public static func block(counter: Block, key: (UInt32, UInt32)) -> Block {
    var x = counter
    var k = key
    for round in 0..<10 {
      if round > 0 {
        k.0 &+= 0x9E37_79B9
        k.1 &+= 0xBB67_AE85
      }
      let first = UInt64(0xD251_1F53) &* UInt64(x.0)
      let second = UInt64(0xCD9E_8D57) &* UInt64(x.2)
      x = (
        UInt32(truncatingIfNeeded: second >> 32) ^ x.1 ^ k.0,
        UInt32(truncatingIfNeeded: second),
        UInt32(truncatingIfNeeded: first >> 32) ^ x.3 ^ k.1,
        UInt32(truncatingIfNeeded: first)
      )
    }
    return x
  }
}

/// A stream of random numbers named by (seed, purpose, epoch, index).
///
/// Streams with different names are independent; the same name always gives the same numbers, on any machine and
/// whatever else was drawn before. The name is folded into Philox's key (seed, purpose and epoch) and the upper half
/// of its counter (index); the lower half counts blocks.
///
/// ```swift
/// var stream = RandomStream(seed: 7, purpose: "order", epoch: 3)
/// let order = stream.shuffled(Array(0..<1000))
/// ```
public struct RandomStream: Sendable {
  private let key: (UInt32, UInt32)
  private let index: UInt64
  private var nextBlock: UInt64 = 0
  private var words: Philox.Block = (0, 0, 0, 0)
  private var unread = 0
  private var spareNormal: Double?

  /// The stream of `index` in `epoch` for `purpose` (a short stable word) under `seed`.
  public init(seed: UInt64, purpose: String, epoch: UInt64 = 0, index: UInt64 = 0) {
    let hash = Self.hash(of: purpose)
    let mixed = Philox.block(
      counter: (
        UInt32(truncatingIfNeeded: hash), UInt32(truncatingIfNeeded: hash >> 32),
        UInt32(truncatingIfNeeded: epoch), UInt32(truncatingIfNeeded: epoch >> 32)
      ),
      key: (UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32)))
    key = (mixed.0, mixed.1)
    self.index = index
  }

  /// FNV-1a over the UTF-8 bytes: `Hasher` is seeded anew in every process, so it cannot name a stream.
  private static func hash(of purpose: String) -> UInt64 {
    purpose.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
  }

  /// The next 32 uniform bits.
  public mutating func nextUInt32() -> UInt32 {
    if unread == 0 {
      words = Philox.block(
        counter: (
          UInt32(truncatingIfNeeded: nextBlock), UInt32(truncatingIfNeeded: nextBlock >> 32),
          UInt32(truncatingIfNeeded: index), UInt32(truncatingIfNeeded: index >> 32)
        ), key: key)
      nextBlock &+= 1
      unread = 4
    }
    unread -= 1
    switch unread {
    case 3: return words.0
    case 2: return words.1
    case 1: return words.2
    default: return words.3
    }
  }

  /// Where a stream stands, for code that makes many of its blocks at once.
  public struct BlockPosition: Sendable {
    /// Philox's key.
    public let key: (UInt32, UInt32)
    /// The upper half of the counter.
    public let index: UInt64
    /// The lower half of the counter: of the next block.
    public let block: UInt64
  }

  /// Leaves the next `count` blocks of 4 words, from the next whole one on, to the caller: a block of which some words
  /// have been read is left behind.
  public mutating func takeBlocks(_ count: UInt64) -> BlockPosition {
    let position = BlockPosition(key: key, index: index, block: nextBlock)
    nextBlock &+= count
    unread = 0
    return position
  }

  /// The next 64 uniform bits, low word first.
  public mutating func nextUInt64() -> UInt64 {
    let low = UInt64(nextUInt32())
    return low | UInt64(nextUInt32()) << 32
  }

  /// Uniform in `[0, 1)`, a multiple of 2^-53.
  public mutating func uniform() -> Double {
    Double(nextUInt64() >> 11) * 0x1p-53
  }

  /// Uniform in `[range.lowerBound, range.upperBound)`.
  public mutating func uniform(in range: ClosedRange<Double>) -> Double {
    range.lowerBound + (range.upperBound - range.lowerBound) * uniform()
  }

  /// Standard normal by Box and Muller's transform, over ``PortableMath``: the same bits everywhere.
  public mutating func normal() -> Double {
    if let spare = spareNormal {
      spareNormal = nil
      return spare
    }
    let radius = (-2 * PortableMath.log(1 - uniform())).squareRoot()
    let (sine, cosine) = PortableMath.sineAndCosine(2 * Double.pi * uniform())
    spareNormal = radius * sine
    return radius * cosine
  }

  /// Uniform in `0..<bound` without bias (Lemire's multiply and reject). `bound` is at least 1.
  public mutating func integer(below bound: Int) -> Int {
    precondition(bound >= 1)
    let range = UInt64(bound)
    let threshold = (0 &- range) % range
    while true {
      let product = nextUInt64().multipliedFullWidth(by: range)
      if product.low >= threshold { return Int(product.high) }
    }
  }

  /// A uniformly random permutation (Fisher and Yates). O(count).
  public mutating func shuffled<Element>(_ elements: [Element]) -> [Element] {
    var result = elements
    guard result.count > 1 else { return result }
    for last in stride(from: result.count - 1, through: 1, by: -1) {
      result.swapAt(last, integer(below: last + 1))
    }
    return result
  }
}
