import CKernels

/// y = x + f(x) for a part f of a network that keeps the shape: `[channels, length]` to the same.
public final class Residual: Layer {
  private let part: any Layer
  private let output = Tensor()

  /// A shortcut around `part`.
  public init(_ part: any Layer) { self.part = part }

  /// Those of the part.
  public var parameters: [Parameter] { part.parameters }
  /// Those of the part.
  public var statistics: [RunningStatistic] { part.statistics }

  /// y as above.
  public func forward(_ input: TensorView, _ pass: Pass) -> TensorView {
    let branch = part.forward(input, pass)
    let result = output.view(groups: input.groups, channels: input.channels, length: input.length)
    pass.forEachChannel(input.channels) { channel, group in
      pass.kernels.sum(
        input.channel(channel, group: group), branch.channel(channel, group: group), input.length,
        result.channel(channel, group: group))
    }
    return result
  }

  /// dx = dy + the part's gradient.
  public func backward(_ gradient: TensorView, _ pass: Pass) -> TensorView {
    let branch = part.backward(gradient, pass)
    branch.add(gradient, pass)
    return branch
  }
}

/// y = max(f(x) + g(x), 0) for two parts of a network whose results have one shape; without g it is max(f(x) + x, 0). The
/// residual block of He et al. 2016, equations 1 and 2.
public final class RectifiedResidual: Layer {
  private let path: any Layer
  private let shortcut: (any Layer)?
  private let sum = RectifiedSum()

  /// f is `path`, g `shortcut`.
  public init(path: any Layer, shortcut: (any Layer)? = nil) {
    self.path = path
    self.shortcut = shortcut
  }

  /// The path's and then the shortcut's.
  public var parameters: [Parameter] { path.parameters + (shortcut?.parameters ?? []) }
  /// The path's and then the shortcut's.
  public var statistics: [RunningStatistic] { path.statistics + (shortcut?.statistics ?? []) }

  /// y as above.
  public func forward(_ input: TensorView, _ pass: Pass) -> TensorView {
    let branch = path.forward(input, pass)
    return sum.forward(branch, shortcut?.forward(input, pass) ?? input, pass)
  }

  /// The sum of both parts' gradients.
  public func backward(_ gradient: TensorView, _ pass: Pass) -> TensorView {
    let toSum = sum.backward(gradient, pass)
    let result = path.backward(toSum, pass)
    result.add(shortcut?.backward(toSum, pass) ?? toSum, pass)
    return result
  }
}
