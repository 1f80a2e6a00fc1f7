import CKernels
import Reproducibility
import Testing

@testable import ECGTraining

/// Layers that work an activation out on the way, against the plain layers one after the other: batch norm, rectifier,
/// residual sum, maxima of three and 1x1 convolutions, each with memory of its own.
@Suite struct ActivationTests {
  struct Shape: Sendable, CustomTestStringConvertible {
    let recordings: Int
    let channels: Int
    let length: Int
    let hasShortcut: Bool
    var testDescription: String {
      "\(recordings) recordings, \(channels) channels of \(length)\(hasShortcut ? ", with a shortcut" : "")"
    }
  }

  static let shapes = [
    Shape(recordings: 5, channels: 8, length: 1, hasShortcut: false),
    Shape(recordings: 16, channels: 7, length: 2, hasShortcut: true),
    Shape(recordings: 19, channels: 36, length: 101, hasShortcut: false),
    Shape(recordings: 33, channels: 40, length: 435, hasShortcut: true),
  ]

  /// What a pass through the network part came to, forward and backward.
  private struct Outcome {
    var outputs: [[Float]] = []
    var pooled: [Float] = []
    var toSignal: [Float] = []
    var toShortcut: [Float] = []
    var parameters: [String: [Float]] = [:]

    /// The largest difference relative to the largest number, over everything.
    func difference(from other: Outcome) -> Float {
      func relative(_ a: [Float], _ b: [Float]) -> Float {
        guard a.count == b.count else { return .infinity }
        let largest = max(b.map(\.magnitude).max() ?? 0, 1e-6)
        return zip(a, b).reduce(0) { worst, pair in
          let difference = (pair.0 - pair.1).magnitude
          return difference.isNaN ? .infinity : max(worst, difference / largest)
        }
      }
      var worst = max(
        relative(pooled, other.pooled), relative(toSignal, other.toSignal), relative(toShortcut, other.toShortcut))
      for (a, b) in zip(outputs, other.outputs) { worst = max(worst, relative(a, b)) }
      for (name, values) in other.parameters { worst = max(worst, relative(parameters[name] ?? [], values)) }
      return worst
    }
  }

  private func pass(_ compute: Compute, _ recordings: Int, isTraining: Bool = true) -> Pass {
    Pass(compute: compute, isTraining: isTraining, recordings: Array(0..<recordings), seed: 3, epoch: 1)
  }

  private func fill(_ view: TensorView, _ purpose: String, recordings: Int) {
    view.clear()
    for recording in 0..<recordings {
      var stream = RandomStream(seed: 4, purpose: purpose, index: UInt64(recording))
      for channel in 0..<view.channels {
        for time in 0..<view.length {
          // Rounded, so that maxima meet equal values.
          view[recording: recording, channel: channel, time: time] = Float((stream.normal() * 8).rounded() / 8) + 3
        }
      }
    }
  }

  private func numbers(_ view: TensorView, _ recordings: Int) -> [Float] {
    (0..<recordings).flatMap { recording in
      (0..<view.channels).flatMap { channel in
        (0..<view.length).map { view[recording: recording, channel: channel, time: $0] }
      }
    }
  }

