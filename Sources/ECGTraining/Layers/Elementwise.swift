import CKernels
import Reproducibility

/// y = max(x, 0), number by number.
public final class Rectifier: Layer {
  private let output = Tensor()
  private let inputGradient = Tensor()
  private var result: TensorView?

  /// A rectifier of any shape.
  public init() {}

  /// y as above. O(numbers).
  public func forward(_ input: TensorView, _ pass: Pass) -> TensorView {
    let result = output.view(groups: input.groups, channels: input.channels, length: input.length)
    defer { pass.probe?.look(at: result, of: Self.self) }
    self.result = result
    pass.forEachChannel(input.channels) { channel, group in
      pass.kernels.scale_shift(
        input.channel(channel, group: group), input.length, 1, 0, 1, result.channel(channel, group: group))
    }
    return result
  }

  /// dx = dy where y > 0, else 0.
  public func backward(_ gradient: TensorView, _ pass: Pass) -> TensorView {
    let result = result.keptByForward
    let target = inputGradient.view(groups: result.groups, channels: result.channels, length: result.length)
    pass.forEachChannel(result.channels) { channel, group in
      pass.kernels.rectify_gradient(
        gradient.channel(channel, group: group), result.channel(channel, group: group), result.length,
        target.channel(channel, group: group))
    }
    return target
  }
}

/// y = max(a + b, 0): the end of a residual block.
public final class RectifiedSum {
  private let output = Tensor()
  private let inputGradient = Tensor()
  private var result: TensorView?

  /// A sum of any shape.
  public init() {}

  /// y as above, for a and b of one shape. O(numbers).
  public func forward(_ a: TensorView, _ b: TensorView, _ pass: Pass) -> TensorView {
    let result = output.view(groups: a.groups, channels: a.channels, length: a.length)
    defer { pass.probe?.look(at: result, of: Self.self) }
    self.result = result
    pass.count(Arithmetic.single(numbers: a.groups * a.channels * a.length))
    pass.forEachChannel(a.channels) { channel, group in
      pass.kernels.add_rectify(
        a.channel(channel, group: group), b.channel(channel, group: group), a.length,
        result.channel(channel, group: group))
    }
    return result
  }

  /// The gradient to a, which is also the one to b.
  public func backward(_ gradient: TensorView, _ pass: Pass) -> TensorView {
    let result = result.keptByForward
    let target = inputGradient.view(groups: result.groups, channels: result.channels, length: result.length)
    pass.forEachChannel(result.channels) { channel, group in
      pass.kernels.rectify_gradient(
        gradient.channel(channel, group: group), result.channel(channel, group: group), result.length,
        target.channel(channel, group: group))
    }
    return target
  }
}

extension TensorView {
  /// Adds `other`, of the same shape, number by number.
  public func add(_ other: TensorView, _ pass: Pass) {
    pass.count(Arithmetic.single(numbers: groups * channels * length))
    pass.forEachChannel(channels) { channel, group in
      pass.kernels.add(other.channel(channel, group: group), length, self.channel(channel, group: group))
    }
  }
}

/// In training each channel of each recording is 0 with probability `rate` and else divided by 1 - `rate`; otherwise
/// nothing changes. For tensors of length 1. Srivastava et al. 2014, in the inverted form.
///
/// The draw is keyed by (seed, layer, epoch, recording): it does not depend on the place in the batch.
public final class Dropout: Layer {
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
    guard pass.isTraining else { return input }
    let mask = factors.view(groups: input.groups, channels: input.channels, length: 1)
    mask.clear()
    let kept = Float(1 / (1 - rate))
    for (place, recording) in pass.recordings.enumerated() {
      var stream = RandomStream(
        seed: pass.seed, purpose: "dropout:" + name, epoch: UInt64(pass.epoch), index: UInt64(recording))
      for channel in 0..<input.channels where stream.uniform() >= rate {
        mask[recording: place, channel: channel, time: 0] = kept
      }
    }
    return multiply(input, by: mask, into: output, pass)
  }

  /// dx = dy times the same factors.
  public func backward(_ gradient: TensorView, _ pass: Pass) -> TensorView {
    guard pass.isTraining else { return gradient }
    let mask = factors.view(groups: gradient.groups, channels: gradient.channels, length: 1)
    return multiply(gradient, by: mask, into: inputGradient, pass)
  }

  private func multiply(_ view: TensorView, by mask: TensorView, into tensor: Tensor, _ pass: Pass) -> TensorView {
    let result = tensor.view(groups: view.groups, channels: view.channels, length: 1)
    pass.forEachChannel(view.channels) { channel, group in
      let (source, factor) = (view.channel(channel, group: group), mask.channel(channel, group: group))
      let target = result.channel(channel, group: group)
      for lane in 0..<Tensor.lanes { target[lane] = source[lane] * factor[lane] }
    }
    return result
  }
}

/// Layers one after the other.
public final class Chain: Layer {
  private let layers: [any Layer]

  /// The layers in order.
  public init(_ layers: [any Layer]) { self.layers = layers }

  /// All layers' parameters, in order.
  public var parameters: [Parameter] { layers.flatMap(\.parameters) }
  /// All layers' running statistics, in order.
  public var statistics: [RunningStatistic] { layers.flatMap(\.statistics) }

  /// Each layer on the output of the one before.
  public func forward(_ input: TensorView, _ pass: Pass) -> TensorView {
    layers.reduce(input) { $1.forward($0, pass) }
  }

  /// Each layer, from the last, on the gradient from the one after.
  public func backward(_ gradient: TensorView, _ pass: Pass) -> TensorView {
    layers.reversed().reduce(gradient) { $1.backward($0, pass) }
  }
}
