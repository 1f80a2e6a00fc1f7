import CKernels

/// y = x Φ(x), Φ the normal distribution function, number by number. Hendrycks and Gimpel 2016, the exact form; Φ is
/// computed within 1.5e-7.
public final class GELU: Layer {
  private let output = Tensor()
  private let inputGradient = Tensor()
  private var input: TensorView?

  /// The function for any shape.
  public init() {}

  /// y as above. O(numbers).
  public func forward(_ input: TensorView, _ pass: Pass) -> TensorView {
    self.input = input
    let result = output.view(groups: input.groups, channels: input.channels, length: input.length)
    pass.count(Arithmetic.gelu(numbers: input.groups * input.channels * input.length))
    pass.forEachChannel(input.channels) { channel, group in
      pass.kernels.gelu(
        input.channel(channel, group: group), input.length, result.channel(channel, group: group))
    }
    return result
  }

  /// dx = dy (Φ(x) + x φ(x)), φ the normal density.
  public func backward(_ gradient: TensorView, _ pass: Pass) -> TensorView {
    let input = input.keptByForward
    let result = inputGradient.view(groups: input.groups, channels: input.channels, length: input.length)
    pass.count(Arithmetic.geluGradient(numbers: input.groups * input.channels * input.length))
    pass.forEachChannel(input.channels) { channel, group in
      pass.kernels.gelu_gradient(
        gradient.channel(channel, group: group), input.channel(channel, group: group), input.length,
        result.channel(channel, group: group))
    }
    return result
  }
}
