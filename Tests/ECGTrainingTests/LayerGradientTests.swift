import Reproducibility
import Testing

@testable import ECGTraining

/// The fast layers, in single precision: against the oracle, and against central finite differences of themselves.
/// Three shapes: few recordings in one group, more than one group, and a length that takes the frequency domain.
@Suite struct LayerGradientTests {
  struct Shape: Sendable, CustomTestStringConvertible {
    let recordings: Int
    let length: Int
    var testDescription: String { "\(recordings) recordings of \(length)" }
  }

  static let shapes = [Shape(recordings: 5, length: 13), Shape(recordings: 19, length: 31)]
  static let longShapes = [Shape(recordings: 3, length: 300), Shape(recordings: 18, length: 219)]

  // MARK: tools

  private func pass(_ recordings: Int, training: Bool = true) -> Pass {
    Pass(
      compute: Compute(workers: Workers(2)), isTraining: training, recordings: Array(0..<recordings), seed: 3, epoch: 1)
  }

  private func random(_ purpose: String, _ recordings: Int, _ channels: Int, _ length: Int) -> ReferenceSignal {
    var stream = RandomStream(seed: 2, purpose: purpose)
    // Single-precision numbers, so that both sides begin with the same bits.
    return ReferenceSignal(
      recordings: recordings, channels: channels, length: length,
      values: (0..<recordings * channels * length).map { _ in Double(Float(stream.normal())) })
  }

  private func load(_ signal: ReferenceSignal, _ tensor: Tensor) -> TensorView {
    let groups = (signal.recordings + 15) / 16
    let view = tensor.view(groups: groups, channels: signal.channels, length: signal.length)
    view.clear()
    for n in 0..<signal.recordings {
      for c in 0..<signal.channels {
        for t in 0..<signal.length { view[recording: n, channel: c, time: t] = Float(signal[n, c, t]) }
      }
    }
    return view
  }

  private func unload(_ view: TensorView, _ recordings: Int) -> ReferenceSignal {
    var signal = ReferenceSignal(recordings: recordings, channels: view.channels, length: view.length)
    for n in 0..<recordings {
      for c in 0..<view.channels {
        for t in 0..<view.length { signal[n, c, t] = Double(view[recording: n, channel: c, time: t]) }
      }
    }
    return signal
  }

  /// The largest difference relative to the largest number.
  private func difference(_ a: [Double], _ b: [Double]) -> Double {
    let largest = b.map(\.magnitude).max() ?? 1
    return zip(a, b).reduce(0) { max($0, ($1.0 - $1.1).magnitude) } / max(largest, 1e-12)
  }

  private func doubles(_ parameter: Parameter) -> [Double] { parameter.values.map(Double.init) }

  /// Checks gradients to input and parameters of `layer` against central finite differences, coordinates chosen at
  /// random; returns the largest difference relative to the largest gradient of its array.
  private func finiteDifferenceError(
    _ layer: any Layer, _ x: ReferenceSignal, outputs: Int, outputLength: Int, checksInput: Bool = true
  ) -> Double {
    let pass = pass(x.recordings)
    let dy = random("dy", x.recordings, outputs, outputLength)
    let (inputTensor, gradientTensor) = (Tensor(), Tensor())
    func objective(_ x: ReferenceSignal) -> Double {
      let y = unload(layer.forward(load(x, inputTensor), pass), x.recordings)
      return zip(y.values, dy.values).reduce(0) { $0 + $1.0 * $1.1 }
    }
    _ = objective(x)
    let dx = unload(layer.backward(load(dy, gradientTensor), pass), x.recordings)
    let gradients = layer.parameters.map { $0.gradients.map(Double.init) }
    var stream = RandomStream(seed: 9, purpose: "coordinates")
    var worst = 0.0
    let step = 1e-2
    func compare(_ gradient: [Double], at index: Int, _ up: Double, _ down: Double) {
      let largest = gradient.map(\.magnitude).max() ?? 1
      worst = max(worst, ((up - down) / (2 * step) - gradient[index]).magnitude / max(largest, 1e-6))
    }
    if checksInput {
      for _ in 0..<12 {
        let index = stream.integer(below: x.values.count)
        var moved = x
        moved.values[index] = x.values[index] + step
        let up = objective(moved)
        moved.values[index] = x.values[index] - step
        compare(dx.values, at: index, up, objective(moved))
      }
    }
    for (parameter, gradient) in zip(layer.parameters, gradients) {
      for _ in 0..<6 {
        let index = stream.integer(below: parameter.count)
        let original = parameter.value[index]
        parameter.value[index] = original + Float(step)
        let up = objective(x)
        parameter.value[index] = original - Float(step)
        compare(gradient, at: index, up, objective(x))
        parameter.value[index] = original
      }
    }
    return worst
  }

  // MARK: convolution

