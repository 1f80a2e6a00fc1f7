import ECGTraining
import Foundation

/// A layer with the shape it is run on; `name` is also what the Python half finds its counterpart by.
struct LayerCase {
  let name: String
  let layer: any Layer
  let channels: Int
  let length: Int
}

/// Every layer of the engine, and the fused chain that an inception block is.
func layerCases() -> [LayerCase] {
  let branches = [39, 19, 9].map { Convolution1D.Branch(name: "wide\($0)", outputs: 32, taps: $0) }
  func layer(_ name: String, _ layer: any Layer, _ channels: Int, _ length: Int) -> LayerCase {
    LayerCase(name: name, layer: layer, channels: channels, length: length)
  }
  return [
    layer("convolutions of 39, 19, 9 taps, by spectra", Convolution1D(inputs: 32, branches: branches), 32, 1000),
    layer("convolutions of 39, 19, 9 taps, directly", Convolution1D(inputs: 32, branches: branches), 32, 24),
    layer("convolution of 5 taps", Convolution1D(name: "c", inputs: 16, outputs: 24, taps: 5), 16, 300),
    layer("pointwise convolutions, on maxima too", Pointwise(inputs: 128), 128, 300),
    layer("convolutions, batch norm, rectifier, pointwise, fused", FusedChain(), 32, 300),
    layer(
      "strided convolution",
      StridedConvolution1D(
        name: "s", inputs: 12, outputs: 20, taps: 7, stride: 2, padding: 3, hasBias: true), 12, 301),
    layer("batch norm", BatchNorm1D(name: "n", channels: 64), 64, 300),
    layer("batch norm with rectifier", BatchNorm1D(name: "n", channels: 64, rectify: true), 64, 300),
    layer("layer norm", LayerNorm(name: "n", channels: 128), 128, 60),
    layer("rectifier", Rectifier(), 16, 300),
    layer("gelu", GELU(), 16, 300),
    layer("maximum of three", MaxPool3(), 16, 300),
    layer("maximum pool", MaxPool1D(window: 3, stride: 2, padding: 1), 16, 301),
    layer("mean pool", AveragePool1D(window: 2, stride: 2), 16, 301),
    layer("maximum and mean over time", ConcatenatedPooling(), 128, 300),
    layer("mean, maximum and last step", MeanMaximumLastPooling(), 64, 100),
    layer("linear", Linear(name: "l", inputs: 256, outputs: 128), 256, 1),
    layer("linear over time", TimeLinear(name: "l", inputs: 128, outputs: 96), 128, 51),
    layer("attention", SelfAttention(name: "a", channels: 128, heads: 4), 128, 51),
    layer("lstm", LSTM(name: "r", layer: 0, inputs: 8, units: 64), 8, 100),
  ]
}

/// Runs every case on `recordings` recordings and writes `<index>.safetensors` with x, y, dy, dx, parameters
/// (`value <name>`) and their gradients (`gradient <name>`), and `layers.json`, the cases' names in order.
func writeLayers(to folder: String, recordings: Int) throws {
  try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  let cases = layerCases()
  for (index, each) in cases.enumerated() {
    let check = SingleLayerCheck(
      of: each.layer, recordings: recordings, channels: each.channels, length: each.length, seed: 11,
      compute: Compute(workers: .all))
    func entry(_ name: String, _ numbers: SingleLayerCheck.Numbers) -> Weights.Entry {
      Weights.Entry(name: name, shape: numbers.shape, values: numbers.values)
    }
    func entries(_ kind: String, _ entries: [Weights.Entry]) -> [Weights.Entry] {
      entries.map { Weights.Entry(name: "\(kind) \($0.name)", shape: $0.shape, values: $0.values) }
    }
    let all =
      [
        entry("x", check.input), entry("y", check.output), entry("dy", check.outputGradient),
        entry("dx", check.inputGradient),
      ] + entries("value", check.parameters) + entries("gradient", check.gradients)
    try Safetensors.write(Weights(entries: all), metadata: [:], to: "\(folder)/\(index).safetensors")
  }
  try JSONEncoder().encode(cases.map(\.name)).write(to: URL(fileURLWithPath: folder + "/layers.json"))
}

/// The 1x1 convolutions that begin an inception block with a shortcut, their outputs one after the other.
private final class Pointwise: Layer {
  private let convolutions: PointwiseConvolutions
  private var input: Activation?

  init(inputs: Int) {
    convolutions = PointwiseConvolutions(
      inputs: inputs,
      branches: [
        .init(name: "neck", outputs: 32), .init(name: "side", outputs: 32, onMaxima: true),
        .init(name: "skip", outputs: 128),
      ])
  }

  var parameters: [Parameter] { convolutions.parameters }

  func forward(_ input: TensorView, _ pass: Pass) -> TensorView { forward(Activation(input), pass) }

  func forward(_ input: Activation, _ pass: Pass) -> TensorView {
    self.input = input
    let result = pass.tensor(channels: 192, length: input.length)
    _ = convolutions.forward(input, into: Self.ranges.map { result.channels($0) }, pass)
    return result
  }

  func backward(_ gradient: TensorView, _ pass: Pass) -> TensorView {
    activationGradient(gradient, pass)?.gradient ?? gradient
  }

  func activationGradient(_ gradient: TensorView, _ pass: Pass) -> ActivationGradient? {
    guard let input else { return nil }
    let whole = SignalGradient(gradient)
    return convolutions.backward(
      Self.ranges.map { whole.channels($0) }, of: input, needsInputGradient: true, pass)
  }

  private static let ranges = [0..<32, 32..<64, 64..<192]
}

/// What follows the bottleneck of an inception block, up to the next block's 1x1 convolutions: nothing between the
/// convolutions' output and these is written down.
private final class FusedChain: Layer {
  private let wide = Convolution1D(
    inputs: 32, branches: [39, 19, 9].map { .init(name: "wide\($0)", outputs: 32, taps: $0) })
  private let norm = ChannelNorm(name: "norm", channels: 96)
  private let pointwise = Pointwise(inputs: 96)
  private var activation: Activation?

  var parameters: [Parameter] { wide.parameters + norm.parameters + pointwise.parameters }

  func forward(_ input: TensorView, _ pass: Pass) -> TensorView {
    let z = pass.tensor(channels: 96, length: input.length)
    let sums = wide.forwardWithSums(input, into: z, pass)
    let activation = norm.activation(of: z, [sums], pass)
    self.activation = activation
    return pointwise.forward(activation, pass)
  }

  func backward(_ gradient: TensorView, _ pass: Pass) -> TensorView {
    guard let activation, let upstream = pointwise.activationGradient(gradient, pass) else { return gradient }
    let result = pass.tensor(channels: 32, length: gradient.length)
    wide.backward(SignalGradient(to: activation, upstream), to: result, pass)
    return result
  }
}
