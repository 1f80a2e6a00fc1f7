import ECGTraining
import Reproducibility
import Testing

/// The oracle against central finite differences, in double precision: relative error below 1e-6.
@Suite struct ReferenceGradientTests {
  static let step = 1e-5

  private func signal(_ purpose: String, _ channels: Int, _ length: Int) -> ReferenceSignal {
    var stream = RandomStream(seed: 1, purpose: purpose)
    return ReferenceSignal(
      recordings: 3, channels: channels, length: length,
      values: (0..<3 * channels * length).map { _ in stream.normal() })
  }

  /// The largest difference between `gradient` and the finite differences of sum(weights * f(values)), relative to the
  /// largest gradient.
  private func error(
    of gradient: [Double], at values: [Double], weightedSum: ([Double]) -> Double
  ) -> Double {
    let largest = gradient.map(\.magnitude).max() ?? 1
    var worst = 0.0
    for index in values.indices {
      var (up, down) = (values, values)
      up[index] += Self.step
      down[index] -= Self.step
      let slope = (weightedSum(up) - weightedSum(down)) / (2 * Self.step)
      worst = max(worst, (slope - gradient[index]).magnitude / max(largest, 1e-12))
    }
    return worst
  }

  private func dot(_ a: ReferenceSignal, _ b: ReferenceSignal) -> Double {
    zip(a.values, b.values).reduce(0) { $0 + $1.0 * $1.1 }
  }

  private func with(_ x: ReferenceSignal, _ values: [Double]) -> ReferenceSignal {
    var copy = x
    copy.values = values
    return copy
  }

  @Test func convolution() {
    let x = signal("x", 2, 9)
    let w = signal("w", 4, 5).values
    let dy = signal("dy", 6, 9)
    let weights = Array(w[0..<6 * 2 * 5])
    let (dx, dw) = ReferenceMath.convolutionGradient(x, weights: weights, taps: 5, gradient: dy)
    #expect(
      error(of: dx.values, at: x.values) {
        dot(ReferenceMath.convolution(with(x, $0), weights: weights, outputs: 6, taps: 5), dy)
      } < 1e-6)
    #expect(
      error(of: dw, at: weights) {
        dot(ReferenceMath.convolution(x, weights: $0, outputs: 6, taps: 5), dy)
      } < 1e-6)
  }

  @Test func batchNorm() {
    let x = signal("x", 2, 7)
    let dy = signal("dy", 2, 7)
    let (gamma, beta) = ([1.3, -0.6], [0.2, 0.9])
    let gradient = ReferenceMath.batchNormGradient(x, gamma: gamma, gradient: dy)
    #expect(
      error(of: gradient.input.values, at: x.values) {
        dot(ReferenceMath.batchNorm(with(x, $0), gamma: gamma, beta: beta), dy)
      } < 1e-6)
    #expect(error(of: gradient.gamma, at: gamma) { dot(ReferenceMath.batchNorm(x, gamma: $0, beta: beta), dy) } < 1e-6)
    #expect(error(of: gradient.beta, at: beta) { dot(ReferenceMath.batchNorm(x, gamma: gamma, beta: $0), dy) } < 1e-6)
  }

  @Test func poolsAndRectifier() {
    let x = signal("x", 2, 8)
    let dy = signal("dy", 2, 8)
    let pooled = signal("pooled", 4, 1)
    #expect(
      error(of: ReferenceMath.maxPool3Gradient(x, gradient: dy).values, at: x.values) {
        dot(ReferenceMath.maxPool3(with(x, $0)), dy)
      } < 1e-6)
    #expect(
      error(of: ReferenceMath.concatenatedPoolingGradient(x, gradient: pooled).values, at: x.values) {
        dot(ReferenceMath.concatenatedPooling(with(x, $0)), pooled)
      } < 1e-6)
    #expect(
      error(of: ReferenceMath.rectifierGradient(x, gradient: dy).values, at: x.values) {
        dot(ReferenceMath.rectifier(with(x, $0)), dy)
      } < 1e-6)
  }

  @Test func linear() {
    let x = signal("x", 5, 1)
    let weights = Array(signal("w", 5, 1).values)
    let dy = signal("dy", 3, 1)
    let biases = [0.1, 0.2, -0.3]
    let gradient = ReferenceMath.linearGradient(x, weights: weights, gradient: dy)
    #expect(
      error(of: gradient.input.values, at: x.values) {
        dot(ReferenceMath.linear(with(x, $0), weights: weights, biases: biases), dy)
      } < 1e-6)
    #expect(
      error(of: gradient.weights, at: weights) {
        dot(ReferenceMath.linear(x, weights: $0, biases: biases), dy)
      } < 1e-6)
    #expect(
      error(of: gradient.biases, at: biases) {
        dot(ReferenceMath.linear(x, weights: weights, biases: $0), dy)
      } < 1e-6)
  }
}