  @Test(arguments: shapes + longShapes) func convolutionAgreesWithTheOracle(shape: Shape) {
    let x = random("x", shape.recordings, 4, shape.length)
    let dy = random("dy", shape.recordings, 12, shape.length)
    let layer = Convolution1D(
      inputs: 4,
      branches: [.init(name: "a", outputs: 4, taps: 39), .init(name: "b", outputs: 8, taps: 9)])
    for parameter in layer.parameters { parameter.initialise(seed: 1) }
    let pass = pass(shape.recordings)
    let (inputTensor, gradientTensor) = (Tensor(), Tensor())
    let y = unload(layer.forward(load(x, inputTensor), pass), shape.recordings)
    let dx = unload(layer.backward(load(dy, gradientTensor), pass), shape.recordings)
    var first = 0
    for (parameter, (outputs, taps)) in zip(layer.parameters, [(4, 39), (8, 9)]) {
      let w = doubles(parameter)
      let expected = ReferenceMath.convolution(x, weights: w, outputs: outputs, taps: taps)
      let part = (0..<shape.recordings).flatMap { n in
        (first..<first + outputs).flatMap { c in (0..<shape.length).map { y[n, c, $0] } }
      }
      #expect(difference(part, expected.values) < 2e-6)
      var dyPart = ReferenceSignal(recordings: shape.recordings, channels: outputs, length: shape.length)
      for n in 0..<shape.recordings {
        for c in 0..<outputs { for t in 0..<shape.length { dyPart[n, c, t] = dy[n, first + c, t] } }
      }
      let gradient = ReferenceMath.convolutionGradient(x, weights: w, taps: taps, gradient: dyPart)
      #expect(difference(parameter.gradients.map(Double.init), gradient.weights) < 5e-6)
      first += outputs
    }
    let separate = zip(layer.parameters, [(0, 4, 39), (4, 8, 9)]).map { parameter, part in
      var dyPart = ReferenceSignal(recordings: shape.recordings, channels: part.1, length: shape.length)
      for n in 0..<shape.recordings {
        for c in 0..<part.1 { for t in 0..<shape.length { dyPart[n, c, t] = dy[n, part.0 + c, t] } }
      }
      return ReferenceMath.convolutionGradient(x, weights: doubles(parameter), taps: part.2, gradient: dyPart).input
    }
    let total = zip(separate[0].values, separate[1].values).map { $0 + $1 }
    #expect(difference(dx.values, total) < 5e-6)
  }

  @Test(arguments: shapes + longShapes) func convolutionAgreesWithFiniteDifferences(shape: Shape) {
    let layer = Convolution1D(name: "a", inputs: 4, outputs: 8, taps: 19)
    for parameter in layer.parameters { parameter.initialise(seed: 1) }
    let x = random("x", shape.recordings, 4, shape.length)
    #expect(finiteDifferenceError(layer, x, outputs: 8, outputLength: shape.length) < 1e-2)
    let pointwise = Convolution1D(name: "b", inputs: 5, outputs: 7, taps: 1)
    for parameter in pointwise.parameters { parameter.initialise(seed: 1) }
    let y = random("y", shape.recordings, 5, shape.length)
    #expect(finiteDifferenceError(pointwise, y, outputs: 7, outputLength: shape.length) < 1e-2)
  }

  // MARK: the others

  @Test(arguments: shapes) func batchNormAgreesWithTheOracleAndFiniteDifferences(shape: Shape) {
    let x = random("x", shape.recordings, 3, shape.length)
    let dy = random("dy", shape.recordings, 3, shape.length)
    let layer = BatchNorm1D(name: "n", channels: 3)
    for channel in 0..<3 {
      layer.parameters[0].value[channel] = 0.5 + Float(channel)
      layer.parameters[1].value[channel] = 0.25 * Float(channel)
    }
    let pass = pass(shape.recordings)
    let (inputTensor, gradientTensor) = (Tensor(), Tensor())
    let y = unload(layer.forward(load(x, inputTensor), pass), shape.recordings)
    let dx = unload(layer.backward(load(dy, gradientTensor), pass), shape.recordings)
    let (gamma, beta) = (doubles(layer.parameters[0]), doubles(layer.parameters[1]))
    #expect(difference(y.values, ReferenceMath.batchNorm(x, gamma: gamma, beta: beta).values) < 1e-6)
    let gradient = ReferenceMath.batchNormGradient(x, gamma: gamma, gradient: dy)
    #expect(difference(dx.values, gradient.input.values) < 5e-6)
    #expect(difference(layer.parameters[0].gradients.map(Double.init), gradient.gamma) < 1e-6)
    #expect(difference(layer.parameters[1].gradients.map(Double.init), gradient.beta) < 1e-6)
    #expect(finiteDifferenceError(layer, x, outputs: 3, outputLength: shape.length) < 1e-2)
  }

