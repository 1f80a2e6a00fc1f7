import Testing

@testable import ECGTraining

/// What layers say they have computed, against counts made by hand from their formulas.
@Suite struct ArithmeticCounterTests {
  /// Operations of a forward and of a backward pass of `layer` over one group.
  private func operations(
    of layer: any Layer, channels: Int, length: Int
  ) -> (forward: Int, backward: Int) {
    let compute = Compute(workers: .init(1))
    let pass = Pass(compute: compute, isTraining: true, recordings: Array(0..<16), seed: 1, epoch: 0)
    let (input, slopes) = (Tensor(), Tensor())
    let y = layer.forward(input.view(groups: 1, channels: channels, length: length), pass)
    let forward = compute.arithmetic.total
    _ = layer.backward(slopes.view(groups: 1, channels: y.channels, length: y.length), pass)
    return (forward, compute.arithmetic.total - forward)
  }

  @Test func stridedConvolutionsCountAMultiplyAddForEachTap() {
    // 5 results of 3 outputs from 2 inputs through 5 taps, 16 lanes, two operations each.
    let layer = StridedConvolution1D(
      name: "s", inputs: 2, outputs: 3, taps: 5, stride: 2, padding: 2, hasBias: true)
    let (forward, backward) = operations(of: layer, channels: 2, length: 9)
    #expect(forward == 5 * 3 * 2 * 5 * 16 * 2)
    // To the weights the same, to the biases a sum over 5 results, to the input: 5 steps with three taps, 4 with two.
    #expect(backward == forward + 5 * 3 * 16 * 2 + (5 * 3 + 4 * 2) * 3 * 2 * 16 * 2)
  }

  @Test func anLSTMCountsItsProductsAndItsFunctions() {
    let (units, inputs, length) = (6, 4, 7)
    let (forward, backward) = operations(
      of: LSTM(name: "r", layer: 0, inputs: inputs, units: units), channels: inputs, length: length)
    let entrance = 2 * 4 * units * inputs
    let recurrence = 2 * 4 * units * units
    // Logistic 23 operations, tangent 25 (elementary_body.h, counted line by line), 4 for cell and state.
    #expect(forward == 16 * length * (entrance + recurrence + units * (3 * 23 + 2 * 25 + 4)))
    // The recurrence turned round, the two weights' gradients, the biases' and the input's; 48 for the gates' gradients.
    #expect(backward == 16 * length * (recurrence + units * 48 + entrance + recurrence + 2 * 4 * units + entrance))
  }

  @Test func attentionCountsScoresSoftmaxAndMix() {
    let (channels, heads, length) = (8, 2, 5)
    let (forward, backward) = operations(
      of: SelfAttention(name: "a", channels: channels, heads: heads), channels: channels, length: length)
    let (width, pairs) = (4, 25)
    let linear = 2 * channels * channels * length
    // Scores, their scale, 24 for a number of the softmax, the mix.
    #expect(forward == 16 * (4 * linear + heads * pairs * (2 * width + 1 + 24 + 2 * width)))
    let rows = heads * pairs * (2 * (2 * width + 1) + 24 + 5 + 6 * width)
    #expect(backward == 16 * (8 * linear + 2 * 4 * channels * length + rows))
  }

  @Test func countsGrowWithTheBatchByGroupsOf16() {
    let layer = StridedConvolution1D(name: "s", inputs: 2, outputs: 3, taps: 3)
    let compute = Compute(workers: .init(2))
    let input = Tensor()
    for (recordings, groups) in [(1, 1), (16, 1), (17, 2)] {
      let before = compute.arithmetic.total
      let pass = Pass(
        compute: compute, isTraining: false, recordings: Array(0..<recordings), seed: 1, epoch: 0)
      _ = layer.forward(input.view(groups: groups, channels: 2, length: 10), pass)
      #expect(compute.arithmetic.total - before == groups * 8 * 3 * 2 * 3 * 16 * 2)
    }
  }
}
