import Reproducibility
import Testing

@testable import ECGTraining

/// Layers of the reference models: against their formulas written out, and against central finite differences of
/// themselves. The networks' own tests compare them with PyTorch.
@Suite struct ModelLayerTests {
  // MARK: tools

  /// Keeps tensors as long as their views are looked at.
  private final class Memory {
    private var tensors: [Tensor] = []
    func tensor() -> Tensor {
      tensors.append(Tensor())
      return tensors[tensors.count - 1]
    }
  }

  private let memory = Memory()

  private func pass(_ recordings: Int) -> Pass {
    Pass(
      compute: Compute(workers: Workers(2)), isTraining: true, recordings: Array(0..<recordings), seed: 3, epoch: 1)
  }

  private func random(_ purpose: String, _ count: Int) -> [Float] {
    var stream = RandomStream(seed: 2, purpose: purpose)
    return (0..<count).map { _ in Float(stream.normal()) }
  }

  /// `[recordings][channels][length]` numbers as a view; empty lanes hold `filling`.
  private func load(
    _ values: [Float], _ recordings: Int, _ channels: Int, _ length: Int, _ tensor: Tensor, filling: Float = 0
  ) -> TensorView {
    let view = tensor.view(groups: (recordings + 15) / 16, channels: channels, length: length)
    for recording in 0..<view.groups * Tensor.lanes {
      for channel in 0..<channels {
        for time in 0..<length {
          let index = (recording * channels + channel) * length + time
          view[recording: recording, channel: channel, time: time] = recording < recordings ? values[index] : filling
        }
      }
    }
    return view
  }

  private func unload(_ view: TensorView, _ recordings: Int) -> [Float] {
    (0..<recordings).flatMap { recording in
      (0..<view.channels).flatMap { channel in
        (0..<view.length).map { view[recording: recording, channel: channel, time: $0] }
      }
    }
  }

