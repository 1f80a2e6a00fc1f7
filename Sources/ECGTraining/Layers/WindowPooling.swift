import CKernels

/// Maximum over windows of time; padding is never chosen. `[channels, length]` to
/// `[channels, (length + 2 padding - window) / stride + 1]`, rounded down.
public final class MaxPool1D: Layer {
  private let window: Int
  private let stride: Int
  private let padding: Int
  private let output = Tensor()
  private let inputGradient = Tensor()
  private var input: TensorView?

  /// A pool of any number of channels; `padding` is at most half the window.
  public init(window: Int, stride: Int, padding: Int = 0) {
    self.window = window
    self.stride = stride
    self.padding = padding
  }

  private func windows(_ length: Int) -> ek_windows {
    let free = length + 2 * padding - window
    return ek_windows(
      length: length, count: free < 0 ? 0 : free / stride + 1, window: window, stride: stride, padding: padding)
  }

  /// y[t] = max over k < window of x[t * stride + k - padding]. O(results * window).
  public func forward(_ input: TensorView, _ pass: Pass) -> TensorView {
    self.input = input
    let windows = windows(input.length)
    let result = output.view(groups: input.groups, channels: input.channels, length: windows.count)
    pass.forEachChannel(input.channels) { channel, group in
      withUnsafePointer(to: windows) {
        pass.kernels.max_pool(input.channel(channel, group: group), $0, result.channel(channel, group: group))
      }
    }
    return result
  }

  /// Each window's gradient goes to the step that was chosen, of equal ones to the first, as in PyTorch.
  public func backward(_ gradient: TensorView, _ pass: Pass) -> TensorView {
    let input = input.keptByForward
    let windows = windows(input.length)
    let result = inputGradient.view(groups: input.groups, channels: input.channels, length: input.length)
    pass.forEachChannel(input.channels) { channel, group in
      withUnsafePointer(to: windows) {
        pass.kernels.max_pool_gradient(
          input.channel(channel, group: group), gradient.channel(channel, group: group), $0,
          result.channel(channel, group: group))
      }
    }
    return result
  }
}

/// Mean over windows of time. `[channels, length]` to `[channels, (length - window) / stride + 1]`, rounded up, so that
/// no step is left out: the last window then has fewer steps and is their mean (PyTorch's `ceil_mode`).
public final class AveragePool1D: Layer {
  private let window: Int?
  private let stride: Int?
  private let inputGradient = Tensor()
  private let output = Tensor()
  private var input: TensorView?

  /// A pool of any number of channels; the stride is at most the window.
  public init(window: Int, stride: Int) {
    self.window = window
    self.stride = stride
  }

  /// A pool over all time: `[channels, length]` to `[channels, 1]`.
  public init() {
    window = nil
    stride = nil
  }

  private func windows(_ length: Int) -> ek_windows {
    guard let window, let stride else {
      return ek_windows(length: length, count: 1, window: length, stride: length, padding: 0)
    }
    let count = (max(0, length - window) + stride - 1) / stride + 1
    return ek_windows(length: length, count: count, window: window, stride: stride, padding: 0)
  }

  /// y[t] = mean of x[t * stride] to x[t * stride + window - 1], as far as they exist. O(results * window).
  public func forward(_ input: TensorView, _ pass: Pass) -> TensorView {
    self.input = input
    let windows = windows(input.length)
    let result = output.view(groups: input.groups, channels: input.channels, length: windows.count)
    pass.forEachChannel(input.channels) { channel, group in
      withUnsafePointer(to: windows) {
        pass.kernels.average_pool(input.channel(channel, group: group), $0, result.channel(channel, group: group))
      }
    }
    return result
  }

  /// Each window's gradient goes in equal shares to its steps.
  public func backward(_ gradient: TensorView, _ pass: Pass) -> TensorView {
    let input = input.keptByForward
    let windows = windows(input.length)
    let result = inputGradient.view(groups: input.groups, channels: input.channels, length: input.length)
    pass.forEachChannel(input.channels) { channel, group in
      withUnsafePointer(to: windows) {
        pass.kernels.average_pool_gradient(
          gradient.channel(channel, group: group), $0, result.channel(channel, group: group))
      }
    }
    return result
  }
}
