import CKernels

/// One layer of long short-term memory, `[inputs, length]` to `[units, length]`. With z[t] = W x[t] + b + U h[t - 1] + c
/// cut into four parts in PyTorch's order:
///
///     i = σ(z1),  f = σ(z2),  g = tanh(z3),  o = σ(z4)
///     cell[t] = f cell[t - 1] + i g,  h[t] = o tanh(cell[t])
///
/// from cell = h = 0; the result is h. Hochreiter and Schmidhuber 1997 with the forget gate of Gers et al. 2000. Initial
/// numbers are uniform in ±1/sqrt(units), PyTorch's default.
///
/// Groups of 16 recordings are independent, so that threads divide these among themselves; a batch should have at least
/// as many groups as there are threads.
public final class LSTM: Layer {
  /// W `[4 units, inputs]`, U `[4 units, units]`, b and c `[4 units]`.
  public let parameters: [Parameter]
  private let inputs: Int
  private let units: Int
  private let needsInputGradient: Bool

  private let output = Tensor()
  private let inputGradient = Tensor()
  /// z, then the gates' values, then the gradients to z: `[length][4 units]`.
  private let gates = Tensor()
  /// The states before each step and after the last: `[length + 1][units]`.
  private let cells = Tensor()
  private let hidden = Tensor()
  private let biases = Tensor()
  private let turnedInput = Tensor()
  private let turnedHidden = Tensor()
  private let scratch = Tensor()
  private let partial = Tensor()
  private let one = Tensor()
  private var input: TensorView?

  /// Layer `layer` (from 0) of the LSTM `name`: its parameters are `<name>.weight_ih_l<layer>` and so on. The first layer
  /// of a network needs no gradient to its input.
  public init(name: String, layer: Int, inputs: Int, units: Int, needsInputGradient: Bool = true) {
    self.inputs = inputs
    self.units = units
    self.needsInputGradient = needsInputGradient
    let bound = 1 / Float(units).squareRoot()
    parameters = [
      Parameter(name: "\(name).weight_ih_l\(layer)", shape: [4 * units, inputs], initialBound: bound),
      Parameter(name: "\(name).weight_hh_l\(layer)", shape: [4 * units, units], initialBound: bound),
      Parameter(name: "\(name).bias_ih_l\(layer)", shape: [4 * units], initialBound: bound),
      Parameter(name: "\(name).bias_hh_l\(layer)", shape: [4 * units], initialBound: bound),
    ]
  }

  /// From x to z: time lies innermost before and outermost after.
  private func entranceShape(_ length: Int) -> ek_strided_shape {
    ek_strided_shape(
      inputs: inputs, outputs: 4 * units, taps: 1, length: length, x_pitch: length, x_step: 1, y_pitch: 1,
      y_step: 4 * units)
  }

  /// h as above. O(units * (inputs + units)) for each time step.
  public func forward(_ input: TensorView, _ pass: Pass) -> TensorView {
    self.input = input
    let (units, length, groups) = (units, input.length, input.groups)
    let gates = gates.view(groups: groups, channels: length, length: 4 * units)
    let cells = cells.view(groups: groups, channels: length + 1, length: units)
    let hidden = hidden.view(groups: groups, channels: length + 1, length: units)
    let result = output.view(groups: groups, channels: units, length: length)
    pass.convolve(
      entranceShape(length), input, weights: SharedPointer(parameters[0].value), biases: bothBiases(), into: gates)
    let weights = SharedPointer(parameters[1].value)
    pass.count(groups * length * Arithmetic.recurrence(units: units, isForward: true))
    pass.forEachChannel(1) { _, group in
      for state in [cells, hidden] { state.channel(0, group: group).update(repeating: 0, count: units * Tensor.lanes) }
      pass.kernels.lstm_forward(
        weights.base, gates.channel(0, group: group), cells.channel(0, group: group), hidden.channel(0, group: group),
        length, units)
      pass.kernels.turn(hidden.channel(1, group: group), length, units, result.channel(0, group: group))
    }
    return result
  }

