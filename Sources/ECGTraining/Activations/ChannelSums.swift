/// Two sums a channel, in double precision, made in pieces by threads: each piece of work has its own row, and rows are
/// added in their order, so that the total does not depend on who was first.
public final class ChannelSums: @unchecked Sendable {
  /// How many channels.
  public let channels: Int
  private let rows: Int
  private let base: UnsafeMutablePointer<Double>

  /// Zeros, for `rows` pieces of work.
  init(rows: Int, channels: Int) {
    self.rows = rows
    self.channels = channels
    base = .allocate(capacity: max(1, rows * channels * 2))
    base.initialize(repeating: 0, count: max(1, rows * channels * 2))
  }

  deinit { base.deallocate() }

  /// The sums of `row` from `channel` on, two a channel, to be added to.
  func row(_ row: Int, channel: Int = 0) -> UnsafeMutablePointer<Double> { base + (row * channels + channel) * 2 }

  /// Both sums of `channel` over all rows.
  func total(_ channel: Int) -> (first: Double, second: Double) {
    var sums = (0.0, 0.0)
    for row in 0..<rows {
      let pair = self.row(row, channel: channel)
      sums.0 += pair[0]
      sums.1 += pair[1]
    }
    return sums
  }
}
