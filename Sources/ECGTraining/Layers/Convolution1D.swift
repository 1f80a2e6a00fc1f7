import CKernels

/// One or more convolutions over the same input, their outputs one after the other:
///
///     y[o][t] = sum over i, k of w[o][i][k] x[i][t + k - (taps - 1) / 2]
///
/// x is `[inputs, length]`, y `[outputs, length]`, zeros outside ("same" padding), an odd number of taps, no bias.
/// Branches of fewer taps are padded with zero taps on both sides, so that all run as one convolution. Where the input
/// is long and the taps are many it runs in the frequency domain (``FourierConvolution``), else directly.
/// Initial weights are uniform in ±1/sqrt(inputs * taps), PyTorch's default.
public final class Convolution1D: Layer {
  /// One convolution's name and size.
  public struct Branch: Sendable {
    let name: String
    let outputs: Int
    let taps: Int

    /// A branch of `outputs` filters of `taps` (odd) taps; its parameter is `<name>.weight`.
    public init(name: String, outputs: Int, taps: Int) {
      self.name = name
      self.outputs = outputs
      self.taps = taps
    }
  }

  /// One weight for each branch.
  public let parameters: [Parameter]
  private let branches: [Branch]
  private let inputs: Int
  /// All branches' filters.
  public let outputs: Int
  private let taps: Int
  private let needsInputGradient: Bool

  private let output = Tensor()
  private let inputGradient = Tensor()
  private let paddedInput = Tensor()
  private let paddedGradient = Tensor()
  private let fourier: FourierConvolution?
  private var input: TensorView?

  /// Convolutions of `inputs` channels. The first layer of a network needs no gradient to its input.
  public init(inputs: Int, branches: [Branch], needsInputGradient: Bool = true) {
    self.inputs = inputs
    self.branches = branches
    self.needsInputGradient = needsInputGradient
    outputs = branches.reduce(0) { $0 + $1.outputs }
    let taps = branches.map(\.taps).max() ?? 1
    self.taps = taps
    parameters = branches.map { branch in
      Parameter(
        name: branch.name + ".weight", shape: [branch.outputs, inputs, branch.taps],
        initialBound: 1 / Float(inputs * branch.taps).squareRoot())
    }
    fourier = FourierConvolution(inputs: inputs, outputs: outputs, taps: taps)
  }

  /// One convolution.
  public convenience init(name: String, inputs: Int, outputs: Int, taps: Int, needsInputGradient: Bool = true) {
    self.init(
      inputs: inputs, branches: [Branch(name: name, outputs: outputs, taps: taps)],
      needsInputGradient: needsInputGradient)
  }

  /// y as above, in memory of its own.
  public func forward(_ input: TensorView, _ pass: Pass) -> TensorView {
    let result = output.view(groups: input.groups, channels: outputs, length: input.length)
    forward(input, into: result, pass)
    return result
  }

  /// Writes y to `result`, which may be some channels of a wider tensor.
  public func forward(_ input: TensorView, into result: TensorView, _ pass: Pass) {
    self.input = pass.isTraining ? input : nil
    defer { pass.probe?.look(at: result, of: branches.map(\.name).joined(separator: " + ")) }
    let weights = mergedWeights(pass)
    if let fourier, fourier.isFaster(length: input.length) {
      _ = fourier.forward(input, weights: weights, into: result, pass)
    } else {
      forwardDirectly(input, weights: weights, into: result, pass)
    }
  }

  /// The same, and returns the sums of y and of y^2 that a batch norm needs.
  public func forwardWithSums(_ input: TensorView, into result: TensorView, _ pass: Pass) -> ChannelSums {
    self.input = pass.isTraining ? input : nil
    defer { pass.probe?.look(at: result, of: branches.map(\.name).joined(separator: " + ")) }
    let weights = mergedWeights(pass)
    if let fourier, fourier.isFaster(length: input.length) {
      return fourier.forward(input, weights: weights, into: result, pass)
    }
    forwardDirectly(input, weights: weights, into: result, pass)
    let sums = ChannelSums(rows: result.groups, channels: outputs)
    guard pass.isTraining else { return sums }
    pass.forEachChannel(outputs) { channel, group in
      pass.kernels.panel_moments(
        result.channel(channel, group: group), 0, 1, result.length, pass.mask(group: group),
        sums.row(group, channel: channel))
    }
    return sums
  }

  /// dx[i][t] = sum over o, k of w[o][i][k] dy[o][t - k + (taps - 1) / 2];
  /// dw[o][i][k] = sum over recordings, t of dy[o][t] x[i][t + k - (taps - 1) / 2].
  public func backward(_ gradient: TensorView, _ pass: Pass) -> TensorView {
    let result = inputGradient.view(groups: gradient.groups, channels: inputs, length: gradient.length)
    backward(SignalGradient(gradient), to: needsInputGradient ? result : nil, pass)
    return result
  }

  /// The same for a gradient that is made on the way, dx written to `result` where there is one.
  public func backward(_ gradient: SignalGradient, to result: TensorView?, _ pass: Pass) {
    let input = input.keptByForward
    let weights = mergedWeights(pass)
    let weightGradient = pass.compute.memory.take(mergedCount)
    if let fourier, fourier.isFaster(length: input.length) {
      fourier.backward(
        gradient, input: input, weights: weights, weightGradient: weightGradient, inputGradient: result, pass)
    } else {
      let plain = gradient.isPlain ? gradient.gradient : made(gradient, pass)
      weightGradientDirectly(plain, length: input.length, into: weightGradient, pass)
      if let result { inputGradientDirectly(plain, weights: weights, into: result, pass) }
    }
    splitGradient(weightGradient)
    self.input = nil
  }