  /// Gradients to input and parameters of `layer` against central finite differences at random coordinates: the largest
  /// difference relative to the largest gradient of its array. Empty lanes hold junk, as they may.
  private func finiteDifferenceError(
    _ layer: any Layer, _ x: [Float], _ recordings: Int, _ channels: Int, _ length: Int, step: Float = 1e-2
  ) -> Double {
    let pass = pass(recordings)
    let (inputTensor, gradientTensor) = (Tensor(), Tensor())
    func output(_ x: [Float]) -> TensorView {
      layer.forward(load(x, recordings, channels, length, inputTensor, filling: 0.7), pass)
    }
    let shape = output(x)
    let dy = random("dy", recordings * shape.channels * shape.length)
    func objective(_ x: [Float]) -> Double {
      zip(unload(output(x), recordings), dy).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
    let back = layer.backward(load(dy, recordings, shape.channels, shape.length, gradientTensor), pass)
    for lane in recordings..<max(recordings, back.groups * Tensor.lanes) {
      for channel in 0..<channels {
        for time in 0..<length { #expect(back[recording: lane, channel: channel, time: time] == 0) }
      }
    }
    let dx = unload(back, recordings)
    let gradients = layer.parameters.map(\.gradients)
    var stream = RandomStream(seed: 9, purpose: "coordinates")
    var worst = 0.0
    func compare(_ gradient: [Float], at index: Int, _ up: Double, _ down: Double) {
      let largest = gradient.map { Double($0.magnitude) }.max() ?? 1
      let slope = (up - down) / Double(2 * step)
      worst = max(worst, (slope - Double(gradient[index])).magnitude / max(largest, 1e-6))
    }
    for _ in 0..<16 {
      let index = stream.integer(below: x.count)
      var (above, below) = (x, x)
      above[index] += step
      below[index] -= step
      compare(dx, at: index, objective(above), objective(below))
    }
    for (parameter, gradient) in zip(layer.parameters, gradients) {
      for _ in 0..<8 {
        let index = stream.integer(below: parameter.count)
        let original = parameter.value[index]
        parameter.value[index] = original + step
        let up = objective(x)
        parameter.value[index] = original - step
        compare(gradient, at: index, up, objective(x))
        parameter.value[index] = original
      }
    }
    return worst
  }

  private func initialise(_ layer: any Layer) {
    for parameter in layer.parameters { parameter.initialise(seed: 1) }
  }

  /// The layer's result for one `[channels, length]` signal.
  private func result(_ layer: any Layer, _ x: [Float], _ channels: Int, _ length: Int) -> [Float] {
    unload(layer.forward(load(x, 1, channels, length, memory.tensor()), pass(1)), 1)
  }

  // MARK: convolution

  struct Case: Sendable, CustomTestStringConvertible {
    let taps: Int
    let stride: Int
    let padding: Int
    let length: Int
    var testDescription: String { "\(taps) taps, stride \(stride), padding \(padding), length \(length)" }
  }

  static let cases = [
    Case(taps: 5, stride: 2, padding: 2, length: 13), Case(taps: 5, stride: 2, padding: 2, length: 14),
    Case(taps: 1, stride: 2, padding: 0, length: 9), Case(taps: 8, stride: 1, padding: 3, length: 20),
    Case(taps: 20, stride: 20, padding: 0, length: 65), Case(taps: 3, stride: 1, padding: 1, length: 70),
    Case(taps: 4, stride: 3, padding: 5, length: 11), Case(taps: 2, stride: 5, padding: 1, length: 17),
  ]

  @Test(arguments: cases) func stridedConvolutionFollowsItsFormula(shape: Case) {
    let layer = StridedConvolution1D(
      name: "c", inputs: 3, outputs: 7, taps: shape.taps, stride: shape.stride, padding: shape.padding, hasBias: true)
    initialise(layer)
    let (w, b) = (layer.parameters[0].values, layer.parameters[1].values)
    let x = random("x", 3 * shape.length)
    let count = (shape.length + 2 * shape.padding - shape.taps) / shape.stride + 1
    let y = result(layer, x, 3, shape.length)
    #expect(y.count == 7 * count)
    for output in 0..<7 {
      for time in 0..<count {
        var sum = Double(b[output])
        for input in 0..<3 {
          for tap in 0..<shape.taps {
            let place = time * shape.stride + tap - shape.padding
            guard place >= 0, place < shape.length else { continue }
            let weight = Double(w[(output * 3 + input) * shape.taps + tap])
            sum += weight * Double(x[input * shape.length + place])
          }
        }
        #expect((Double(y[output * count + time]) - sum).magnitude < 1e-5)
      }
    }
  }

  @Test(arguments: cases) func stridedConvolutionAgreesWithFiniteDifferences(shape: Case) {
    for (recordings, bias) in [(3, true), (18, false)] {
      let layer = StridedConvolution1D(
        name: "c", inputs: 3, outputs: 7, taps: shape.taps, stride: shape.stride, padding: shape.padding, hasBias: bias)
      initialise(layer)
      let x = random("x", recordings * 3 * shape.length)
      #expect(finiteDifferenceError(layer, x, recordings, 3, shape.length) < 1e-2)
    }
  }

  /// More outputs than one thread's turn, more time steps than one piece.
  @Test func linearOverTimeIsAConvolutionOfOneTap() {
    let linear = TimeLinear(name: "l", inputs: 5, outputs: 70)
    initialise(linear)
    let convolution = Convolution1D(name: "l", inputs: 5, outputs: 70, taps: 1)
    convolution.parameters[0].value.update(from: linear.parameters[0].value, count: 350)
    let bias = linear.parameters[1].values
    let x = random("x", 5 * 101)
    let (y, expected) = (result(linear, x, 5, 101), result(convolution, x, 5, 101))
    for index in y.indices { #expect((y[index] - expected[index] - bias[index / 101]).magnitude < 1e-5) }
    #expect(finiteDifferenceError(linear, random("x", 18 * 5 * 101), 18, 5, 101) < 1e-2)
  }

  // MARK: pools

  @Test func poolsTakeMaximaAndMeansOfTheirWindows() {
    let x: [Float] = [3, -1, 4, 1, -5]
    #expect(result(MaxPool1D(window: 3, stride: 2, padding: 1), x, 1, 5) == [3, 4, 1])
    #expect(result(MaxPool1D(window: 2, stride: 2), x, 1, 5) == [3, 4])
    #expect(result(AveragePool1D(window: 2, stride: 2), x, 1, 5) == [1, 2.5, -5])
    #expect(result(AveragePool1D(), x, 1, 5) == [0.4])
    #expect(result(MeanMaximumLastPooling(), x, 1, 5) == [0.4, 4, -5])
    #expect(result(FirstStep(), x, 1, 5) == [3])
    // What is not a number has to reach the loss.
    #expect(result(MaxPool1D(window: 3, stride: 1), [1, .nan, 2], 1, 3)[0].isNaN)
  }

  @Test func ofEqualMaximaTheFirstHasTheGradient() {
    let pool = MaxPool1D(window: 3, stride: 2, padding: 1)
    let pass = pass(1)
    _ = pool.forward(load([2, 2, 0, 0, 0], 1, 1, 5, memory.tensor()), pass)
    #expect(unload(pool.backward(load([1, 10, 100], 1, 1, 3, memory.tensor()), pass), 1) == [1, 10, 0, 100, 0])
  }

  @Test func poolsAgreeWithFiniteDifferences() {
    // Numbers 0.1 apart, so that a step of 0.01 changes no choice.
    var stream = RandomStream(seed: 4, purpose: "apart")
    let x = stream.shuffled(Array(0..<18 * 2 * 9)).map { (Float($0) - 160.5) * 0.1 }
    let pools: [any Layer] = [
      MaxPool1D(window: 3, stride: 2, padding: 1), MaxPool1D(window: 4, stride: 3), AveragePool1D(window: 2, stride: 2),
      AveragePool1D(window: 3, stride: 1), AveragePool1D(), MeanMaximumLastPooling(), FirstStep(), Reshape(.features),
      Reshape(.oneChannel),
    ]
    for pool in pools { #expect(finiteDifferenceError(pool, x, 18, 2, 9) < 1e-2, "\(type(of: pool))") }
  }

  // MARK: transformers

  @Test func layerNormLeavesMeanZeroAndVarianceOne() {
    let y = result(LayerNorm(name: "n", channels: 24), random("x", 24 * 5).map { 3 * $0 + 7 }, 24, 5)
    for time in 0..<5 {
      let column = (0..<24).map { Double(y[$0 * 5 + time]) }
      let mean = column.reduce(0, +) / 24
      #expect(mean.magnitude < 1e-6)
      #expect((column.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 24 - 1).magnitude < 1e-4)
    }
  }

  @Test(arguments: [3, 18]) func layerNormGELUAndAttentionAgreeWithFiniteDifferences(recordings: Int) {
    let x = random("x", recordings * 8 * 21)
    let norm = LayerNorm(name: "n", channels: 8)
    for channel in 0..<8 { norm.parameters[0].value[channel] = 0.5 + Float(channel) / 4 }
    #expect(finiteDifferenceError(norm, x, recordings, 8, 21) < 1e-2)
    #expect(finiteDifferenceError(GELU(), x, recordings, 8, 21) < 1e-2)
    let attention = SelfAttention(name: "a", channels: 8, heads: 2)
    initialise(attention)
    for length in [1, 5, 21] {
      let part = Array(x.prefix(recordings * 8 * length))
      #expect(finiteDifferenceError(attention, part, recordings, 8, length) < 1e-2)
    }
  }

  /// The values are those of the normal distribution function (Abramowitz and Stegun, table 26.1).
  @Test func geluIsTheNumberTimesTheNormalDistribution() {
    let numbers: [Float] = [-9, -3, -1, -0.5, 0, 0.5, 1, 3, 9]
    let shares = [0, 0.0013498980, 0.1586552539, 0.3085375387, 0.5, 0.6914624613, 0.8413447461, 0.9986501020, 1]
    for (value, (number, share)) in zip(result(GELU(), numbers, 1, 9), zip(numbers, shares)) {
      #expect((Double(value) - Double(number) * share).magnitude < 1e-6)
    }
  }

  @Test func tokensAgreeWithFiniteDifferences() {
    let layer = TokenEmbedding(token: "t", position: "p", channels: 3, steps: 17)
    initialise(layer)
    #expect(finiteDifferenceError(layer, random("x", 18 * 3 * 17), 18, 3, 17) < 1e-2)
    let y = result(layer, random("x", 3 * 17), 3, 17)
    #expect(y[18] == layer.parameters[0].values[1] + layer.parameters[1].values[1])
  }

  // MARK: LSTM

  @Test func lstmFollowsItsFormula() {
    let (inputs, units, length) = (3, 5, 7)
    let layer = LSTM(name: "l", layer: 0, inputs: inputs, units: units)
    initialise(layer)
    let p = layer.parameters.map { $0.values.map(Double.init) }
    let x = random("x", inputs * length)
    let y = result(layer, x, inputs, length)
    var (h, cell) = (Array(repeating: 0.0, count: units), Array(repeating: 0.0, count: units))
    func sigmoid(_ z: Double) -> Double { 1 / (1 + PortableMath.exp(-z)) }
    func tanh(_ z: Double) -> Double { 2 * sigmoid(2 * z) - 1 }
    for time in 0..<length {
      let z = (0..<4 * units).map { row -> Double in
        let fromInput = (0..<inputs).reduce(0.0) { $0 + p[0][row * inputs + $1] * Double(x[$1 * length + time]) }
        let fromState = (0..<units).reduce(0.0) { $0 + p[1][row * units + $1] * h[$1] }
        return fromInput + fromState + p[2][row] + p[3][row]
      }
      for u in 0..<units {
        cell[u] = sigmoid(z[units + u]) * cell[u] + sigmoid(z[u]) * tanh(z[2 * units + u])
        h[u] = sigmoid(z[3 * units + u]) * tanh(cell[u])
        #expect((Double(y[u * length + time]) - h[u]).magnitude < 1e-6)
      }
    }
  }

  @Test(arguments: [(3, 5), (18, 9)]) func lstmAgreesWithFiniteDifferences(recordings: Int, units: Int) {
    let layer = LSTM(name: "l", layer: 0, inputs: 4, units: units)
    initialise(layer)
    #expect(finiteDifferenceError(layer, random("x", recordings * 4 * 11), recordings, 4, 11) < 1e-2)
  }

  /// What saturates stays finite: every exponential's argument is far outside of its range.
  @Test func hugeInputsGiveFiniteNumbers() {
    let layer = LSTM(name: "l", layer: 0, inputs: 1, units: 2)
    initialise(layer)
    let y = result(layer, [1e6, -1e6, 1e6], 1, 3)
    #expect(y.allSatisfy { $0.magnitude <= 1 })
    let attention = SelfAttention(name: "a", channels: 2, heads: 1)
    initialise(attention)
    let mixed = result(attention, [1e6, -1e6, 3e5, 1e6], 2, 2)
    #expect(mixed.allSatisfy { $0.isFinite })
  }

  // MARK: composition

  @Test func residualPartsAgreeWithFiniteDifferences() {
    let x = random("x", 18 * 4 * 9)
    let part = TimeLinear(name: "l", inputs: 4, outputs: 4)
    initialise(part)
    #expect(finiteDifferenceError(Residual(part), x, 18, 4, 9) < 1e-2)
    let shortcut = TimeLinear(name: "s", inputs: 4, outputs: 4)
    initialise(shortcut)
    // A kink is crossed by few of the numbers; with a short step by none.
    #expect(finiteDifferenceError(RectifiedResidual(path: part), x, 18, 4, 9, step: 1e-3) < 2e-2)
    let both = RectifiedResidual(path: part, shortcut: shortcut)
    #expect(finiteDifferenceError(both, x, 18, 4, 9, step: 1e-3) < 2e-2)
  }

  @Test func dropoutOverTimeDropsItsShareAndKeepsTheMean() {
    let x = [Float](repeating: 1, count: 20 * 6 * 500)
    let pass = pass(20)
    let layer = TimeDropout(name: "d", rate: 0.1)
    let y = unload(layer.forward(load(x, 20, 6, 500, memory.tensor()), pass), 20)
    #expect(Set(y) == [0, Float(1 / 0.9)])
    #expect((Double(y.count { $0 == 0 }) / Double(y.count) - 0.1).magnitude < 0.005)
    #expect(Array(y[0..<3000]) != Array(y[3000..<6000]))
    #expect(unload(layer.backward(load(x, 20, 6, 500, memory.tensor()), pass), 20) == y)
    let inference = Pass(compute: pass.compute, isTraining: false, recordings: [0], seed: 3, epoch: 1)
    #expect(unload(layer.forward(load([1, 2], 1, 1, 2, memory.tensor()), inference), 1) == [1, 2])
  }

  /// A recording's draw is its own, wherever in the batch it stands.
  @Test func dropoutOverTimeDoesNotDependOnThePlaceInTheBatch() {
    let compute = Compute(workers: Workers(2))
    func kept(_ recordings: [Int], _ place: Int) -> [Float] {
      let pass = Pass(compute: compute, isTraining: true, recordings: recordings, seed: 3, epoch: 1)
      let x = [Float](repeating: 1, count: recordings.count * 2 * 30)
      let layer = TimeDropout(name: "d", rate: 0.5)
      let view = layer.forward(load(x, recordings.count, 2, 30, memory.tensor()), pass)
      return withExtendedLifetime(layer) {
        Array(unload(view, recordings.count)[place * 60..<place * 60 + 60])
      }
    }
    #expect(kept([7, 8, 9], 0) == kept([1, 2, 3, 7], 3))
    #expect(kept([7, 8, 9], 0) != kept([7, 8, 9], 1))
  }
}
