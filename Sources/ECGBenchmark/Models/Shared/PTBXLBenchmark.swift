import ECGTraining

/// What the networks of the PTB-XL benchmark share. Strodthoff et al. 2021, arXiv 2004.13701; the published code,
/// helme/ecg_ptbxl_benchmarking, gives the widths, the order of layers and the initial numbers.
enum PTBXLBenchmark {
  /// The head behind the pools, from `features` numbers over 128 to `outputs`. Its layers are numbered from `first` on
  /// under `name`, the rectifier and dropout included; the last is `first + 6`.
  static func head(
    name: String, first: Int, features: Int, outputs: Int, dropoutRates: (first: Double, second: Double)
  ) -> Chain {
    Chain([
      BatchNorm1D(name: "\(name).\(first)", channels: features),
      Dropout(name: "\(name).\(first + 1)", rate: dropoutRates.first),
      Linear(name: "\(name).\(first + 2)", inputs: features, outputs: 128),
      Rectifier(),
      BatchNorm1D(name: "\(name).\(first + 4)", channels: 128),
      Dropout(name: "\(name).\(first + 5)", rate: dropoutRates.second),
      Linear(name: "\(name).\(first + 6)", inputs: 128, outputs: outputs),
    ])
  }

  /// A convolution without biases and (taps - 1) / 2 zeros on both sides.
  static func convolution(
    _ name: String, _ inputs: Int, _ outputs: Int, taps: Int, stride: Int = 1, isFirst: Bool = false
  ) -> any Layer {
    if stride == 1, !taps.isMultiple(of: 2) {
      return Convolution1D(name: name, inputs: inputs, outputs: outputs, taps: taps, needsInputGradient: !isFirst)
    }
    return StridedConvolution1D(
      name: name, inputs: inputs, outputs: outputs, taps: taps, stride: stride, padding: (taps - 1) / 2,
      needsInputGradient: !isFirst)
  }

  /// Has the weights of convolutions and linear layers start normal with variance 2 / fan-in (He et al. 2015) and their
  /// biases at 0, as the benchmark's `weight_init` does. Recurrent layers keep their own.
  static func setInitialNumbers(of layers: [any Layer]) {
    for parameter in layers.flatMap(\.parameters) {
      if parameter.shape.count > 1 {
        let fan = parameter.shape.dropFirst().reduce(1, *)
        parameter.initial = .normal(deviation: (2 / Float(fan)).squareRoot())
      } else if parameter.name.hasSuffix(".bias") {
        parameter.initial = .constant(0)
      }
    }
  }
}

/// A network that is one chain of layers.
public class SequentialModel: Layer {
  let chain: Chain

  init(_ layers: [any Layer]) { chain = Chain(layers) }

  /// All layers' parameters, in order.
  public var parameters: [Parameter] { chain.parameters }
  /// All layers' running statistics, in order.
  public var statistics: [RunningStatistic] { chain.statistics }
  /// `[outputs, 1]` for signals `[leads, samples]`.
  public func forward(_ input: TensorView, _ pass: Pass) -> TensorView { chain.forward(input, pass) }
  /// Gradients of all parameters; what is returned is not a gradient to the signals, which nobody needs.
  public func backward(_ gradient: TensorView, _ pass: Pass) -> TensorView { chain.backward(gradient, pass) }
}
