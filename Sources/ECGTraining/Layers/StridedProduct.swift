import CKernels

/// The arithmetic of a convolution with any stride and padding, of a linear layer over time steps (1 tap) and of an LSTM's
/// products, shared by their layers. Results are computed a few time steps at a time for all outputs, weights' gradients
/// some outputs at a time for all time steps: that is what threads divide among themselves.
extension Pass {
  /// Time steps of one thread's turn.
  private static let piece = 48
  /// Outputs of one thread's turn, for gradients to weights.
  private static let block = 32

  /// y[o][t] = bias[o] + sum over i, k of w[o][i][k] x[i][t * x_step + k], `xOffset` and `yOffset` rows further on.
  func convolve(
    _ shape: ek_strided_shape, _ x: TensorView, xOffset: Int = 0, weights: SharedPointer, biases: SharedPointer? = nil,
    into y: TensorView, yOffset: Int = 0
  ) {
    count(Arithmetic.product(outputs: shape.outputs, inputs: shape.inputs * shape.taps, steps: shape.length * groups))
    forEachChannel((shape.length + Self.piece - 1) / Self.piece) { piece, group in
      withUnsafePointer(to: shape) {
        kernels.strided_convolve(
          x.channel(0, group: group) + xOffset * Tensor.lanes, weights.base, biases?.base,
          y.channel(0, group: group) + yOffset * Tensor.lanes, $0, piece * Self.piece,
          min(shape.length, (piece + 1) * Self.piece))
      }
    }
  }

  /// dw[o][i][k] = sum over recordings, t of dy[o][t] x[i][t * x_step + k]. Groups are summed in `partial` first and then
  /// added in their order, whichever thread came first.
  func convolveWeights(
    _ shape: ek_strided_shape, _ x: TensorView, _ dy: TensorView, into result: UnsafeMutablePointer<Float>,
    partial: Tensor
  ) {
    let count = shape.outputs * shape.inputs * shape.taps
    self.count(
      Arithmetic.product(outputs: shape.outputs, inputs: shape.inputs * shape.taps, steps: shape.length * groups))
    let sums = partial.view(groups: groups, channels: 1, length: (count + Tensor.lanes - 1) / Tensor.lanes)
    forEachChannel((shape.outputs + Self.block - 1) / Self.block) { block, group in
      withUnsafePointer(to: shape) {
        kernels.strided_weights(
          x.channel(0, group: group), dy.channel(0, group: group), sums.channel(0, group: group), $0,
          block * Self.block, min(shape.outputs, (block + 1) * Self.block))
      }
    }
    result.update(from: sums.channel(0, group: 0), count: count)
    for group in 1..<max(1, groups) {
      let more = sums.channel(0, group: group)
      for index in 0..<count { result[index] += more[index] }
    }
  }

  /// db[o] = sum over recordings, t of dy[o][t]: the gradient to the weight of an input that is always 1.
  func convolveBiases(
    _ shape: ek_strided_shape, _ dy: TensorView, into result: UnsafeMutablePointer<Float>, one: Tensor, partial: Tensor
  ) {
    let x = one.view(groups: groups, channels: 1, length: 1)
    for group in 0..<groups { x.channel(0, group: group).update(repeating: 1, count: Tensor.lanes) }
    var single = shape
    (single.inputs, single.taps, single.x_pitch, single.x_step) = (1, 1, 0, 0)
    convolveWeights(single, x, dy, into: result, partial: partial)
  }
}

/// A convolution's forward and backward pass for given weights; see ``StridedConvolution1D``.
final class StridedProduct {
  private let inputs: Int
  private let outputs: Int
  private let taps: Int
  private let stride: Int
  private let padding: Int
  private let paddedInput = Tensor()
  private let paddedGradient = Tensor()
  private let turned = Tensor()
  private let partial = Tensor()
  private let one = Tensor()

  init(inputs: Int, outputs: Int, taps: Int, stride: Int, padding: Int) {
    self.inputs = inputs
    self.outputs = outputs
    self.taps = taps
    self.stride = stride
    self.padding = padding
  }

  /// Time steps of the result for `length` of the input; none where the taps do not fit.
  func resultLength(of length: Int) -> Int {
    let free = length + 2 * padding - taps
    return free < 0 ? 0 : free / stride + 1
  }

