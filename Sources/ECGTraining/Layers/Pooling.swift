import CKernels

/// Maximum over three neighbouring time steps, stride 1; padding is never chosen. `[channels, length]` to the same.
public final class MaxPool3: Layer {
  private let output = Tensor()
  private let inputGradient = Tensor()
  private var input: TensorView?

  /// A pool of any number of channels.
  public init() {}

  /// y[t] = max(x[t - 1], x[t], x[t + 1]). O(numbers).
  public func forward(_ input: TensorView, _ pass: Pass) -> TensorView {
    self.input = input
    let result = output.view(groups: input.groups, channels: input.channels, length: input.length)
    defer { pass.probe?.look(at: result, of: Self.self) }
    pass.forEachChannel(input.channels) { channel, group in
      pass.kernels.max_pool3(
        input.channel(channel, group: group), input.length, result.channel(channel, group: group))
    }
    return result
  }

  /// Each window's gradient goes to the step that was chosen, of equal ones to the first, as in PyTorch.
  public func backward(_ gradient: TensorView, _ pass: Pass) -> TensorView {
    let input = input.keptByForward
    let result = inputGradient.view(groups: input.groups, channels: input.channels, length: input.length)
    pass.forEachChannel(input.channels) { channel, group in
      pass.kernels.max_pool3_gradient(
        input.channel(channel, group: group), gradient.channel(channel, group: group), input.length,
        result.channel(channel, group: group))
    }
    return result
  }
}

/// Maximum over all time and mean over all time, one after the other: `[channels, length]` to `[2 channels, 1]`.
public final class ConcatenatedPooling: Layer {
  private let output = Tensor()
  private let shares = Tensor()
  private let inputGradient = Tensor()
  private var input: Activation?
  private let places = Places()
  /// Channels and steps at once, small enough for cache.
  private static let channelBlock = 16
  private static let block = 128

  /// A pool of any number of channels.
  public init() {}

  /// y[c] = max over t of x[c][t], y[channels + c] = mean over t of x[c][t]. O(numbers).
  public func forward(_ input: TensorView, _ pass: Pass) -> TensorView { forward(Activation(input), pass) }

  /// The same for an activation that is worked out on the way.
  public func forward(_ input: Activation, _ pass: Pass) -> TensorView {
    self.input = pass.isTraining ? input : nil
    pass.probe?.look(at: input, readBy: "pool", pass)
    let (channels, length) = (input.channels, input.length)
    let result = output.view(groups: input.groups, channels: 2 * channels, length: 1)
    defer { pass.probe?.look(at: result, of: Self.self) }
    places.reserve(input.groups * channels * Tensor.lanes)
    let blocks = (channels + Self.channelBlock - 1) / Self.channelBlock
    let storage = places.base
    pass.forEachChannel(blocks) { index, group in
      let first = index * Self.channelBlock
      let count = min(Self.channelBlock, channels - first)
      let panel = Panel(channels: count, steps: Self.block, pass)
      let (maximum, place) = (
        result.channel(first, group: group), storage.base + (group * channels + first) * Tensor.lanes
      )
      let numbers = count * Tensor.lanes
      maximum.update(repeating: -Float.infinity, count: numbers)
      place.update(repeating: 0, count: numbers)
      var source = input.group(group)
      withUnsafeTemporaryAllocation(of: Double.self, capacity: numbers) { sums in
        sums.initialize(repeating: 0)
        for from in stride(from: 0, to: length, by: Self.block) {
          let steps = min(Self.block, length - from)
          pass.kernels.activate(&source, first, count, from, steps, 0, panel.base, panel.stride)
          pass.kernels.pool_rows(
            panel.base, panel.stride, count, from, steps, maximum, place, sums.baseAddress)
        }
        let mean = result.channel(channels + first, group: group)
        for number in 0..<numbers { mean[number] = Float(sums[number] / Double(length)) }
      }
    }
    return result
  }

  /// The maximum's gradient goes to the first step that has it, the mean's in equal shares to all.
  public func backward(_ gradient: TensorView, _ pass: Pass) -> TensorView {
    let input = input.keptByForward
    let result = inputGradient.view(groups: input.groups, channels: input.channels, length: input.length)
    _ = backward(gradient, to: result, input, pass)
    return result
  }

  /// The gradient to the activation that was pooled.
  public func activationGradient(_ gradient: TensorView, _ pass: Pass) -> ActivationGradient {
    let input = input.keptByForward
    let result = pass.tensor(channels: input.channels, length: input.length)
    self.input = nil
    return backward(gradient, to: result, input, pass)
  }

  private func backward(
    _ gradient: TensorView, to result: TensorView, _ input: Activation, _ pass: Pass
  ) -> ActivationGradient {
    let (channels, length) = (input.channels, input.length)
    let sums = ChannelSums(rows: input.groups, channels: channels)
    let shortcutSums = input.shortcut.map { _ in ChannelSums(rows: input.groups, channels: channels) }
    let blocks = (channels + Self.channelBlock - 1) / Self.channelBlock
    let storage = places.base
    let shares = shares.view(groups: input.groups, channels: channels, length: 1)
    pass.forEachChannel(blocks) { index, group in
      let first = index * Self.channelBlock
      let count = min(Self.channelBlock, channels - first)
      let (x, dx) = (Panel(channels: count, steps: Self.block, pass), Panel(channels: count, steps: Self.block, pass))
      let (share, mean) = (shares.channel(first, group: group), gradient.channel(channels + first, group: group))
      for number in 0..<count * Tensor.lanes { share[number] = mean[number] / Float(length) }
      var source = input.group(group)
      for from in stride(from: 0, to: length, by: Self.block) {
        let steps = min(Self.block, length - from)
        let target = result.channel(first, group: group) + from * Tensor.lanes
        let isPlain = input.norm == nil
        let (rows, stride) = isPlain ? (target, length * Tensor.lanes) : (dx.base, dx.stride)
        pass.kernels.pool_gradient_rows(
          share, gradient.channel(first, group: group), storage.base + (group * channels + first) * Tensor.lanes,
          count, from, steps, rows, stride)
        if isPlain { continue }
        pass.kernels.activate(&source, first, count, from, steps, 0, x.base, x.stride)
        pass.kernels.rectify_gradient_rows(
          &source, first, count, from, steps, x.base, x.stride, dx.base, dx.stride, target, length * Tensor.lanes,
          sums.row(group, channel: first), shortcutSums?.row(group, channel: first))
      }
    }
    return ActivationGradient(gradient: result, sums: sums, shortcutSums: shortcutSums)
  }

  /// Where each maximum was; threads write different parts.
  private final class Places {
    struct Base: @unchecked Sendable {
      let base: UnsafeMutablePointer<Int32>
    }
    private var memory: UnsafeMutableRawPointer?
    private var capacity = 0

    func reserve(_ count: Int) {
      guard count > capacity || memory == nil else { return }
      memory?.deallocate()
      memory = .allocate(byteCount: max(1, count) * MemoryLayout<Int32>.stride, alignment: 64)
      capacity = count
    }

    var base: Base {
      guard let memory else { preconditionFailure("places before they are reserved") }
      return Base(base: memory.assumingMemoryBound(to: Int32.self))
    }

    deinit { memory?.deallocate() }
  }
}
