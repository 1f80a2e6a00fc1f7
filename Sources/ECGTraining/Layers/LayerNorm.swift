import CKernels

/// Layer norm over the channels of each time step:
///
///     y[c][t] = gamma[c] (x[c][t] - mean[t]) / sqrt(variance[t] + 1e-5) + beta[c]
///
/// with mean and (biased) variance of the step's channels. `[channels, length]`. Ba, Kiros and Hinton 2016, equation 3.
public final class LayerNorm: Layer {
  /// gamma and beta.
  public let parameters: [Parameter]
  private let channels: Int
  private static let epsilon: Float = 1e-5
  private static let piece = 16

  private let output = Tensor()
  private let inputGradient = Tensor()
  private let means = Tensor()
  private let inverses = Tensor()
  private let sums = Tensor()
  private var input: TensorView?

  /// Layer norm of `channels` channels under `name`.
  public init(name: String, channels: Int) {
    self.channels = channels
    parameters = [
      Parameter(name: name + ".weight", shape: [channels], initialConstant: 1),
      Parameter(name: name + ".bias", shape: [channels]),
    ]
  }

  /// y as above. O(numbers).
  public func forward(_ input: TensorView, _ pass: Pass) -> TensorView {
    self.input = input
    let (channels, length) = (channels, input.length)
    let result = output.view(groups: input.groups, channels: channels, length: length)
    let means = means.view(groups: input.groups, channels: 1, length: length)
    let inverses = inverses.view(groups: input.groups, channels: 1, length: length)
    let (gamma, beta) = (SharedPointer(parameters[0].value), SharedPointer(parameters[1].value))
    pass.count(Arithmetic.layerNorm(numbers: input.groups * channels * length))
    pass.forEachChannel((length + Self.piece - 1) / Self.piece) { piece, group in
      pass.kernels.layer_norm(
        input.channel(0, group: group), gamma.base, beta.base, channels, length, Self.epsilon,
        result.channel(0, group: group), means.channel(0, group: group), inverses.channel(0, group: group),
        piece * Self.piece, min(length, (piece + 1) * Self.piece))
    }
    return result
  }

  /// With g = gamma dy and x^ = (x - mean) / deviation, means over the channels of a step:
  ///
  ///     d gamma = sum dy x^,  d beta = sum dy,  dx = (g - mean(g) - x^ mean(g x^)) / deviation
  public func backward(_ gradient: TensorView, _ pass: Pass) -> TensorView {
    let input = input.keptByForward
    let (channels, length, groups) = (channels, input.length, input.groups)
    let means = means.view(groups: groups, channels: 1, length: length)
    let inverses = inverses.view(groups: groups, channels: 1, length: length)
    pass.count(Arithmetic.layerNormGradient(numbers: groups * channels * length))
    sumParameterGradients(gradient, input, means, inverses, pass)
    let result = inputGradient.view(groups: groups, channels: channels, length: length)
    let gamma = SharedPointer(parameters[0].value)
    pass.forEachChannel((length + Self.piece - 1) / Self.piece) { piece, group in
      pass.kernels.layer_norm_gradient(
        gradient.channel(0, group: group), input.channel(0, group: group), gamma.base, means.channel(0, group: group),
        inverses.channel(0, group: group), channels, length, result.channel(0, group: group), piece * Self.piece,
        min(length, (piece + 1) * Self.piece))
    }
    return result
  }

  private func sumParameterGradients(
    _ gradient: TensorView, _ input: TensorView, _ means: TensorView, _ inverses: TensorView, _ pass: Pass
  ) {
    // One row of 16 floats holds the two sums in double precision.
    let sums = sums.view(groups: input.groups, channels: channels, length: 1)
    pass.forEachChannel(channels) { channel, group in
      sums.channel(channel, group: group).withMemoryRebound(to: Double.self, capacity: 2) {
        pass.kernels.layer_norm_sums(
          gradient.channel(channel, group: group), input.channel(channel, group: group), means.channel(0, group: group),
          inverses.channel(0, group: group), input.length, $0)
      }
    }
    for channel in 0..<channels {
      var (sum, product) = (0.0, 0.0)
      for group in 0..<input.groups {
        sums.channel(channel, group: group).withMemoryRebound(to: Double.self, capacity: 2) {
          sum += $0[0]
          product += $0[1]
        }
      }
      parameters[0].gradient[channel] = Float(product)
      parameters[1].gradient[channel] = Float(sum)
    }
  }
}
