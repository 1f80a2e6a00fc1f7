import CKernels

/// Batch norm over recordings and time, with a rectifier where asked; see ``ChannelNorm`` for formula and statistics.
///
///     y = norm(x),  or max(norm(x), 0)
///
/// `[channels, length]`.
public final class BatchNorm1D: Layer {
  private let norm: ChannelNorm
  private let rectify: Bool
  private let output = Tensor()
  private let inputGradient = Tensor()
  private var input: TensorView?
  private var result: TensorView?

  /// Batch norm of `channels` channels under `name`.
  public init(name: String, channels: Int, rectify: Bool = false) {
    norm = ChannelNorm(name: name, channels: channels)
    self.rectify = rectify
  }

  /// gamma and beta.
  public var parameters: [Parameter] { norm.parameters }
  /// Running mean and variance.
  public var statistics: [RunningStatistic] { norm.statistics }

  /// y as above. O(numbers).
  public func forward(_ input: TensorView, _ pass: Pass) -> TensorView {
    let result = output.view(groups: input.groups, channels: norm.channels, length: input.length)
    self.input = input
    self.result = result
    defer { pass.probe?.look(at: result, of: norm.name) }
    norm.prepare(pass.isTraining ? [sums(of: input, pass)] : [], length: input.length, pass)
    let flag: Int32 = rectify ? 1 : 0
    pass.count(Arithmetic.activation(numbers: input.groups * norm.channels * input.length, hasShortcut: false))
    pass.forEachChannel(norm.channels) { [norm] channel, group in
      pass.kernels.scale_shift(
        input.channel(channel, group: group), input.length, norm.scale[channel], norm.shift[channel], flag,
        result.channel(channel, group: group))
    }
    return result
  }

  private func sums(of input: TensorView, _ pass: Pass) -> ChannelSums {
    let sums = ChannelSums(rows: input.groups, channels: norm.channels)
    pass.count(Arithmetic.moments(numbers: input.groups * norm.channels * input.length))
    pass.forEachChannel(norm.channels) { channel, group in
      pass.kernels.panel_moments(
        input.channel(channel, group: group), 0, 1, input.length, pass.mask(group: group),
        sums.row(group, channel: channel))
    }
    return sums
  }

  /// The gradient to x; it has to follow a forward pass in training.
  public func backward(_ gradient: TensorView, _ pass: Pass) -> TensorView {
    let (input, result) = (input.keptByForward, result.keptByForward)
    let sums = ChannelSums(rows: input.groups, channels: norm.channels)
    let numbers = input.groups * norm.channels * input.length
    pass.count(Arithmetic.moments(numbers: numbers) + Arithmetic.gradient(numbers: numbers))
    let flag: Int32 = rectify ? 1 : 0
    pass.forEachChannel(norm.channels) { [norm] channel, group in
      pass.kernels.gradient_moments(
        gradient.channel(channel, group: group), result.channel(channel, group: group),
        input.channel(channel, group: group), input.length, flag, norm.mean[channel],
        sums.row(group, channel: channel))
    }
    norm.differentiate(sums)
    let target = inputGradient.view(groups: input.groups, channels: norm.channels, length: input.length)
    pass.forEachChannel(norm.channels) { [norm] channel, group in
      pass.kernels.scale_shift_gradient(
        gradient.channel(channel, group: group), result.channel(channel, group: group),
        input.channel(channel, group: group), input.length, flag, norm.factor[channel], norm.slope[channel],
        norm.offset[channel], norm.mean[channel], pass.mask(group: group), target.channel(channel, group: group))
    }
    return target
  }
}
