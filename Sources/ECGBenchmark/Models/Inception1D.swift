import ECGTraining

/// `inception1d`: InceptionTime (Ismail Fawaz et al. 2020) as the PTB-XL benchmark (Strodthoff et al. 2021) and
/// arXiv 2508.11656 use it for ECGs. `[leads, samples]` to `[outputs]`.
///
/// Two stages of three inception blocks with a shortcut around each stage; then maximum and mean over time, and a head
/// whose last but one layer is 128 wide. With 8 leads and one output it has 506,369 parameters. Names are those of the
/// PyTorch module.
public final class Inception1D: Layer {
  private let stages: [InceptionStage]
  private let pool = ConcatenatedPooling()
  private let head: Chain

  /// Names that begin so belong to the head's last layer, which a new task draws anew.
  public static let outputLayer = "head.6."

  /// A network for `leads` leads with `outputs` outputs; the head drops a quarter of its 256 inputs and half of the 128
  /// in training, unless told otherwise.
  public init(leads: Int, outputs: Int, dropoutRates: (first: Double, second: Double) = (0.25, 0.5)) {
    stages = [InceptionStage(index: 0, inputs: leads), InceptionStage(index: 1, inputs: InceptionBlock.outputs)]
    head = Chain([
      BatchNorm1D(name: "head.0", channels: 256),
      Dropout(name: "head.1", rate: dropoutRates.first),
      Linear(name: "head.2", inputs: 256, outputs: 128),
      Rectifier(),
      BatchNorm1D(name: "head.4", channels: 128),
      Dropout(name: "head.5", rate: dropoutRates.second),
      Linear(name: "head.6", inputs: 128, outputs: outputs),
    ])
  }

  /// Stages, head.
  public var parameters: [Parameter] { stages.flatMap(\.parameters) + head.parameters }
  /// Stages, head.
  public var statistics: [RunningStatistic] { stages.flatMap(\.statistics) + head.statistics }

  /// `[outputs, 1]` for signals `[leads, samples]`.
  public func forward(_ input: TensorView, _ pass: Pass) -> TensorView {
    let features = stages.reduce(Activation(input)) { $1.forward($0, pass) }
    return head.forward(pool.forward(features, pass), pass)
  }

  /// Gradients of all parameters; what is returned is the gradient to the head's input, since nobody needs the one to
  /// the signals.
  public func backward(_ gradient: TensorView, _ pass: Pass) -> TensorView {
    let toPooled = head.backward(gradient, pass)
    var upstream: ActivationGradient? = pool.activationGradient(toPooled, pass)
    for stage in stages.reversed() {
      guard let gradient = upstream else { break }
      upstream = nil
      upstream = stage.backward(gradient, pass)
    }
    return toPooled
  }
}

/// Three inception blocks and a shortcut around them: x to max(block(block(block(x))) + norm(W x), 0),
/// `[inputs, samples]` to `[128, samples]`. The shortcut's 1x1 convolution shares the first block's pass over x.
final class InceptionStage {
  private let blocks: [InceptionBlock]
  private let shortcutNorm: ChannelNorm
  /// The blocks' outputs, from forward to backward.
  private var activations: [Activation] = []

  init(index: Int, inputs: Int) {
    blocks = (0..<3).map { place in
      InceptionBlock(
        name: "blocks.\(3 * index + place)", inputs: place == 0 ? inputs : InceptionBlock.outputs,
        shortcut: place == 0 ? "skip.\(index).0" : nil, isFirst: index == 0 && place == 0)
    }
    shortcutNorm = ChannelNorm(name: "skip.\(index).1", channels: InceptionBlock.outputs)
  }

  var parameters: [Parameter] { blocks.flatMap(\.parameters) + shortcutNorm.parameters }
  var statistics: [RunningStatistic] { blocks.flatMap(\.statistics) + shortcutNorm.statistics }

