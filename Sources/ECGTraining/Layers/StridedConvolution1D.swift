/// A convolution of any stride, padding and number of taps, with biases where asked:
///
///     y[o][t] = b[o] + sum over i, k of w[o][i][k] x[i][t * stride + k - padding]
///
/// x is `[inputs, length]`, zeros outside; y is `[outputs, (length + 2 padding - taps) / stride + 1]`, rounded down. Where
/// the stride is 1, the taps are odd and there is no bias, ``Convolution1D`` is faster. Initial numbers are uniform in
/// ±1/sqrt(inputs * taps), PyTorch's default.
public final class StridedConvolution1D: Layer {
  /// w `[outputs, inputs, taps]` and, where asked, b `[outputs]`.
  public let parameters: [Parameter]
  private let inputs: Int
  private let outputs: Int
  private let needsInputGradient: Bool
  private let product: StridedProduct
  private let output = Tensor()
  private let inputGradient = Tensor()
  private var input: TensorView?

  /// A convolution under `name`. The first layer of a network needs no gradient to its input.
  public init(
    name: String, inputs: Int, outputs: Int, taps: Int, stride: Int = 1, padding: Int = 0, hasBias: Bool = false,
    needsInputGradient: Bool = true
  ) {
    self.inputs = inputs
    self.outputs = outputs
    self.needsInputGradient = needsInputGradient
    product = StridedProduct(inputs: inputs, outputs: outputs, taps: taps, stride: stride, padding: padding)
    let bound = 1 / Float(inputs * taps).squareRoot()
    let weight = Parameter(name: name + ".weight", shape: [outputs, inputs, taps], initialBound: bound)
    parameters = hasBias ? [weight, Parameter(name: name + ".bias", shape: [outputs], initialBound: bound)] : [weight]
  }

  /// y as above. O(inputs * outputs * taps) for each result.
  public func forward(_ input: TensorView, _ pass: Pass) -> TensorView {
    self.input = input
    let result = output.view(
      groups: input.groups, channels: outputs, length: product.resultLength(of: input.length))
    product.forward(
      input, weights: SharedPointer(parameters[0].value),
      biases: parameters.count > 1 ? SharedPointer(parameters[1].value) : nil, into: result, pass)
    return result
  }

  /// dx[i][u] = sum over o, t, k with t * stride + k - padding = u of w[o][i][k] dy[o][t];
  /// dw[o][i][k] = sum over recordings, t of dy[o][t] x[i][t * stride + k - padding];
  /// db[o] = sum over recordings, t of dy[o][t].
  public func backward(_ gradient: TensorView, _ pass: Pass) -> TensorView {
    let input = input.keptByForward
    let result = inputGradient.view(groups: input.groups, channels: inputs, length: input.length)
    product.backward(
      gradient, input: input, weights: SharedPointer(parameters[0].value), weightGradient: parameters[0].gradient,
      biasGradient: parameters.count > 1 ? parameters[1].gradient : nil,
      inputGradient: needsInputGradient ? result : nil, pass)
    return result
  }
}

/// The same linear map at every time step: y[t] = W x[t] + b. `[inputs, length]` to `[outputs, length]`, W
/// `[outputs, inputs]`. Initial numbers are uniform in ±1/sqrt(inputs), PyTorch's default.
public final class TimeLinear: Layer {
  /// W and b.
  public let parameters: [Parameter]
  private let inputs: Int
  private let outputs: Int
  private let product: StridedProduct
  private let output = Tensor()
  private let inputGradient = Tensor()
  private var input: TensorView?

  /// A map under `name`.
  public init(name: String, inputs: Int, outputs: Int) {
    self.inputs = inputs
    self.outputs = outputs
    product = StridedProduct(inputs: inputs, outputs: outputs, taps: 1, stride: 1, padding: 0)
    let bound = 1 / Float(inputs).squareRoot()
    parameters = [
      Parameter(name: name + ".weight", shape: [outputs, inputs], initialBound: bound),
      Parameter(name: name + ".bias", shape: [outputs], initialBound: bound),
    ]
  }

  /// y as above. O(inputs * outputs) for each time step.
  public func forward(_ input: TensorView, _ pass: Pass) -> TensorView {
    self.input = input
    let result = output.view(groups: input.groups, channels: outputs, length: input.length)
    product.forward(
      input, weights: SharedPointer(parameters[0].value), biases: SharedPointer(parameters[1].value), into: result, pass
    )
    return result
  }

  /// dx[t] = W^T dy[t]; dW = sum over recordings, t of dy[t] x[t]^T; db = sum over recordings, t of dy[t].
  public func backward(_ gradient: TensorView, _ pass: Pass) -> TensorView {
    let input = input.keptByForward
    let result = inputGradient.view(groups: input.groups, channels: inputs, length: input.length)
    product.backward(
      gradient, input: input, weights: SharedPointer(parameters[0].value), weightGradient: parameters[0].gradient,
      biasGradient: parameters[1].gradient, inputGradient: result, pass)
    return result
  }
}
