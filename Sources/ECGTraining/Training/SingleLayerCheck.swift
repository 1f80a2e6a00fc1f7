import Reproducibility

/// One layer alone, on random numbers: what went in, what came out, forward and backward. For comparisons with other
/// implementations.
package struct SingleLayerCheck {
  /// Numbers of all recordings, `[recordings, channels, length]`.
  package struct Numbers {
    /// `[recordings, channels, length]`.
    package let shape: [Int]
    /// Row-major.
    package let values: [Float]
  }

  /// The layer's input and output.
  package let input, output: Numbers
  /// The gradient to the output, which is given, and the one to the input, which the layer works out.
  package let outputGradient, inputGradient: Numbers
  /// Every parameter's value and gradient.
  package let parameters, gradients: [Weights.Entry]

  /// Runs `layer` in training on `recordings` recordings of `channels` x `length` normal numbers around 0.5. Parameters
  /// are drawn as for training, but for those that would start constant, which are drawn around that.
  package init(
    of layer: any Layer, recordings: Int, channels: Int, length: Int, seed: UInt64, compute: Compute
  ) {
    for parameter in layer.parameters { Self.draw(parameter, seed: seed) }
    let pass = Pass(compute: compute, isTraining: true, recordings: Array(0..<recordings), seed: seed, epoch: 0)
    let (inputMemory, gradientMemory) = (Tensor(), Tensor())
    let x = inputMemory.view(groups: pass.groups, channels: channels, length: length)
    Self.fill(x, recordings: recordings, mean: 0.5, seed: seed, purpose: "layer input")
    let y = layer.forward(x, pass)
    func numbers(_ view: TensorView) -> Numbers {
      Numbers(
        shape: [recordings, view.channels, view.length], values: view.numbers(recordings: recordings))
    }
    input = numbers(x)
    output = numbers(y)
    let dy = gradientMemory.view(groups: pass.groups, channels: y.channels, length: y.length)
    Self.fill(dy, recordings: recordings, mean: 0, seed: seed, purpose: "layer gradient")
    outputGradient = numbers(dy)
    inputGradient = numbers(layer.backward(dy, pass))
    parameters = layer.parameters.map { Weights.Entry(name: $0.name, shape: $0.shape, values: $0.values) }
    gradients = layer.parameters.map { Weights.Entry(name: $0.name, shape: $0.shape, values: $0.gradients) }
  }

  private static func draw(_ parameter: Parameter, seed: UInt64) {
    parameter.initialise(seed: seed)
    guard case .constant(let constant) = parameter.initial else { return }
    var stream = RandomStream(seed: seed, purpose: "layer parameter:" + parameter.name)
    for index in 0..<parameter.count { parameter.value[index] = constant + 0.3 * Float(stream.normal()) }
  }

  private static func fill(_ view: TensorView, recordings: Int, mean: Float, seed: UInt64, purpose: String) {
    view.clear()
    for recording in 0..<recordings {
      var stream = RandomStream(seed: seed, purpose: purpose, index: UInt64(recording))
      for channel in 0..<view.channels {
        for time in 0..<view.length {
          view[recording: recording, channel: channel, time: time] = mean + Float(stream.normal())
        }
      }
    }
  }
}
