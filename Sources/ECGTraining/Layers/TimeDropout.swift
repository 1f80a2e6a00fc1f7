import CKernels
import Reproducibility

/// In training each number of each recording is 0 with probability `rate`, to the nearest 1/65536, and else divided by
/// 1 - `rate`; otherwise nothing changes. Like ``Dropout``, but for signals over time.
///
/// The draw is keyed by (seed, layer, epoch, recording): it does not depend on the place in the batch.
public final class TimeDropout: Layer {
  private let name: String
  private let rate: Double
  private let output = Tensor()
  private let inputGradient = Tensor()
  private let factors = Tensor()

  /// Dropout under `name` at `rate` in 0 ..< 1.
  public init(name: String, rate: Double) {
    self.name = name
    self.rate = rate
  }

  /// y = x times 0 or 1 / (1 - rate). O(numbers).
  public func forward(_ input: TensorView, _ pass: Pass) -> TensorView {
    guard pass.isTraining, rate > 0 else { return input }
    let mask = factors.view(groups: input.groups, channels: input.channels, length: input.length)
    let kept = Float(1 / (1 - rate))
    let threshold = UInt32((rate * 65536).rounded())
    let name = name
    pass.compute.workers.forEach(input.groups * Tensor.lanes) { place in
      guard place < pass.recordings.count else { return }
      var stream = RandomStream(
        seed: pass.seed, purpose: "dropout:" + name, epoch: UInt64(pass.epoch), index: UInt64(pass.recordings[place]))
      let target = mask.channel(0, group: place / Tensor.lanes) + place % Tensor.lanes
      var bits: UInt32 = 0
      for number in 0..<mask.channels * mask.length {
        // A draw of 32 bits serves two numbers.
        bits = number % 2 == 0 ? stream.nextUInt32() : bits >> 16
        target[number * Tensor.lanes] = bits & 0xFFFF < threshold ? 0 : kept
      }
    }
    return multiply(input, by: mask, into: output, pass)
  }

  /// dx = dy times the same factors.
  public func backward(_ gradient: TensorView, _ pass: Pass) -> TensorView {
    guard pass.isTraining, rate > 0 else { return gradient }
    let mask = factors.view(groups: gradient.groups, channels: gradient.channels, length: gradient.length)
    return multiply(gradient, by: mask, into: inputGradient, pass)
  }

  private func multiply(_ view: TensorView, by mask: TensorView, into tensor: Tensor, _ pass: Pass) -> TensorView {
    let result = tensor.view(groups: view.groups, channels: view.channels, length: view.length)
    pass.forEachChannel(view.channels) { channel, group in
      pass.kernels.multiply(
        view.channel(channel, group: group), mask.channel(channel, group: group), view.length,
        result.channel(channel, group: group))
    }
    return result
  }
}
