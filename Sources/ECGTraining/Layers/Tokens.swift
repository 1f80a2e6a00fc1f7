import CKernels

/// A class token before the first time step, and a trained number added to each channel of each step:
/// `[channels, steps]` to `[channels, steps + 1]`. Dosovitskiy et al. 2021, equation 1. Both start normal with deviation
/// 0.02, as is usual.
public final class TokenEmbedding: Layer {
  /// The token `[1, 1, channels]` and the positions `[1, steps + 1, channels]`.
  public let parameters: [Parameter]
  private let channels: Int
  private let steps: Int
  private let output = Tensor()
  private let inputGradient = Tensor()
  private let sums = Tensor()

  /// Parameters under `token` and `position`, for signals of `steps` steps.
  public init(token: String, position: String, channels: Int, steps: Int) {
    self.channels = channels
    self.steps = steps
    parameters = [
      Parameter(name: token, shape: [1, 1, channels]),
      Parameter(name: position, shape: [1, steps + 1, channels]),
    ]
    for parameter in parameters { parameter.initial = .normal(deviation: 0.02) }
  }

  /// y[c][0] = token[c] + position[0][c], y[c][t + 1] = x[c][t] + position[t + 1][c]. O(numbers).
  public func forward(_ input: TensorView, _ pass: Pass) -> TensorView {
    let (channels, steps) = (channels, steps)
    precondition(input.length == steps, "a signal of \(input.length) steps where \(steps) are embedded")
    let result = output.view(groups: input.groups, channels: channels, length: steps + 1)
    // Time lies innermost here, channels in the parameter.
    let offsets = sums.view(groups: 1, channels: channels, length: (steps + Tensor.lanes) / Tensor.lanes)
    for channel in 0..<channels {
      let row = offsets.channel(channel, group: 0)
      for step in 0...steps { row[step] = parameters[1].value[step * channels + channel] }
    }
    let token = SharedPointer(parameters[0].value)
    pass.forEachChannel(channels) { channel, group in
      let (target, row) = (result.channel(channel, group: group), offsets.channel(channel, group: 0))
      target.update(repeating: token.base[channel] + row[0], count: Tensor.lanes)
      pass.kernels.add_steps(
        input.channel(channel, group: group), row + 1, steps, target + Tensor.lanes)
    }
    return result
  }

  /// dx[c][t] = dy[c][t + 1]; the positions' gradient is the sum over recordings of dy, the token's that of step 0.
  public func backward(_ gradient: TensorView, _ pass: Pass) -> TensorView {
    let (channels, steps) = (channels, steps)
    let result = inputGradient.view(groups: gradient.groups, channels: channels, length: steps)
    let sums = sums.view(
      groups: gradient.groups, channels: channels, length: (steps + Tensor.lanes) / Tensor.lanes)
    pass.forEachChannel(channels) { channel, group in
      let source = gradient.channel(channel, group: group)
      result.channel(channel, group: group).update(from: source + Tensor.lanes, count: steps * Tensor.lanes)
      pass.kernels.sum_lanes(source, steps + 1, sums.channel(channel, group: group))
    }
    for channel in 0..<channels {
      for step in 0...steps {
        var sum: Float = 0
        for group in 0..<gradient.groups { sum += sums.channel(channel, group: group)[step] }
        parameters[1].gradient[step * channels + channel] = sum
      }
      parameters[0].gradient[channel] = parameters[1].gradient[channel]
    }
    return result
  }
}

/// The first time step alone: `[channels, length]` to `[channels, 1]`. Behind a transformer that is the class token.
public final class FirstStep: Layer {
  private let output = Tensor()
  private let inputGradient = Tensor()
  private var input: TensorView?

  /// For any number of channels.
  public init() {}

  /// y[c] = x[c][0].
  public func forward(_ input: TensorView, _ pass: Pass) -> TensorView {
    self.input = input
    let result = output.view(groups: input.groups, channels: input.channels, length: 1)
    pass.forEachChannel(input.channels) { channel, group in
      result.channel(channel, group: group).update(from: input.channel(channel, group: group), count: Tensor.lanes)
    }
    return result
  }

  /// dx[c][0] = dy[c], 0 elsewhere.
  public func backward(_ gradient: TensorView, _ pass: Pass) -> TensorView {
    let input = input.keptByForward
    let result = inputGradient.view(groups: input.groups, channels: input.channels, length: input.length)
    result.clear()
    pass.forEachChannel(input.channels) { channel, group in
      result.channel(channel, group: group).update(from: gradient.channel(channel, group: group), count: Tensor.lanes)
    }
    return result
  }
}

/// The same numbers in another shape; nothing is copied.
public final class Reshape: Layer {
  /// What becomes of channels and time.
  public enum Form: Sendable {
    /// `[channels, length]` to `[channels * length, 1]`: every number is a feature (PyTorch's `flatten`).
    case features
    /// `[channels, length]` to `[1, channels * length]`: the channels one after the other in time.
    case oneChannel
  }

  private let form: Form
  private var shape: (channels: Int, length: Int)?

  /// To `form`.
  public init(_ form: Form) { self.form = form }

  /// The input in its new shape.
  public func forward(_ input: TensorView, _ pass: Pass) -> TensorView {
    shape = (input.channels, input.length)
    let numbers = input.channels * input.length
    switch form {
    case .features: return input.shaped(channels: numbers, length: 1)
    case .oneChannel: return input.shaped(channels: 1, length: numbers)
    }
  }

  /// The gradient in the input's shape.
  public func backward(_ gradient: TensorView, _ pass: Pass) -> TensorView {
    let shape = shape.keptByForward
    return gradient.shaped(channels: shape.channels, length: shape.length)
  }
}

extension TensorView {
  /// The same numbers as so many channels of so many steps.
  func shaped(channels: Int, length: Int) -> TensorView {
    TensorView(base: base, groups: groups, channels: channels, length: length, groupStride: groupStride)
  }
}