  private func shape(_ input: TensorView, _ result: TensorView) -> ek_strided_shape {
    ek_strided_shape(
      inputs: inputs, outputs: outputs, taps: taps, length: result.length, x_pitch: input.length + 2 * padding,
      x_step: stride, y_pitch: result.length, y_step: 1)
  }

  func forward(
    _ input: TensorView, weights: SharedPointer, biases: SharedPointer?, into result: TensorView, _ pass: Pass
  ) {
    let padded = pad(input, before: padding, after: padding, in: paddedInput, pass)
    pass.convolve(shape(input, result), padded, weights: weights, biases: biases, into: result)
  }

  /// Gradients to weights, biases and, where `inputGradient` is given, the input of the last forward pass.
  func backward(
    _ gradient: TensorView, input: TensorView, weights: SharedPointer, weightGradient: UnsafeMutablePointer<Float>,
    biasGradient: UnsafeMutablePointer<Float>?, inputGradient: TensorView?, _ pass: Pass
  ) {
    let padded =
      padding == 0
      ? input
      : paddedInput.view(groups: input.groups, channels: inputs, length: input.length + 2 * padding)
    let shape = shape(input, gradient)
    pass.convolveWeights(shape, padded, gradient, into: weightGradient, partial: partial)
    if let biasGradient {
      pass.convolveBiases(shape, gradient, into: biasGradient, one: one, partial: partial)
    }
    if let inputGradient { backward(gradient, weights: weights, into: inputGradient, pass) }
  }

  /// Input step u has weight w[k] in result t where u + padding = t * stride + k. The steps with one remainder of
  /// u + padding share the taps with that remainder, so each remainder is a convolution of stride 1 with these taps, in
  /// reverse, and inputs and outputs exchanged.
  private func backward(_ gradient: TensorView, weights: SharedPointer, into result: TensorView, _ pass: Pass) {
    let most = (taps + stride - 1) / stride
    let last = (result.length - 1 + padding) / stride
    let after = max(0, last - (gradient.length - 1))
    let padded = pad(gradient, before: most - 1, after: after, in: paddedGradient, pass)
    if stride > taps { result.clear() }
    for remainder in 0..<min(stride, taps) {
      let count = (taps - remainder + stride - 1) / stride
      let first = ((remainder - padding) % stride + stride) % stride
      guard first < result.length else { continue }
      let part = turn(weights, remainder: remainder, count: count)
      let shape = ek_strided_shape(
        inputs: outputs, outputs: inputs, taps: count, length: (result.length - 1 - first) / stride + 1,
        x_pitch: gradient.length + most - 1 + after, x_step: 1, y_pitch: result.length, y_step: stride)
      let offset = most - 1 + (first + padding - remainder) / stride - (count - 1)
      pass.convolve(
        shape, padded, xOffset: offset, weights: SharedPointer(part.base), into: result, yOffset: first)
    }
  }

  /// Every `stride`th tap from `remainder` on, the last first, as `[inputs][outputs][count]`.
  private func turn(_ weights: SharedPointer, remainder: Int, count: Int) -> TensorView {
    let part = turned.view(
      groups: 1, channels: 1, length: (inputs * outputs * count + Tensor.lanes - 1) / Tensor.lanes)
    for output in 0..<outputs {
      for input in 0..<inputs {
        let source = weights.base + (output * inputs + input) * taps + remainder
        let target = part.base + (input * outputs + output) * count
        for tap in 0..<count { target[count - 1 - tap] = source[tap * stride] }
      }
    }
    return part
  }

  /// A copy with zeros on both sides, or the view itself where there are none.
  private func pad(_ view: TensorView, before: Int, after: Int, in tensor: Tensor, _ pass: Pass) -> TensorView {
    if before == 0, after == 0 { return view }
    let padded = tensor.view(groups: view.groups, channels: view.channels, length: view.length + before + after)
    let count = view.length * Tensor.lanes
    pass.forEachChannel(view.channels) { channel, group in
      let target = padded.channel(channel, group: group)
      target.update(repeating: 0, count: before * Tensor.lanes)
      (target + before * Tensor.lanes).update(from: view.channel(channel, group: group), count: count)
      (target + before * Tensor.lanes + count).update(repeating: 0, count: after * Tensor.lanes)
    }
    return padded
  }
}