  func forward(_ input: Activation, _ pass: Pass) -> Activation {
    let shortcut = pass.tensor(channels: InceptionBlock.outputs, length: input.length)
    let (first, shortcutSums) = blocks[0].forward(input, shortcut: shortcut, pass)
    shortcutNorm.prepare(shortcutSums.map { [$0] } ?? [], length: input.length, pass)
    let second = blocks[1].forward(first, pass).output
    let third = blocks[2].forward(second, pass).output.adding(shortcut, normalisedBy: shortcutNorm)
    if pass.isTraining { activations = [first, second, third] }
    return third
  }

  /// The gradient to the stage's input, or nil for the first stage, where nobody needs it. What forward has kept is let
  /// go on the way, so that its memory serves the blocks before.
  func backward(_ gradient: ActivationGradient, _ pass: Pass) -> ActivationGradient? {
    var toShortcut: SignalGradient?
    var upstream: ActivationGradient? = gradient
    for block in blocks.reversed() {
      guard let output = activations.popLast(), let gradient = upstream else { return nil }
      if output.hasShortcut { toShortcut = SignalGradient(toShortcutOf: output, gradient) }
      let toSignal = SignalGradient(to: output, gradient)
      upstream = nil
      upstream = block.backward(toSignal, shortcut: block.hasShortcut ? toShortcut : nil, pass)
    }
    return upstream
  }
}

/// One inception block, `[inputs, samples]` to `[128, samples]`: a bottleneck of 32, filters of 39, 19 and 9 taps on it,
/// 1x1 filters on the input's maxima of three, 32 of each; batch norm and rectifier over all 128. The 1x1 filters, and
/// those of a shortcut that begins here, share one pass over the input.
final class InceptionBlock {
  static let outputs = 128
  private static let bottleneckWidth = 32
  private static let wideChannels = 0..<96
  private static let sideChannels = 96..<128

  private let entry: PointwiseConvolutions
  private let wide: Convolution1D
  private let norm: ChannelNorm
  private let isFirst: Bool
  let hasShortcut: Bool
  /// The block's input, from forward to backward.
  private var input: Activation?

  init(name: String, inputs: Int, shortcut: String?, isFirst: Bool) {
    self.isFirst = isFirst
    hasShortcut = shortcut != nil
    entry = PointwiseConvolutions(
      inputs: inputs,
      branches: [
        .init(name: name + ".neck", outputs: Self.bottleneckWidth),
        .init(name: name + ".side", outputs: Self.sideChannels.count, onMaxima: true),
      ] + (shortcut.map { [.init(name: $0, outputs: Self.outputs)] } ?? []))
    wide = Convolution1D(
      inputs: Self.bottleneckWidth,
      branches: [39, 19, 9].enumerated().map { .init(name: "\(name).wide.\($0)", outputs: 32, taps: $1) })
    norm = ChannelNorm(name: name + ".bn", channels: Self.outputs)
  }

  var parameters: [Parameter] { entry.parameters + wide.parameters + norm.parameters }
  var statistics: [RunningStatistic] { norm.statistics }

  func forward(
    _ input: Activation, shortcut: TensorView? = nil, _ pass: Pass
  ) -> (output: Activation, shortcutSums: ChannelSums?) {
    let bottleneck = pass.tensor(channels: Self.bottleneckWidth, length: input.length)
    let z = pass.tensor(channels: Self.outputs, length: input.length)
    let sums = entry.forward(
      input, into: [bottleneck, z.channels(Self.sideChannels)] + (shortcut.map { [$0] } ?? []), pass)
    let wideSums = wide.forwardWithSums(bottleneck, into: z.channels(Self.wideChannels), pass)
    self.input = pass.isTraining ? input : nil
    return (norm.activation(of: z, [wideSums, sums[1]], pass), shortcut == nil ? nil : sums[2])
  }

  func backward(_ gradient: SignalGradient, shortcut: SignalGradient?, _ pass: Pass) -> ActivationGradient? {
    guard let input else { return nil }
    self.input = nil
    let toBottleneck = pass.tensor(channels: Self.bottleneckWidth, length: input.length)
    wide.backward(gradient.channels(Self.wideChannels), to: toBottleneck, pass)
    return entry.backward(
      [SignalGradient(toBottleneck), gradient.channels(Self.sideChannels)] + (shortcut.map { [$0] } ?? []), of: input,
      needsInputGradient: !isFirst, pass)
  }
}