  /// Backwards in time, with dh[t] = dy[t] + U^T dz[t + 1] and dcell[t] = dh o (1 - tanh(cell)^2) + f[t + 1] dcell[t + 1]:
  ///
  ///     dz1 = dcell g i (1 - i),  dz2 = dcell cell[t - 1] f (1 - f),  dz3 = dcell i (1 - g^2),
  ///     dz4 = dh tanh(cell) o (1 - o)
  ///
  /// and then dW = sum dz x^T, dU = sum dz[t] h[t - 1]^T, db = dc = sum dz, dx = W^T dz.
  public func backward(_ gradient: TensorView, _ pass: Pass) -> TensorView {
    let input = input.keptByForward
    let (units, length, groups) = (units, input.length, input.groups)
    let gates = gates.view(groups: groups, channels: length, length: 4 * units)
    let cells = cells.view(groups: groups, channels: length + 1, length: units)
    let hidden = hidden.view(groups: groups, channels: length + 1, length: units)
    let scratch = scratch.view(groups: groups, channels: 2, length: units)
    let turned = turn(parameters[1], in: turnedHidden)
    pass.count(groups * length * Arithmetic.recurrence(units: units, isForward: false))
    pass.forEachChannel(1) { _, group in
      pass.kernels.lstm_backward(
        turned.base, gradient.channel(0, group: group), gates.channel(0, group: group), cells.channel(0, group: group),
        scratch.channel(0, group: group), length, units)
    }
    let entrance = entranceShape(length)
    pass.convolveWeights(entrance, input, gates, into: parameters[0].gradient, partial: partial)
    var recurrence = entrance
    (recurrence.inputs, recurrence.x_pitch, recurrence.x_step) = (units, 1, units)
    pass.convolveWeights(recurrence, hidden, gates, into: parameters[1].gradient, partial: partial)
    pass.convolveBiases(entrance, gates, into: parameters[2].gradient, one: one, partial: partial)
    parameters[3].gradient.update(from: parameters[2].gradient, count: 4 * units)
    let result = inputGradient.view(groups: groups, channels: inputs, length: length)
    if needsInputGradient {
      let back = ek_strided_shape(
        inputs: 4 * units, outputs: inputs, taps: 1, length: length, x_pitch: 1, x_step: 4 * units, y_pitch: length,
        y_step: 1)
      pass.convolve(back, gates, weights: turn(parameters[0], in: turnedInput), into: result)
    }
    return result
  }

  private func bothBiases() -> SharedPointer {
    let sums = biases.view(groups: 1, channels: 1, length: (4 * units + Tensor.lanes - 1) / Tensor.lanes)
    for row in 0..<4 * units { sums.base[row] = parameters[2].value[row] + parameters[3].value[row] }
    return SharedPointer(sums.base)
  }

  /// `[rows][columns]` as `[columns][rows]`.
  private func turn(_ parameter: Parameter, in tensor: Tensor) -> SharedPointer {
    let (rows, columns) = (parameter.shape[0], parameter.shape[1])
    let result = tensor.view(groups: 1, channels: 1, length: (rows * columns + Tensor.lanes - 1) / Tensor.lanes)
    for row in 0..<rows {
      for column in 0..<columns { result.base[column * rows + row] = parameter.value[row * columns + column] }
    }
    return SharedPointer(result.base)
  }
}

/// Mean over all time, maximum over all time and the last step, one after the other: `[channels, length]` to
/// `[3 channels, 1]`. Strodthoff et al. 2021 put it behind recurrent layers.
public final class MeanMaximumLastPooling: Layer {
  private let pool = ConcatenatedPooling()
  private let output = Tensor()
  private let pooledGradient = Tensor()
  private var input: TensorView?

  /// A pool of any number of channels.
  public init() {}

  /// y[c] = mean over t of x[c][t], y[channels + c] = max over t of x[c][t], y[2 channels + c] = x[c][length - 1].
  public func forward(_ input: TensorView, _ pass: Pass) -> TensorView {
    self.input = input
    let channels = input.channels
    let pooled = pool.forward(input, pass)
    let result = output.view(groups: input.groups, channels: 3 * channels, length: 1)
    pass.forEachChannel(channels) { channel, group in
      let last = input.channel(channel, group: group) + (input.length - 1) * Tensor.lanes
      let sources = [pooled.channel(channels + channel, group: group), pooled.channel(channel, group: group), last]
      for (third, source) in sources.enumerated() {
        result.channel(third * channels + channel, group: group).update(from: source, count: Tensor.lanes)
      }
    }
    return result
  }

  /// The mean's gradient goes in equal shares to all steps, the maximum's to the first that has it.
  public func backward(_ gradient: TensorView, _ pass: Pass) -> TensorView {
    let input = input.keptByForward
    let channels = input.channels
    let pooled = pooledGradient.view(groups: input.groups, channels: 2 * channels, length: 1)
    pass.forEachChannel(channels) { channel, group in
      pooled.channel(channel, group: group).update(
        from: gradient.channel(channels + channel, group: group), count: Tensor.lanes)
      pooled.channel(channels + channel, group: group).update(
        from: gradient.channel(channel, group: group), count: Tensor.lanes)
    }
    let result = pool.backward(pooled, pass)
    pass.forEachChannel(channels) { channel, group in
      pass.kernels.add(
        gradient.channel(2 * channels + channel, group: group), 1,
        result.channel(channel, group: group) + (input.length - 1) * Tensor.lanes)
    }
    return result
  }
}
