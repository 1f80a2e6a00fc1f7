import CKernels

/// What one layer hands to the next, before it has been worked out: a signal that the reader normalises and rectifies
/// on the way, `[channels, length]`.
///
///     x = z                                  a plain signal
///     x = max(norm(z), 0)                    after batch norm
///     x = max(max(norm(z), 0) + norm'(s), 0) at the end of a residual block
///
/// Only z and s lie in memory, once, and several readers may share them.
public struct Activation: Sendable {
  let signal: TensorView
  let norm: ChannelNorm?
  let shortcut: (signal: TensorView, norm: ChannelNorm)?

  /// A plain signal.
  public init(_ signal: TensorView) {
    self.signal = signal
    norm = nil
    shortcut = nil
  }

  /// `signal` normalised and rectified, after `shortcut` has been added where there is one.
  public init(
    normalised signal: TensorView, by norm: ChannelNorm, adding shortcut: (signal: TensorView, norm: ChannelNorm)? = nil
  ) {
    self.signal = signal
    self.norm = norm
    self.shortcut = shortcut
  }

  /// This activation with `shortcut` added and rectified again.
  public func adding(_ shortcut: TensorView, normalisedBy norm: ChannelNorm) -> Activation {
    Activation(signal: signal, norm: self.norm, shortcut: (shortcut, norm))
  }

  private init(signal: TensorView, norm: ChannelNorm?, shortcut: (signal: TensorView, norm: ChannelNorm)?) {
    self.signal = signal
    self.norm = norm
    self.shortcut = shortcut
  }

  /// Groups of 16 recordings.
  public var groups: Int { signal.groups }
  /// Channels of each.
  public var channels: Int { signal.channels }
  /// Time steps of each channel.
  public var length: Int { signal.length }
  /// Whether it is the end of a residual block.
  public var hasShortcut: Bool { shortcut != nil }

  /// The kernels' description of one group.
  func group(_ group: Int) -> ek_activation {
    ek_activation(
      first: signal.channel(0, group: group), scale: norm?.scale, shift: norm?.shift, mean: norm?.mean,
      second: shortcut?.signal.channel(0, group: group), second_scale: shortcut?.norm.scale,
      second_shift: shortcut?.norm.shift, second_mean: shortcut?.norm.mean,
      channel_stride: length * Tensor.lanes, length: length)
  }
}

/// The gradient to an ``Activation`` of batch norms, past its last rectifier, and the sums that these batch norms need.
public struct ActivationGradient {
  package let gradient: TensorView
  let sums: ChannelSums
  let shortcutSums: ChannelSums?
}

/// A gradient to a layer's output z, before it has been worked out: plain numbers, or those behind a batch norm, which
/// the reader makes from the gradient to the batch norm's output and from z.
public struct SignalGradient: Sendable {
  let gradient: TensorView
  private let behind: (signal: TensorView, norm: ChannelNorm, rectified: Bool)?
  private let first: Int

  /// Plain numbers.
  public init(_ gradient: TensorView) {
    self.gradient = gradient
    behind = nil
    first = 0
  }

  /// The gradient to `activation`'s signal, after ``ChannelNorm/differentiate(_:)``.
  public init(to activation: Activation, _ gradient: ActivationGradient) {
    self.gradient = gradient.gradient
    first = 0
    guard let norm = activation.norm else {
      behind = nil
      return
    }
    norm.differentiate(gradient.sums)
    // At the end of a residual block the gradient has passed the last of two rectifiers only.
    behind = (activation.signal, norm, activation.shortcut != nil)
  }

  /// The gradient to `activation`'s shortcut signal, nil where there is none.
  public init?(toShortcutOf activation: Activation, _ gradient: ActivationGradient) {
    guard let shortcut = activation.shortcut, let sums = gradient.shortcutSums else { return nil }
    shortcut.norm.differentiate(sums)
    self.gradient = gradient.gradient
    behind = (shortcut.signal, shortcut.norm, false)
    first = 0
  }

  private init(
    gradient: TensorView, behind: (signal: TensorView, norm: ChannelNorm, rectified: Bool)?, first: Int
  ) {
    self.gradient = gradient
    self.behind = behind
    self.first = first
  }

  /// Some of the channels.
  public func channels(_ range: Range<Int>) -> SignalGradient {
    SignalGradient(
      gradient: gradient.channels(range),
      behind: behind.map { ($0.signal.channels(range), $0.norm, $0.rectified) }, first: first + range.lowerBound)
  }

  /// Channels of each recording.
  public var channels: Int { gradient.channels }
  /// Whether the numbers lie in memory as they are.
  var isPlain: Bool { behind == nil }

  /// The kernels' description of one group; lanes without a recording get 0.
  func group(_ group: Int, _ pass: Pass) -> ek_gradient {
    ek_gradient(
      gradient: gradient.channel(0, group: group), signal: behind?.signal.channel(0, group: group),
      factor: behind.map { UnsafePointer($0.norm.factor + first) },
      slope: behind.map { UnsafePointer($0.norm.slope + first) },
      offset: behind.map { UnsafePointer($0.norm.offset + first) },
      mean: behind.map { UnsafePointer($0.norm.mean + first) },
      scale: behind.flatMap { $0.rectified ? UnsafePointer($0.norm.scale + first) : nil },
      shift: behind.flatMap { $0.rectified ? UnsafePointer($0.norm.shift + first) : nil },
      lanes: pass.mask(group: group), gradient_stride: gradient.length * Tensor.lanes,
      signal_stride: gradient.length * Tensor.lanes, length: gradient.length)
  }
}
