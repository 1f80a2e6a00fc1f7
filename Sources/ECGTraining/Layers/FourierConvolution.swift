import CKernels

/// ``Convolution1D`` in the frequency domain, by overlapping tiles of 256 points.
///
/// A tile gives step = 257 - taps results. With W the spectrum of the weights, for every bin:
///
///     forward            Y = conj(W) U     U: a tile of x and its neighbourhood, 256 points
///     gradient to x      C = W V           V: a tile of dy and its neighbourhood, 256 points
///     gradient to w      D = sum over tiles and recordings of conj(U0) V    U0: the tile of x alone, then zeros
///
/// Arithmetic per result falls from `taps` to about 10 multiply-adds a pair of channels at 39 taps. A tile of one group
/// goes through all its steps at once, in pieces of 16 channels, so that spectra stay in the second-level cache; only
/// what the weights' gradient needs of all tiles is written, bin by bin in one piece.
final class FourierConvolution: Sendable {
  private let inputs: Int
  private let outputs: Int
  /// `outputs` and as many zeros as make whole vectors.
  private let paddedOutputs: Int
  private let taps: Int
  private let step: Int
  private static let bins = FourierTables.bins
  private static let points = FourierTables.points
  private static let lanes = Tensor.lanes
  private static let block = 16

  /// nil for shapes that have nothing to gain: too few taps or channels, or tiles that would be mostly overlap.
  init?(inputs: Int, outputs: Int, taps: Int) {
    guard inputs >= 4, outputs >= 4, taps >= 3, taps <= 129 else { return nil }
    self.inputs = inputs
    self.outputs = outputs
    self.taps = taps
    paddedOutputs = (outputs + Self.block - 1) / Self.block * Self.block
    step = Self.points - taps + 1
  }

  /// Whether this beats the direct way at `length` samples. Measured for 8 to 128 channels, 3 to 25 taps and 130 to 1000
  /// samples, a tile costs as much as some 1100 taps of one output, more where few channels share its transforms. The
  /// choice is a function of the shape, so it is part of what decides the bits.
  func isFaster(length: Int) -> Bool {
    let pairs = inputs * outputs
    return taps * length * pairs >= 1100 * tiles(length) * (pairs + 64)
  }

  private func tiles(_ length: Int) -> Int { (length + step - 1) / step }
  private var margin: Int { (taps - 1) / 2 }
  /// Floats of all bins' pairs of one weight spectrum.
  private var spectrumSize: Int { Self.bins * 2 * inputs * paddedOutputs }

  // MARK: forward

  /// Writes y, and returns its sums of y and y^2 for every channel.
  func forward(_ input: TensorView, weights: TensorMemory.Piece, into result: TensorView, _ pass: Pass) -> ChannelSums {
    let tiles = tiles(input.length)
    let units = tiles * input.groups
    let sums = ChannelSums(rows: units, channels: outputs)
    let w = transformWeights(weights, pass)
    pass.count(units * (Arithmetic.transform * (inputs + outputs) + Arithmetic.spectra(pairs: inputs * outputs)))
    if pass.isTraining { pass.count(Arithmetic.moments(numbers: outputs * input.length * input.groups)) }
    let (kernels, tables) = (pass.kernels, pass.compute.fourierTables)
    pass.compute.workers.forEach(units) { [self] unit in
      let (group, tile) = (unit / tiles, unit % tiles)
      let u = SpectrumPanel(channels: inputs, pass)
      let y = SpectrumPanel(channels: Self.block, pass)
      let points = pass.compute.memory.take(Self.points * Self.lanes)
      let from = tile * step
      for channel in 0..<inputs {
        let source = window(
          of: input, channel, group: group, from: from - margin, steps: Self.points, in: points.base, pass)
        kernels.fourier(source, Self.points, tables.pointer, u.channel(channel), u.stride, Self.lanes)
      }
      let count = min(step, input.length - from)
      for first in stride(from: 0, to: outputs, by: Self.block) {
        let here = min(Self.block, outputs - first)
        kernels.fourier_correlate(w.base, u.base, u.stride, y.base, y.stride, paddedOutputs, inputs, first, here)
        for channel in 0..<here {
          let target = result.channel(first + channel, group: group) + from * Self.lanes
          kernels.fourier_back(y.channel(channel), y.stride, Self.lanes, tables.pointer, target, 0, count)
          guard pass.isTraining else { continue }
          kernels.panel_moments(
            target, 0, 1, count, pass.mask(group: group), sums.row(unit, channel: first + channel))
        }
      }
    }
    return sums
  }

  // MARK: backward

  /// Columns, that is tiles of one group, whose spectra are kept at once for the weights' gradient: what the last-level
  /// cache holds. Part of the order of summation.
  private static let columnsAtOnce = 10

