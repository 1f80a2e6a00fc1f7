import CKernels

/// ``Convolution1D`` in the frequency domain, by overlapping tiles of 256 points.
///
/// A tile gives 257 - taps outputs. With U, V and W the spectra of input tiles, of gradient tiles (padded with zeros to
/// 256 points) and of the weights, for every bin and tile:
///
///     forward            Y = conj(W) U
///     gradient to x      C = W V, tiles overlap and are added
///     gradient to w      D = sum over tiles and recordings of conj(V) U
///
/// Arithmetic per output falls from `taps` to about 10 multiply-adds a pair of channels at 39 taps.
final class FourierConvolution {
  private let inputs: Int
  private let outputs: Int
  private let taps: Int
  private let step: Int
  private static let bins = FourierTables.bins
  private static let lanes = Tensor.lanes

  private let weightSpectrum = Tensor()

  /// nil for shapes that the kernels' blocks do not divide or that have too few taps to gain anything.
  init?(inputs: Int, outputs: Int, taps: Int) {
    guard inputs.isMultiple(of: 4), outputs.isMultiple(of: 4), taps >= 9, taps <= 129 else { return nil }
    self.inputs = inputs
    self.outputs = outputs
    self.taps = taps
    step = FourierTables.points - taps + 1
  }

  /// Whether this beats the direct way at `length` samples: a tile should be well used.
  func isFaster(length: Int) -> Bool { length >= step / 2 }

  private struct Shape {
    let tiles: Int
    let groups: Int
    /// Tiles of all groups, made even for the kernels; the last one is zeros then.
    let columns: Int
    var isPadded: Bool { columns != tiles * groups }
  }

  private func shape(of view: TensorView) -> Shape {
    let tiles = (view.length + step - 1) / step
    let columns = tiles * view.groups
    return Shape(tiles: tiles, groups: view.groups, columns: columns + columns % 2)
  }

  func forward(_ input: TensorView, weights: TensorView, into result: TensorView, _ pass: Pass) {
    let shape = shape(of: input)
    let w = transformWeights(weights, pass)
    let u = pass.compute.scratch.input.view(groups: 1, channels: Self.bins * inputs * 2, length: shape.columns)
    let y = pass.compute.scratch.output.view(groups: 1, channels: Self.bins * outputs * 2, length: shape.columns)
    transform(input, offset: -(taps - 1) / 2, span: FourierTables.points, to: u, shape, pass)
    product(pass) { [outputs, inputs] first, last in
      pass.kernels.fourier_forward_product(
        w.base, u.base, y.base, outputs, inputs, shape.columns, first, last)
    }
    invert(y, to: result, offset: 0, count: step, accumulate: false, shape, pass)
  }

  func backward(
    _ gradient: TensorView, input: TensorView, weights: TensorView, weightGradient: TensorView,
    inputGradient: TensorView?, _ pass: Pass
  ) {
    let shape = shape(of: input)
    let u = pass.compute.scratch.input.view(groups: 1, channels: Self.bins * inputs * 2, length: shape.columns)
    let v = pass.compute.scratch.output.view(groups: 1, channels: Self.bins * outputs * 2, length: shape.columns)
    // Transforming the input again costs less than keeping every layer's spectrum would in memory.
    transform(input, offset: -(taps - 1) / 2, span: FourierTables.points, to: u, shape, pass)
    transform(gradient, offset: 0, span: step, to: v, shape, pass)
    let d = pass.compute.scratch.weights.view(groups: 1, channels: Self.bins * 2 * outputs * inputs, length: 1)
    product(pass) { [outputs, inputs] first, last in
      pass.kernels.fourier_weight_product(
        v.base, u.base, d.base, outputs, inputs, shape.columns, first, last)
    }
    invertWeights(d, to: weightGradient, pass)
    guard let inputGradient else { return }
    let w = weightSpectrum.view(groups: 1, channels: Self.bins * 2 * outputs * inputs, length: 1)
    product(pass) { [outputs, inputs] first, last in
      pass.kernels.fourier_input_product(
        w.base, v.base, u.base, outputs, inputs, shape.columns, first, last)
    }
    inputGradient.clear()
    invert(
      u, to: inputGradient, offset: -(taps - 1) / 2, count: FourierTables.points, accumulate: true, shape, pass)
  }