  @Test(arguments: shapes) func poolsAgreeWithTheOracle(shape: Shape) {
    // Ties are common behind a rectifier, so there are some here.
    var x = random("x", shape.recordings, 3, shape.length)
    x.values = x.values.map { max($0, 0) }
    let pass = pass(shape.recordings)
    let pool = MaxPool3()
    let dy = random("dy", shape.recordings, 3, shape.length)
    let (a, b, c) = (Tensor(), Tensor(), Tensor())
    #expect(unload(pool.forward(load(x, a), pass), shape.recordings) == ReferenceMath.maxPool3(x))
    let dx = unload(pool.backward(load(dy, b), pass), shape.recordings)
    #expect(difference(dx.values, ReferenceMath.maxPool3Gradient(x, gradient: dy).values) < 1e-6)
    let all = ConcatenatedPooling()
    let y = unload(all.forward(load(x, a), pass), shape.recordings)
    #expect(difference(y.values, ReferenceMath.concatenatedPooling(x).values) < 1e-6)
    let pooled = random("pooled", shape.recordings, 6, 1)
    let dAll = unload(all.backward(load(pooled, c), pass), shape.recordings)
    #expect(difference(dAll.values, ReferenceMath.concatenatedPoolingGradient(x, gradient: pooled).values) < 1e-6)
  }

  @Test func poolsRectifierAndDropoutAgreeWithFiniteDifferences() {
    // Numbers 0.1 apart, so that a step of 0.01 changes no choice.
    var stream = RandomStream(seed: 4, purpose: "apart")
    let order = stream.shuffled(Array(0..<18 * 2 * 9))
    let x = ReferenceSignal(
      recordings: 18, channels: 2, length: 9, values: order.map { (Double($0) - 160.5) * 0.1 })
    #expect(finiteDifferenceError(MaxPool3(), x, outputs: 2, outputLength: 9) < 1e-2)
    #expect(finiteDifferenceError(ConcatenatedPooling(), x, outputs: 4, outputLength: 1) < 1e-2)
    #expect(finiteDifferenceError(Rectifier(), x, outputs: 2, outputLength: 9) < 1e-2)
    let flat = random("flat", 18, 6, 1)
    #expect(finiteDifferenceError(Dropout(name: "d", rate: 0.4), flat, outputs: 6, outputLength: 1) < 1e-2)
  }

  @Test(arguments: [3, 18]) func linearAgreesWithTheOracleAndFiniteDifferences(recordings: Int) {
    let x = random("x", recordings, 10, 1)
    let dy = random("dy", recordings, 6, 1)
    let layer = Linear(name: "l", inputs: 10, outputs: 6)
    for parameter in layer.parameters { parameter.initialise(seed: 1) }
    let pass = pass(recordings)
    let (a, b) = (Tensor(), Tensor())
    let y = unload(layer.forward(load(x, a), pass), recordings)
    let dx = unload(layer.backward(load(dy, b), pass), recordings)
    let (w, bias) = (doubles(layer.parameters[0]), doubles(layer.parameters[1]))
    #expect(difference(y.values, ReferenceMath.linear(x, weights: w, biases: bias).values) < 1e-6)
    let gradient = ReferenceMath.linearGradient(x, weights: w, gradient: dy)
    #expect(difference(dx.values, gradient.input.values) < 1e-6)
    #expect(difference(layer.parameters[0].gradients.map(Double.init), gradient.weights) < 1e-6)
    #expect(difference(layer.parameters[1].gradients.map(Double.init), gradient.biases) < 1e-6)
    #expect(finiteDifferenceError(layer, x, outputs: 6, outputLength: 1) < 1e-2)
  }

  @Test func residualSumAgreesWithFiniteDifferences() {
    let (a, b) = (random("a", 5, 3, 7), random("b", 5, 3, 7))
    let sum = RectifiedSum()
    let pass = pass(5)
    let (ta, tb, tg) = (Tensor(), Tensor(), Tensor())
    let dy = random("dy", 5, 3, 7)
    let y = unload(sum.forward(load(a, ta), load(b, tb), pass), 5)
    let dx = unload(sum.backward(load(dy, tg), pass), 5)
    for index in a.values.indices {
      let value = a.values[index] + b.values[index]
      #expect((y.values[index] - max(value, 0)).magnitude < 1e-6)
      #expect(dx.values[index] == (value > 0 ? dy.values[index] : 0))
    }
  }

  @Test func lossesAgreeWithFiniteDifferences() {
    let outputs = [0.3, -1.2, 2.0, 0.7]
    for (loss, target, count) in [(Loss.crossEntropy, 2.0, 4), (.absolute, 0.1, 1)] {
      let point = Array(outputs[0..<count])
      let gradient = loss.evaluate(point, target: target).gradient
      for index in point.indices {
        var (up, down) = (point, point)
        up[index] += 1e-5
        down[index] -= 1e-5
        let slope = (loss.evaluate(up, target: target).loss - loss.evaluate(down, target: target).loss) / 2e-5
        #expect((slope - gradient[index]).magnitude < 1e-6)
      }
    }
  }
}
