import ECGTraining

/// `inception1d`: InceptionTime (Ismail Fawaz et al. 2020) as the PTB-XL benchmark (Strodthoff et al. 2021) and
/// arXiv 2508.11656 use it for ECGs. `[leads, samples]` to `[outputs]`.
///
/// Six inception blocks, after every third a shortcut; then maximum and mean over time, and a head whose last but one
/// layer is 128 wide. With 8 leads and one output it has 506,369 parameters. Names are those of the PyTorch module.
public final class Inception1D: Layer {
  private let blocks: [InceptionBlock]
  private let shortcuts: [Chain]
  private let sums: [RectifiedSum]
  private let pool = ConcatenatedPooling()
  private let head: Chain

  /// Names that begin so belong to the head's last layer, which a new task draws anew.
  public static let outputLayer = "head.6."

  /// A network for `leads` leads with `outputs` outputs; the head drops a quarter of its 256 inputs and half of the 128
  /// in training, unless told otherwise.
  public init(leads: Int, outputs: Int, dropoutRates: (first: Double, second: Double) = (0.25, 0.5)) {
    blocks = (0..<6).map { InceptionBlock(name: "blocks.\($0)", inputs: $0 == 0 ? leads : 128, isFirst: $0 == 0) }
    shortcuts = (0..<2).map { index in
      Chain([
        Convolution1D(
          name: "skip.\(index).0", inputs: index == 0 ? leads : 128, outputs: 128, taps: 1,
          needsInputGradient: index > 0),
        BatchNorm1D(name: "skip.\(index).1", channels: 128),
      ])
    }
    sums = (0..<2).map { _ in RectifiedSum() }
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

  private var parts: [any Layer] { blocks + shortcuts + [head] }
  /// Blocks, shortcuts, head.
  public var parameters: [Parameter] { parts.flatMap(\.parameters) }
  /// Blocks, shortcuts, head.
  public var statistics: [RunningStatistic] { parts.flatMap(\.statistics) }

  /// `[outputs, 1]` for signals `[leads, samples]`.
  public func forward(_ input: TensorView, _ pass: Pass) -> TensorView {
    var x = input
    var residual = input
    for (depth, block) in blocks.enumerated() {
      x = block.forward(x, pass)
      if depth % 3 == 2 {
        x = sums[depth / 3].forward(x, shortcuts[depth / 3].forward(residual, pass), pass)
        residual = x
      }
    }
    return head.forward(pool.forward(x, pass), pass)
  }

  /// Gradients of all parameters; what is returned is not a gradient to the signals, which nobody needs.
  public func backward(_ gradient: TensorView, _ pass: Pass) -> TensorView {
    var g = pool.backward(head.backward(gradient, pass), pass)
    var toResidual: TensorView?
    for (depth, block) in blocks.enumerated().reversed() {
      if depth % 3 == 2 {
        g = sums[depth / 3].backward(g, pass)
        toResidual = shortcuts[depth / 3].backward(g, pass)
      }
      g = block.backward(g, pass)
      if depth % 3 == 0, depth > 0, let toResidual { g.add(toResidual, pass) }
    }
    return g
  }
}

/// One inception block, `[inputs, samples]` to `[128, samples]`: a bottleneck of 32, filters of 39, 19 and 9 taps on it,
/// 1x1 filters on the input's maxima of three, 32 of each; batch norm and rectifier over all 128.
final class InceptionBlock: Layer {
  private let bottleneck: Convolution1D
  private let wide: Convolution1D
  private let maximum = MaxPool3()
  private let side: Convolution1D
  private let norm: BatchNorm1D
  private let concatenated = Tensor()
  private let isFirst: Bool

  init(name: String, inputs: Int, isFirst: Bool) {
    self.isFirst = isFirst
    bottleneck = Convolution1D(
      name: name + ".neck", inputs: inputs, outputs: 32, taps: 1, needsInputGradient: !isFirst)
    wide = Convolution1D(
      inputs: 32,
      branches: [39, 19, 9].enumerated().map { .init(name: "\(name).wide.\($0)", outputs: 32, taps: $1) })
    side = Convolution1D(name: name + ".side", inputs: inputs, outputs: 32, taps: 1, needsInputGradient: !isFirst)
    norm = BatchNorm1D(name: name + ".bn", channels: 128, rectify: true)
  }

  private var parts: [any Layer] { [bottleneck, wide, side, norm] }
  var parameters: [Parameter] { parts.flatMap(\.parameters) }
  var statistics: [RunningStatistic] { parts.flatMap(\.statistics) }

  func forward(_ input: TensorView, _ pass: Pass) -> TensorView {
    let z = concatenated.view(groups: input.groups, channels: 128, length: input.length)
    wide.forward(bottleneck.forward(input, pass), into: z.channels(0..<96), pass)
    side.forward(maximum.forward(input, pass), into: z.channels(96..<128), pass)
    return norm.forward(z, pass)
  }

  func backward(_ gradient: TensorView, _ pass: Pass) -> TensorView {
    let dz = norm.backward(gradient, pass)
    let toBottleneck = wide.backward(dz.channels(0..<96), pass)
    let toMaximum = side.backward(dz.channels(96..<128), pass)
    let toInput = bottleneck.backward(toBottleneck, pass)
    if isFirst { return toInput }
    toInput.add(maximum.backward(toMaximum, pass), pass)
    return toInput
  }
}