  /// z and s, the batch norms behind them, two 1x1 convolutions of the activation, one on its maxima, and the pooling.
  private func fused(_ shape: Shape, _ compute: Compute) -> Outcome {
    let pass = pass(compute, shape.recordings)
    let (norm, shortcutNorm) = (
      ChannelNorm(name: "n", channels: shape.channels), ChannelNorm(name: "m", channels: shape.channels)
    )
    let layer = PointwiseConvolutions(
      inputs: shape.channels, branches: [.init(name: "a", outputs: 9), .init(name: "b", outputs: 6, onMaxima: true)])
    let pool = ConcatenatedPooling()
    for parameter in norm.parameters + shortcutNorm.parameters + layer.parameters { parameter.initialise(seed: 9) }
    let (z, s) = (
      pass.tensor(channels: shape.channels, length: shape.length),
      pass.tensor(channels: shape.channels, length: shape.length)
    )
    fill(z, "z", recordings: shape.recordings)
    fill(s, "s", recordings: shape.recordings)
    var x = norm.activation(of: z, [moments(z, pass)], pass)
    if shape.hasShortcut {
      shortcutNorm.prepare([moments(s, pass)], length: shape.length, pass)
      x = x.adding(s, normalisedBy: shortcutNorm)
    }
    let outputs = [9, 6].map { pass.tensor(channels: $0, length: shape.length) }
    _ = layer.forward(x, into: outputs, pass)
    var outcome = Outcome()
    outcome.outputs = outputs.map { numbers($0, shape.recordings) }
    outcome.pooled = numbers(pool.forward(x, pass), shape.recordings)

    let slopes = [9, 6].map { pass.tensor(channels: $0, length: shape.length) }
    for (index, slope) in slopes.enumerated() { fill(slope, "dy\(index)", recordings: shape.recordings) }
    let toPooled = pass.tensor(channels: 2 * shape.channels, length: 1)
    fill(toPooled, "dp", recordings: shape.recordings)
    let gradients = [
      layer.backward(slopes.map { SignalGradient($0) }, of: x, needsInputGradient: true, pass),
      pool.activationGradient(toPooled, pass),
    ]
    for gradient in gradients.compactMap({ $0 }) {
      outcome.toSignal += made(SignalGradient(to: x, gradient), shape, pass)
      for parameter in norm.parameters { outcome.parameters[parameter.name, default: []] += parameter.gradients }
      if let toShortcut = SignalGradient(toShortcutOf: x, gradient) {
        outcome.toShortcut += made(toShortcut, shape, pass)
        for parameter in shortcutNorm.parameters {
          outcome.parameters[parameter.name, default: []] += parameter.gradients
        }
      }
    }
    for parameter in layer.parameters { outcome.parameters[parameter.name] = parameter.gradients }
    return outcome
  }

  private func moments(_ view: TensorView, _ pass: Pass) -> ChannelSums {
    let sums = ChannelSums(rows: view.groups, channels: view.channels)
    pass.forEachChannel(view.channels) { channel, group in
      pass.kernels.panel_moments(
        view.channel(channel, group: group), 0, 1, view.length, pass.mask(group: group),
        sums.row(group, channel: channel))
    }
    return sums
  }

  private func made(_ gradient: SignalGradient, _ shape: Shape, _ pass: Pass) -> [Float] {
    let result = pass.tensor(channels: shape.channels, length: shape.length)
    for group in 0..<result.groups {
      var source = gradient.group(group, pass)
      pass.kernels.differentiate(
        &source, 0, shape.channels, 0, shape.length, result.channel(0, group: group), shape.length * Tensor.lanes)
    }
    return numbers(result, shape.recordings)
  }

