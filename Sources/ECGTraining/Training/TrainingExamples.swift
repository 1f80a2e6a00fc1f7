/// What a network is trained on or predicts for: signals by index, made when asked for.
public protocol TrainingExamples: Sendable {
  /// How many.
  var count: Int { get }
  /// Channels of each.
  var channelCount: Int { get }
  /// Time steps of each channel.
  var length: Int { get }
  /// A name for messages.
  func name(of index: Int) -> String
  /// Writes the signal at `index` as `[channel][time]` to `channelCount * length` floats. Called from several threads.
  func write(_ index: Int, into buffer: UnsafeMutableBufferPointer<Float>)
}

extension TensorView {
  /// Fills the view with the examples at `indexes`, one a lane; lanes without one become zeros.
  func fill(from examples: some TrainingExamples, at indexes: [Int], _ compute: Compute) {
    let (channels, length) = (channels, length)
    compute.workers.forEach(groups) { group in
      withUnsafeTemporaryAllocation(of: Float.self, capacity: channels * length) { buffer in
        for lane in 0..<Tensor.lanes {
          let place = group * Tensor.lanes + lane
          let target = self.channel(0, group: group) + lane
          if place < indexes.count {
            examples.write(indexes[place], into: buffer)
            for number in 0..<channels * length { target[number * Tensor.lanes] = buffer[number] }
          } else {
            for number in 0..<channels * length { target[number * Tensor.lanes] = 0 }
          }
        }
      }
    }
  }

  /// The first step of every channel of the first `count` recordings, `[recordings][channels]`.
  func rows(_ count: Int) -> [[Float]] {
    (0..<count).map { place in (0..<channels).map { self[recording: place, channel: $0, time: 0] } }
  }
}
