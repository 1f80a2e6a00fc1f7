import CKernels

/// Several 1x1 convolutions of one activation, each on the activation itself or on its maxima over three neighbouring
/// steps (stride 1, padding never chosen):
///
///     y_b[o][t] = sum over i of w_b[o][i] x[i][t],  or of w_b[o][i] max(x[i][t - 1], x[i][t], x[i][t + 1])
///
/// x is `[inputs, length]`, y_b `[outputs of b, length]`; no bias. They share one pass over x, in blocks of time that
/// stay in cache, which is where the activation is normalised, rectified and pooled; nothing of it is written.
/// Initial weights are uniform in ±1/sqrt(inputs), PyTorch's default.
public final class PointwiseConvolutions {
  /// One convolution's name, size and input.
  public struct Branch: Sendable {
    let name: String
    let outputs: Int
    let onMaxima: Bool

    /// A branch of `outputs` filters, its parameter `<name>.weight`; on the maxima of three where asked.
    public init(name: String, outputs: Int, onMaxima: Bool = false) {
      self.name = name
      self.outputs = outputs
      self.onMaxima = onMaxima
    }
  }

  /// One weight for each branch.
  public let parameters: [Parameter]
  private let branches: [Branch]
  private let inputs: Int

  /// Convolutions of `inputs` channels.
  public init(inputs: Int, branches: [Branch]) {
    self.inputs = inputs
    self.branches = branches
    parameters = branches.map {
      Parameter(
        name: $0.name + ".weight", shape: [$0.outputs, inputs, 1], initialBound: 1 / Float(inputs).squareRoot())
    }
  }

  // MARK: forward

  /// Time steps at once: all channels of them lie in the second-level cache, twice where there are maxima.
  private static let forwardBlock = 24

  /// Writes each branch's output to the result of the same place, and returns each one's sums of y and y^2 over time and
  /// recordings. O(inputs * outputs * length) for each recording.
  public func forward(_ x: Activation, into results: [TensorView], _ pass: Pass) -> [ChannelSums] {
    let strips = TimeStrips(length: x.length, block: Self.forwardBlock)
    let units = x.groups * strips.count
    let sums = branches.map { ChannelSums(rows: units, channels: $0.outputs) }
    let weights = zip(branches, parameters).map { branch, parameter in transposed(parameter, branch, pass) }
    let (inputs, branches, kernels) = (inputs, branches, pass.kernels)
    let hasMaxima = branches.contains(where: \.onMaxima)
    countForward(x, pass)
    pass.compute.workers.forEach(units) { unit in
      let (group, strip) = (unit / strips.count, unit % strips.count)
      let panel = Panel(channels: inputs, steps: Self.forwardBlock + 2, pass)
      let maxima = hasMaxima ? Panel(channels: inputs, steps: Self.forwardBlock, pass) : panel
      var source = x.group(group)
      strips.forEachBlock(of: strip) { from, steps in
        kernels.activate(&source, 0, inputs, from - 1, steps + 2, -Float.infinity, panel.base, panel.stride)
        if hasMaxima { kernels.maxima(panel.base, panel.stride, maxima.base, maxima.stride, inputs, steps) }
        for (index, branch) in branches.enumerated() {
          let (rows, stride) = branch.onMaxima ? (maxima.base, maxima.stride) : (panel.at(step: 1), panel.stride)
          let result = results[index]
          let rowStride = result.length * Tensor.lanes
          let target = result.channel(0, group: group) + from * Tensor.lanes
          kernels.product(
            weights[index].base, branch.outputs, rows, stride, target, rowStride, nil, branch.outputs, inputs, steps, 0)
          guard pass.isTraining else { continue }
          kernels.panel_moments(
            target, rowStride, branch.outputs, steps, pass.mask(group: group), sums[index].row(unit))
        }
      }
    }
    if let probe = pass.probe {
      probe.look(at: x, readBy: branches.first?.name ?? "", pass)
      for (branch, result) in zip(branches, results) { probe.look(at: result, of: branch.name) }
    }
    return sums
  }

  private func countForward(_ x: Activation, _ pass: Pass) {
    let steps = x.groups * x.length
    if x.norm != nil { pass.count(Arithmetic.activation(numbers: steps * inputs, hasShortcut: x.shortcut != nil)) }
    for branch in branches {
      pass.count(Arithmetic.product(outputs: branch.outputs, inputs: inputs, steps: steps))
      if pass.isTraining { pass.count(Arithmetic.moments(numbers: steps * branch.outputs)) }
    }
  }