  /// The same with one layer after the other.
  private func plain(_ shape: Shape, _ compute: Compute) -> Outcome {
    let pass = pass(compute, shape.recordings)
    let norm = BatchNorm1D(name: "n", channels: shape.channels, rectify: true)
    let shortcutNorm = BatchNorm1D(name: "m", channels: shape.channels)
    let sum = RectifiedSum()
    let (a, b, maxima) = (
      Convolution1D(name: "a", inputs: shape.channels, outputs: 9, taps: 1),
      Convolution1D(name: "b", inputs: shape.channels, outputs: 6, taps: 1), MaxPool3()
    )
    let pool = ConcatenatedPooling()
    let parameters = norm.parameters + shortcutNorm.parameters + a.parameters + b.parameters
    for parameter in parameters { parameter.initialise(seed: 9) }
    let (z, s) = (
      pass.tensor(channels: shape.channels, length: shape.length),
      pass.tensor(channels: shape.channels, length: shape.length)
    )
    fill(z, "z", recordings: shape.recordings)
    fill(s, "s", recordings: shape.recordings)
    var x = norm.forward(z, pass)
    if shape.hasShortcut { x = sum.forward(x, shortcutNorm.forward(s, pass), pass) }
    var outcome = Outcome()
    outcome.outputs = [
      numbers(a.forward(x, pass), shape.recordings),
      numbers(b.forward(maxima.forward(x, pass), pass), shape.recordings),
    ]
    outcome.pooled = numbers(pool.forward(x, pass), shape.recordings)

    let slopes = [9, 6].map { pass.tensor(channels: $0, length: shape.length) }
    for (index, slope) in slopes.enumerated() { fill(slope, "dy\(index)", recordings: shape.recordings) }
    let toPooled = pass.tensor(channels: 2 * shape.channels, length: 1)
    fill(toPooled, "dp", recordings: shape.recordings)
    let toX = a.backward(slopes[0], pass)
    toX.add(maxima.backward(b.backward(slopes[1], pass), pass), pass)
    for gradient in [toX, pool.backward(toPooled, pass)] {
      var upstream = gradient
      if shape.hasShortcut {
        upstream = sum.backward(upstream, pass)
        outcome.toShortcut += numbers(shortcutNorm.backward(upstream, pass), shape.recordings)
        for parameter in shortcutNorm.parameters {
          outcome.parameters[parameter.name, default: []] += parameter.gradients
        }
      }
      outcome.toSignal += numbers(norm.backward(upstream, pass), shape.recordings)
      for parameter in norm.parameters { outcome.parameters[parameter.name, default: []] += parameter.gradients }
    }
    for parameter in a.parameters + b.parameters { outcome.parameters[parameter.name] = parameter.gradients }
    return outcome
  }

  @Test(arguments: shapes) func theyAgreeWithTheLayersOneAfterTheOther(shape: Shape) {
    let compute = Compute(workers: Workers(2))
    #expect(fused(shape, compute).difference(from: plain(shape, compute)) < 2e-5)
  }

  @Test(arguments: shapes) func theyGiveTheSameBitsHoweverTheyAreComputed(shape: Shape) {
    let expected = fused(shape, Compute(workers: Workers(1)))
    for threads in [2, 4] {
      #expect(fused(shape, Compute(workers: Workers(threads))).difference(from: expected) == 0, "\(threads) threads")
    }
    for set in InstructionSet.allCases where set.isSupported {
      let compute = Compute(workers: Workers(2), instructionSet: set)
      #expect(fused(shape, compute).difference(from: expected) == 0, "\(set)")
    }
  }

  @Test func anOffsetAThousandTimesTheDeviationCostsNoMoreThanSinglePrecisionHas() {
    let pass = pass(Compute(workers: Workers(1)), 16)
    let norm = ChannelNorm(name: "n", channels: 1)
    let z = pass.tensor(channels: 1, length: 1000)
    var exact: [Double] = []
    var stream = RandomStream(seed: 1, purpose: "offset")
    for recording in 0..<16 {
      for time in 0..<1000 {
        z[recording: recording, channel: 0, time: time] = Float(1000 + stream.normal())
        exact.append(Double(z[recording: recording, channel: 0, time: time]))
      }
    }
    let mean = exact.reduce(0, +) / 16000
    let variance = exact.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 16000
    norm.prepare([moments(z, pass)], length: 1000, pass)
    let measured = Double(norm.scale[0])
    #expect((measured - 1 / (variance + 1e-5).squareRoot()).magnitude < 1e-5)
  }

  @Test func memoryGoesFromOneTensorToTheNext() {
    let memory = TensorMemory()
    let first = memory.take(1000).base
    let second = memory.take(900)
    #expect(second.base == first)
    let third = memory.take(1000)
    #expect(third.base != second.base)
    let large = memory.take(1 << 20)
    #expect(UInt(bitPattern: large.base).isMultiple(of: 64))
  }
}
