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
    pass.forEachChannel(input.channels) { channel, group in
      pass.kernels.max_pool3(
        input.channel(channel, group: group), input.length, result.channel(channel, group: group))
    }
    return result
  }

  /// Each window's gradient goes to the step that was chosen, of equal ones to the first, as in PyTorch.
  public func backward(_ gradient: TensorView, _ pass: Pass) -> TensorView {
    guard let input else { preconditionFailure("backward without forward") }
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
  private let inputGradient = Tensor()
  private var input: TensorView?
  private var places: UnsafeMutablePointer<Int32> = .allocate(capacity: 1)
  private var capacity = 1

  /// A pool of any number of channels.
  public init() {}

  deinit { places.deallocate() }

  /// y[c] = max over t of x[c][t], y[channels + c] = mean over t of x[c][t]. O(numbers).
  public func forward(_ input: TensorView, _ pass: Pass) -> TensorView {
    self.input = input
    let channels = input.channels
    let result = output.view(groups: input.groups, channels: 2 * channels, length: 1)
    let count = input.groups * channels * Tensor.lanes
    if count > capacity {
      places.deallocate()
      places = .allocate(capacity: count)
      capacity = count
    }
    let storage = Places(base: places)
    pass.forEachChannel(channels) { channel, group in
      pass.kernels.pool_all(
        input.channel(channel, group: group), input.length, result.channel(channel, group: group),
        storage.base + (group * channels + channel) * Tensor.lanes, result.channel(channels + channel, group: group))
    }
    return result
  }

  /// The maximum's gradient goes to the first step that has it, the mean's in equal shares to all.
  public func backward(_ gradient: TensorView, _ pass: Pass) -> TensorView {
    guard let input else { preconditionFailure("backward without forward") }
    let channels = input.channels
    let result = inputGradient.view(groups: input.groups, channels: channels, length: input.length)
    let storage = Places(base: places)
    pass.forEachChannel(channels) { channel, group in
      pass.kernels.pool_all_gradient(
        gradient.channel(channel, group: group), storage.base + (group * channels + channel) * Tensor.lanes,
        gradient.channel(channels + channel, group: group), input.length, result.channel(channel, group: group))
    }
    return result
  }

  /// Threads write different parts.
  private struct Places: @unchecked Sendable {
    let base: UnsafeMutablePointer<Int32>
  }
}