  // MARK: steps

  private func product(_ pass: Pass, _ body: @Sendable (_ first: Int, _ last: Int) -> Void) {
    pass.compute.workers.forEach(Self.bins) { body($0, $0 + 1) }
  }

  private func transform(
    _ signal: TensorView, offset: Int, span: Int, to spectrum: TensorView, _ shape: Shape, _ pass: Pass
  ) {
    let channels = signal.channels
    let tables = pass.compute.fourierTables
    let step = step
    pass.forEachChannel(channels) { channel, group in
      pass.kernels.fourier_forward(
        signal.channel(channel, group: group), signal.length, shape.tiles, step, offset, span, tables.tables,
        spectrum.base + channel * 2 * shape.columns * Self.lanes, channels * 2 * shape.columns, shape.columns,
        group * shape.tiles)
      guard shape.isPadded, group == 0 else { return }
      for bin in 0..<Self.bins {
        for part in 0..<2 {
          let row = (bin * channels + channel) * 2 + part
          (spectrum.base + ((row + 1) * shape.columns - 1) * Self.lanes).update(repeating: 0, count: Self.lanes)
        }
      }
    }
  }

  private func invert(
    _ spectrum: TensorView, to signal: TensorView, offset: Int, count: Int, accumulate: Bool, _ shape: Shape,
    _ pass: Pass
  ) {
    let channels = signal.channels
    let tables = pass.compute.fourierTables
    let step = step
    pass.forEachChannel(channels) { channel, group in
      pass.kernels.fourier_inverse(
        spectrum.base + channel * 2 * shape.columns * Self.lanes, channels * 2 * shape.columns, shape.columns,
        group * shape.tiles, shape.tiles, tables.tables, signal.channel(channel, group: group), signal.length, step,
        offset, count, accumulate ? 1 : 0)
    }
  }

  /// Spectra of the filters, 16 (output, input) pairs side by side in the lanes.
  private func transformWeights(_ weights: TensorView, _ pass: Pass) -> TensorView {
    let pairs = outputs * inputs
    let result = weightSpectrum.view(groups: 1, channels: Self.bins * 2 * pairs, length: 1)
    let lanes = Self.lanes
    let taps = taps
    let turned = pass.compute.scratch.turned.view(groups: pairs / lanes, channels: 1, length: FourierTables.points)
    let tables = pass.compute.fourierTables
    pass.compute.workers.forEach(pairs / lanes) { block in
      let column = turned.channel(0, group: block)
      for lane in 0..<lanes {
        let filter = weights.base + (block * lanes + lane) * taps
        for tap in 0..<taps { column[tap * lanes + lane] = filter[tap] }
      }
      pass.kernels.fourier_forward(
        column, taps, 1, 0, 0, FourierTables.points, tables.tables, result.base, 2 * pairs / lanes, pairs / lanes,
        block)
    }
    return result
  }

  private func invertWeights(_ spectrum: TensorView, to gradient: TensorView, _ pass: Pass) {
    let pairs = outputs * inputs
    let lanes = Self.lanes
    let taps = taps
    let turned = pass.compute.scratch.turned.view(groups: pairs / lanes, channels: 1, length: FourierTables.points)
    let tables = pass.compute.fourierTables
    pass.compute.workers.forEach(pairs / lanes) { block in
      let column = turned.channel(0, group: block)
      pass.kernels.fourier_inverse(
        spectrum.base, 2 * pairs / lanes, pairs / lanes, block, 1, tables.tables, column, taps, 0, 0, taps, 0)
      for lane in 0..<lanes {
        let filter = gradient.base + (block * lanes + lane) * taps
        for tap in 0..<taps { filter[tap] = column[tap * lanes + lane] }
      }
    }
  }
}

/// Spectra are large and short-lived, so the layers that compute together share their memory, one after the other.
final class FourierScratch {
  let input = Tensor()
  let output = Tensor()
  let weights = Tensor()
  let turned = Tensor()

  init() {}
}