  private func made(_ gradient: SignalGradient, _ pass: Pass) -> TensorView {
    let (groups, length) = (gradient.gradient.groups, gradient.gradient.length)
    let result = pass.compute.memory.tensor(groups: groups, channels: outputs, length: length)
    pass.forEachChannel(outputs) { channel, group in
      var source = gradient.group(group, pass)
      pass.kernels.differentiate(&source, channel, 1, 0, length, result.channel(channel, group: group), 0)
    }
    return result
  }

  // MARK: direct

  private func forwardDirectly(_ input: TensorView, weights: TensorMemory.Piece, into result: TensorView, _ pass: Pass)
  {
    let padded = pad(input, in: paddedInput, pass)
    let (inputs, taps, length) = (inputs, taps, input.length)
    pass.count(Arithmetic.product(outputs: outputs, inputs: inputs * taps, steps: length * input.groups))
    let blocks = (outputs + 3) / 4
    pass.forEachChannel(blocks) { [outputs] block, group in
      pass.kernels.convolve(
        padded.channel(0, group: group), weights.base, nil, result.channel(0, group: group), inputs, taps, length,
        block * 4, min(outputs, block * 4 + 4))
    }
  }

  private func weightGradientDirectly(
    _ gradient: TensorView, length: Int, into result: TensorMemory.Piece, _ pass: Pass
  ) {
    let padded = pad(nil, in: paddedInput, pass)
    let (inputs, taps, outputs) = (inputs, taps, outputs)
    let perGroup = outputs * inputs * taps
    pass.count(Arithmetic.product(outputs: outputs, inputs: inputs * taps, steps: length * gradient.groups))
    // Groups are added in order afterwards, whichever thread came first.
    let partial = pass.compute.memory.take(gradient.groups * perGroup)
    let blocks = (outputs + 3) / 4
    pass.forEachChannel(blocks) { block, group in
      pass.kernels.convolve_weights(
        padded.channel(0, group: group), gradient.channel(0, group: group), partial.base + group * perGroup, inputs,
        taps, length, block * 4, min(outputs, block * 4 + 4))
    }
    for index in 0..<perGroup {
      var sum = partial.base[index]
      for group in 1..<max(1, gradient.groups) { sum += partial.base[group * perGroup + index] }
      result.base[index] = sum
    }
  }

  /// The gradient to the input is a convolution with inputs and outputs exchanged and the taps in reverse.
  private func inputGradientDirectly(
    _ gradient: TensorView, weights: TensorMemory.Piece, into result: TensorView, _ pass: Pass
  ) {
    let turned = pass.compute.memory.take(mergedCount)
    for output in 0..<outputs {
      for input in 0..<inputs {
        for tap in 0..<taps {
          turned.base[(input * outputs + output) * taps + tap] =
            weights.base[(output * inputs + input) * taps + (taps - 1 - tap)]
        }
      }
    }
    let padded = pad(gradient, in: paddedGradient, pass)
    let (inputs, outputs, taps, length) = (inputs, outputs, taps, gradient.length)
    pass.count(Arithmetic.product(outputs: outputs, inputs: inputs * taps, steps: length * gradient.groups))
    let blocks = (inputs + 3) / 4
    pass.forEachChannel(blocks) { block, group in
      pass.kernels.convolve(
        padded.channel(0, group: group), turned.base, nil, result.channel(0, group: group), outputs, taps, length,
        block * 4, min(inputs, block * 4 + 4))
    }
  }

  /// A copy with (taps - 1) / 2 zeros on both sides; the view itself where there is 1 tap. `nil` asks for the copy that
  /// `forward` made.
  private func pad(_ view: TensorView?, in tensor: Tensor, _ pass: Pass) -> TensorView {
    let original = view ?? input.keptByForward
    if taps == 1 { return original }
    let margin = (taps - 1) / 2
    let padded = tensor.view(
      groups: original.groups, channels: original.channels, length: original.length + taps - 1)
    guard view != nil else { return padded }
    let count = original.length * Tensor.lanes
    pass.forEachChannel(original.channels) { channel, group in
      let target = padded.channel(channel, group: group)
      target.update(repeating: 0, count: margin * Tensor.lanes)
      (target + margin * Tensor.lanes).update(from: original.channel(channel, group: group), count: count)
      (target + margin * Tensor.lanes + count).update(repeating: 0, count: margin * Tensor.lanes)
    }
    return padded
  }

  // MARK: branches as one convolution

  private var mergedCount: Int { outputs * inputs * taps }

  private func mergedWeights(_ pass: Pass) -> TensorMemory.Piece {
    let result = pass.compute.memory.take(mergedCount)
    forEachFilter { parameter, filter, row, margin, branchTaps in
      let target = result.base + row * taps
      target.update(repeating: 0, count: taps)
      (target + margin).update(from: parameter.value + filter * branchTaps, count: branchTaps)
    }
    return result
  }

  private func splitGradient(_ gradient: TensorMemory.Piece) {
    forEachFilter { parameter, filter, row, margin, branchTaps in
      (parameter.gradient + filter * branchTaps).update(from: gradient.base + row * taps + margin, count: branchTaps)
    }
  }

  /// Every (output, input) pair: its place in its branch and among all.
  private func forEachFilter(
    _ body: (_ parameter: Parameter, _ filter: Int, _ row: Int, _ margin: Int, _ taps: Int) -> Void
  ) {
    var row = 0
    for (branch, parameter) in zip(branches, parameters) {
      for filter in 0..<branch.outputs * inputs {
        body(parameter, filter, row, (taps - branch.taps) / 2, branch.taps)
        row += 1
      }
    }
  }
}