  private func countBackward(_ x: Activation, needsInputGradient: Bool, _ pass: Pass) {
    let steps = x.groups * x.length
    if x.norm != nil {
      pass.count(Arithmetic.activation(numbers: steps * inputs, hasShortcut: x.shortcut != nil))
      if needsInputGradient { pass.count(Arithmetic.moments(numbers: steps * inputs)) }
    }
    for branch in branches {
      pass.count(Arithmetic.gradient(numbers: steps * branch.outputs))
      let product = Arithmetic.product(outputs: branch.outputs, inputs: inputs, steps: steps)
      pass.count(needsInputGradient ? 2 * product : product)
    }
  }

  /// A branch's weights as `[inputs][outputs]`, so that those of one input lie together.
  private func transposed(_ parameter: Parameter, _ branch: Branch, _ pass: Pass) -> TensorMemory.Piece {
    let result = pass.compute.memory.take(parameter.count)
    for output in 0..<branch.outputs {
      for input in 0..<inputs {
        result.base[input * branch.outputs + output] = parameter.value[output * inputs + input]
      }
    }
    return result
  }

  // MARK: backward

  private static let backwardBlock = 48
  /// Channels of x at once: both their panels and the gradients' stay in the second-level cache.
  private static let channelBlock = 32

  /// Sets the weights' gradients from those to the branches' outputs, in their order,
  ///
  ///     dw_b[o][i] = sum over recordings, t of dy_b[o][t] x[i][t]
  ///     dx[i][t]   = sum over b, o of w_b[o][i] dy_b[o][t]
  ///
  /// (maxima in place of x where the branch is on them, their gradient going to the step that was chosen, of equal ones
  /// to the first, as in PyTorch), and returns dx where `needsInputGradient`.
  public func backward(
    _ gradients: [SignalGradient], of x: Activation, needsInputGradient: Bool, _ pass: Pass
  ) -> ActivationGradient? {
    let strips = TimeStrips(length: x.length, block: Self.backwardBlock)
    let units = x.groups * strips.count
    let partials = parameters.map { pass.compute.memory.take(units * $0.count) }
    let result =
      needsInputGradient
      ? pass.compute.memory.tensor(groups: x.groups, channels: inputs, length: x.length) : nil
    let sums = ChannelSums(rows: units, channels: inputs)
    let shortcutSums = x.shortcut.map { _ in ChannelSums(rows: units, channels: inputs) }
    countBackward(x, needsInputGradient: needsInputGradient, pass)
    pass.compute.workers.forEach(units) { [inputs, branches, parameters] unit in
      let (group, strip) = (unit / strips.count, unit % strips.count)
      for (partial, parameter) in zip(partials, parameters) {
        (partial.base + unit * parameter.count).update(repeating: 0, count: parameter.count)
      }
      let work = BackwardWork(branches: branches, block: Self.backwardBlock, channels: Self.channelBlock, pass)
      strips.forEachBlock(of: strip) { from, steps in
        work.read(gradients, group: group, from: from, steps: steps, pass)
        for first in stride(from: 0, to: inputs, by: Self.channelBlock) {
          let count = min(Self.channelBlock, inputs - first)
          work.read(x, group: group, channels: first..<first + count, from: from, steps: steps, pass)
          work.addWeightGradients(
            partials.enumerated().map { $1.base + unit * parameters[$0].count + first }, stride: inputs, count: count,
            steps: steps, pass)
          guard let result else { continue }
          work.inputGradient(parameters.map { $0.value + first }, stride: inputs, count: count, steps: steps, pass)
          work.write(
            to: result, x, group: group, first: first, count: count, from: from, steps: steps,
            sums.row(unit, channel: first), shortcutSums?.row(unit, channel: first), pass)
        }
      }
    }
    for (parameter, partial) in zip(parameters, partials) { parameter.setGradient(adding: partial, parts: units) }
    return result.map { ActivationGradient(gradient: $0, sums: sums, shortcutSums: shortcutSums) }
  }
}

/// A panel of scratch memory: rows of `[step][16 lanes]`, an odd number of steps apart, so that the rows of one step fall
/// into different sets of the cache.
struct Panel: @unchecked Sendable {
  private let piece: TensorMemory.Piece
  /// Floats from one row to the next.
  let stride: Int

  init(channels: Int, steps: Int, _ pass: Pass) {
    stride = (steps | 1) * Tensor.lanes
    piece = pass.compute.memory.take(channels * stride)
  }

  var base: UnsafeMutablePointer<Float> { piece.base }
  func at(step: Int) -> UnsafeMutablePointer<Float> { base + step * Tensor.lanes }
}

extension Parameter {
  /// Sets the gradient to the sum of `parts` pieces, in their order.
  func setGradient(adding pieces: TensorMemory.Piece, parts: Int) {
    gradient.update(from: pieces.base, count: count)
    for part in 1..<max(1, parts) {
      let piece = pieces.base + part * count
      for index in 0..<count { gradient[index] += piece[index] }
    }
  }
}