  /// Writes the gradient to the weights, and the one to the input where that is wanted.
  func backward(
    _ gradient: SignalGradient, input: TensorView, weights: TensorMemory.Piece, weightGradient: TensorMemory.Piece,
    inputGradient: TensorView?, _ pass: Pass
  ) {
    let tiles = tiles(input.length)
    let columns = tiles * input.groups
    let chunks = (columns + Self.columnsAtOnce - 1) / Self.columnsAtOnce
    let w = inputGradient == nil ? nil : transformWeights(weights, pass)
    let d = pass.compute.memory.take(spectrumSize)
    countBackward(columns: columns, needsInputGradient: inputGradient != nil, pass)
    let most = (columns + chunks - 1) / chunks
    let kept = KeptSpectra(columns: most, inputs: inputs, outputs: paddedOutputs, pass)
    let kernels = pass.kernels
    for chunk in 0..<chunks {
      let first = chunk * columns / chunks
      let count = (chunk + 1) * columns / chunks - first
      pass.compute.workers.forEach(count) { [self] column in
        let (group, tile) = ((first + column) / tiles, (first + column) % tiles)
        keepInput(input, group: group, tile: tile, column, kept, pass)
        differentiate(
          gradient, group: group, tile: tile, column, kept, weights: w, to: inputGradient, pass)
      }
      pass.compute.workers.forEach(Self.bins) { [inputs, paddedOutputs] bin in
        kernels.fourier_weights(
          kept.input(bin: bin, column: 0), kept.inputStride, kept.gradient(bin: bin, column: 0), kept.gradientStride,
          d.base + bin * 2 * inputs * paddedOutputs, paddedOutputs, inputs, count, chunk == 0 ? 0 : 1)
      }
    }
    invertWeights(d, to: weightGradient, pass)
  }

  private func countBackward(columns: Int, needsInputGradient: Bool, _ pass: Pass) {
    let products = needsInputGradient ? 2 : 1
    let transforms = (needsInputGradient ? 2 : 1) * inputs + outputs
    pass.count(
      columns
        * (Arithmetic.transform * transforms + products * Arithmetic.spectra(pairs: inputs * outputs)
          + Arithmetic.gradient(numbers: outputs * Self.points)))
  }

  /// Keeps the spectra of the tile of x alone.
  private func keepInput(
    _ input: TensorView, group: Int, tile: Int, _ column: Int, _ kept: KeptSpectra, _ pass: Pass
  ) {
    let u = SpectrumPanel(channels: inputs, pass)
    let from = tile * step
    let count = min(step, input.length - from)
    for channel in 0..<inputs {
      pass.kernels.fourier(
        input.channel(channel, group: group) + from * Self.lanes, count, pass.compute.fourierTables.pointer,
        u.channel(channel), u.stride, Self.lanes)
    }
    for bin in 0..<Self.bins {
      kept.input(bin: bin, column: column).update(from: u.base + bin * u.stride, count: inputs * 2 * Self.lanes)
    }
  }

  /// Keeps the spectra of a tile of dy, channels in the lanes, and works out the tile of dx.
  private func differentiate(
    _ gradient: SignalGradient, group: Int, tile: Int, _ column: Int, _ kept: KeptSpectra,
    weights: TensorMemory.Piece?, to result: TensorView?, _ pass: Pass
  ) {
    let (kernels, tables) = (pass.kernels, pass.compute.fourierTables)
    let points = pass.compute.memory.take(Self.points * Self.lanes)
    let v = SpectrumPanel(channels: Self.block, pass)
    let c = SpectrumPanel(channels: inputs, pass)
    var source = gradient.group(group, pass)
    let from = tile * step
    for first in stride(from: 0, to: outputs, by: Self.block) {
      let here = min(Self.block, outputs - first)
      for channel in 0..<here {
        kernels.differentiate(&source, first + channel, 1, from - margin, Self.points, points.base, 0)
        kernels.fourier(points.base, Self.points, tables.pointer, v.channel(channel), v.stride, Self.lanes)
      }
      for channel in here..<Self.block { v.clear(channel) }
      kernels.fourier_turn(
        v.base, v.stride, kept.gradient(bin: 0, column: column) + first * 2 * Self.lanes, kept.gradientBinStride)
      if let weights {
        kernels.fourier_convolve(
          weights.base, v.base, v.stride, c.base, c.stride, paddedOutputs, inputs, first, here)
      }
    }
    guard let result else { return }
    let count = min(step, result.length - from)
    for channel in 0..<inputs {
      kernels.fourier_back(
        c.channel(channel), c.stride, Self.lanes, tables.pointer,
        result.channel(channel, group: group) + from * Self.lanes, taps - 1, count)
    }
  }

