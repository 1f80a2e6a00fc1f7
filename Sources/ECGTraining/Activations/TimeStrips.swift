/// A signal's time axis cut into strips, the pieces of work that threads take, and a strip into blocks that stay in
/// cache. The cut is a function of the length alone, since each strip's sums are a step in the order of summation.
struct TimeStrips: Sendable {
  /// Strips of one group of recordings.
  let count: Int
  private let blocksPerStrip: Int
  private let block: Int
  private let length: Int
  /// Enough for the threads of a large machine together with the groups, and few enough that sums are a small matter.
  private static let most = 8

  /// `length` steps in blocks of `block`.
  init(length: Int, block: Int) {
    self.length = length
    self.block = block
    let blocks = (length + block - 1) / block
    blocksPerStrip = max(1, (blocks + Self.most - 1) / Self.most)
    count = max(1, (blocks + blocksPerStrip - 1) / blocksPerStrip)
  }

  /// Runs `body` on the blocks of `strip` in order.
  func forEachBlock(of strip: Int, _ body: (_ from: Int, _ steps: Int) -> Void) {
    for index in strip * blocksPerStrip..<(strip + 1) * blocksPerStrip {
      let from = index * block
      guard from < length else { return }
      body(from, min(block, length - from))
    }
  }
}
