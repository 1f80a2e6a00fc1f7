import CKernels

/// y = W x + b over `[inputs, 1]`, W `[outputs, inputs]`. Initial numbers are uniform in ±1/sqrt(inputs), PyTorch's
/// default.
public final class Linear: Layer {
  /// W and b.
  public let parameters: [Parameter]
  private let inputs: Int
  private let outputs: Int
  private let output = Tensor()
  private let inputGradient = Tensor()
  private var input: TensorView?

  /// A layer under `name`.
  public init(name: String, inputs: Int, outputs: Int) {
    self.inputs = inputs
    self.outputs = outputs
    let bound = 1 / Float(inputs).squareRoot()
    parameters = [
      Parameter(name: name + ".weight", shape: [outputs, inputs], initialBound: bound),
      Parameter(name: name + ".bias", shape: [outputs], initialBound: bound),
    ]
  }

  /// y as above. O(inputs * outputs) for each recording.
  public func forward(_ input: TensorView, _ pass: Pass) -> TensorView {
    self.input = input
    let result = output.view(groups: input.groups, channels: outputs, length: 1)
    defer { pass.probe?.look(at: result, of: String(parameters[0].name.dropLast(".weight".count))) }
    let (weights, biases) = (SharedPointer(parameters[0].value), SharedPointer(parameters[1].value))
    let (inputs, outputs) = (inputs, outputs)
    pass.count(Arithmetic.product(outputs: outputs, inputs: inputs, steps: input.groups))
    pass.forEachChannel(1) { _, group in
      pass.kernels.convolve(
        input.channel(0, group: group), weights.base, biases.base, result.channel(0, group: group), inputs, 1, 1, 0,
        outputs)
    }
    return result
  }

  /// dx = W^T dy; dW = sum over recordings of dy x^T; db = sum over recordings of dy.
  public func backward(_ gradient: TensorView, _ pass: Pass) -> TensorView {
    let input = input.keptByForward
    let (inputs, outputs, groups) = (inputs, outputs, input.groups)
    let result = inputGradient.view(groups: groups, channels: inputs, length: 1)
    let transposed = pass.compute.memory.take(inputs * outputs)
    for output in 0..<outputs {
      for input in 0..<inputs {
        transposed.base[input * outputs + output] = parameters[0].value[output * inputs + input]
      }
    }
    let perGroup = outputs * inputs
    pass.count(2 * Arithmetic.product(outputs: outputs, inputs: inputs, steps: groups))
    let partial = pass.compute.memory.take(groups * perGroup)
    pass.forEachChannel(1) { _, group in
      pass.kernels.convolve(
        gradient.channel(0, group: group), transposed.base, nil, result.channel(0, group: group), outputs, 1, 1, 0,
        inputs)
      pass.kernels.convolve_weights(
        input.channel(0, group: group), gradient.channel(0, group: group), partial.base + group * perGroup, inputs, 1,
        1, 0, outputs)
    }
    for index in 0..<perGroup {
      var sum = partial.base[index]
      for group in 1..<max(1, groups) { sum += partial.base[group * perGroup + index] }
      parameters[0].gradient[index] = sum
    }
    for output in 0..<outputs {
      var sum: Float = 0
      for group in 0..<groups {
        let lanes = gradient.channel(output, group: group)
        for lane in 0..<Tensor.lanes { sum += lanes[lane] }
      }
      parameters[1].gradient[output] = sum
    }
    return result
  }
}

/// A pointer that threads only read.
struct SharedPointer: @unchecked Sendable {
  let base: UnsafeMutablePointer<Float>
  init(_ base: UnsafeMutablePointer<Float>) { self.base = base }
}