  /// Some steps of a channel, zeros outside: where they lie, or a copy.
  private func window(
    of signal: TensorView, _ channel: Int, group: Int, from: Int, steps: Int, in copy: UnsafeMutablePointer<Float>,
    _ pass: Pass
  ) -> UnsafeMutablePointer<Float> {
    let row = signal.channel(channel, group: group)
    if from >= 0 && from + steps <= signal.length { return row + from * Self.lanes }
    let (start, end) = (max(0, from), min(signal.length, from + steps))
    copy.update(repeating: 0, count: (start - from) * Self.lanes)
    (copy + (start - from) * Self.lanes).update(from: row + start * Self.lanes, count: (end - start) * Self.lanes)
    (copy + (end - from) * Self.lanes).update(repeating: 0, count: (from + steps - end) * Self.lanes)
    return copy
  }

  // MARK: weights

  /// Spectra of the filters `[bin][input][re, im][outputs]`: 16 outputs of one input side by side in the lanes.
  private func transformWeights(_ weights: TensorMemory.Piece, _ pass: Pass) -> TensorMemory.Piece {
    let result = pass.compute.memory.take(spectrumSize)
    pass.count(Arithmetic.transform * inputs * paddedOutputs / Self.lanes)
    let (kernels, tables) = (pass.kernels, pass.compute.fourierTables)
    pass.compute.workers.forEach(inputs) { [self] input in
      let points = pass.compute.memory.take(Self.points * Self.lanes)
      for first in stride(from: 0, to: paddedOutputs, by: Self.block) {
        forEachLane(from: first) { lane, output in
          for tap in 0..<taps {
            points.base[tap * Self.lanes + lane] =
              output < outputs ? weights.base[(output * inputs + input) * taps + tap] : 0
          }
        }
        kernels.fourier(
          points.base, taps, tables.pointer, result.base + input * 2 * paddedOutputs + first,
          2 * inputs * paddedOutputs,
          paddedOutputs)
      }
    }
    return result
  }

  private func invertWeights(_ spectrum: TensorMemory.Piece, to gradient: TensorMemory.Piece, _ pass: Pass) {
    pass.count(Arithmetic.transform * inputs * paddedOutputs / Self.lanes)
    let (kernels, tables) = (pass.kernels, pass.compute.fourierTables)
    pass.compute.workers.forEach(inputs) { [self] input in
      let points = pass.compute.memory.take(Self.points * Self.lanes)
      for first in stride(from: 0, to: paddedOutputs, by: Self.block) {
        kernels.fourier_back(
          spectrum.base + input * 2 * paddedOutputs + first, 2 * inputs * paddedOutputs, paddedOutputs, tables.pointer,
          points.base, 0, taps)
        forEachLane(from: first) { lane, output in
          guard output < outputs else { return }
          // The lag of tap k is taps - 1 - k.
          for tap in 0..<taps {
            gradient.base[(output * inputs + input) * taps + tap] = points.base[(taps - 1 - tap) * Self.lanes + lane]
          }
        }
      }
    }
  }

  private func forEachLane(from first: Int, _ body: (_ lane: Int, _ output: Int) -> Void) {
    for lane in 0..<Self.block { body(lane, first + lane) }
  }
}

/// Spectra of some channels of one tile, `[bin][channel][re, im][16 lanes]`, bins an odd number of vectors apart.
private struct SpectrumPanel {
  private let piece: TensorMemory.Piece
  /// Floats from one bin to the next.
  let stride: Int

  init(channels: Int, _ pass: Pass) {
    stride = (2 * channels + 2) * Tensor.lanes
    piece = pass.compute.memory.take(FourierTables.bins * stride)
  }

  var base: UnsafeMutablePointer<Float> { piece.base }
  func channel(_ channel: Int) -> UnsafeMutablePointer<Float> { base + channel * 2 * Tensor.lanes }
  func clear(_ channel: Int) {
    for bin in 0..<FourierTables.bins {
      (self.channel(channel) + bin * stride).update(repeating: 0, count: 2 * Tensor.lanes)
    }
  }
}

/// Spectra of several columns: of x `[bin][column][input][re, im][16 recordings]`, and of dy
/// `[bin][column][outputs / 16][recording][re, im][16 outputs]`.
private struct KeptSpectra: @unchecked Sendable {
  private let inputs, gradients: TensorMemory.Piece
  /// Floats from one column to the next.
  let inputStride, gradientStride: Int
  private let columns: Int

  init(columns: Int, inputs: Int, outputs: Int, _ pass: Pass) {
    self.columns = columns
    inputStride = inputs * 2 * Tensor.lanes
    gradientStride = outputs * 2 * Tensor.lanes
    self.inputs = pass.compute.memory.take(FourierTables.bins * columns * inputStride)
    gradients = pass.compute.memory.take(FourierTables.bins * columns * gradientStride)
  }

  var gradientBinStride: Int { columns * gradientStride }
  func input(bin: Int, column: Int) -> UnsafeMutablePointer<Float> {
    inputs.base + (bin * columns + column) * inputStride
  }
  func gradient(bin: Int, column: Int) -> UnsafeMutablePointer<Float> {
    gradients.base + (bin * columns + column) * gradientStride
  }
}
