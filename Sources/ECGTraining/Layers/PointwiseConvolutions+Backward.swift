import CKernels

/// The backward pass of ``PointwiseConvolutions`` over one block of time: one thread's panels.
final class BackwardWork {
  private struct BranchPanel {
    let branch: PointwiseConvolutions.Branch
    /// The gradient to the branch's output; with a step before and after for those on maxima.
    let gradient: Panel
    var margin: Int { branch.onMaxima ? 1 : 0 }
    var rows: UnsafeMutablePointer<Float> { gradient.at(step: margin) }
  }

  private let panels: [BranchPanel]
  private let x, maxima, toX, toMaxima: Panel

  init(branches: [PointwiseConvolutions.Branch], block: Int, channels: Int, _ pass: Pass) {
    panels = branches.map {
      BranchPanel(branch: $0, gradient: Panel(channels: $0.outputs, steps: block + ($0.onMaxima ? 2 : 0), pass))
    }
    x = Panel(channels: channels, steps: block + 4, pass)
    maxima = Panel(channels: channels, steps: block, pass)
    toX = Panel(channels: channels, steps: block, pass)
    toMaxima = Panel(channels: channels, steps: block + 2, pass)
  }

  /// Makes the gradients of a block.
  func read(_ gradients: [SignalGradient], group: Int, from: Int, steps: Int, _ pass: Pass) {
    for (panel, gradient) in zip(panels, gradients) {
      var source = gradient.group(group, pass)
      pass.kernels.differentiate(
        &source, 0, panel.branch.outputs, from - panel.margin, steps + 2 * panel.margin, panel.gradient.base,
        panel.gradient.stride)
    }
  }

  /// Makes some channels of the activation, with two steps before and after, and their maxima.
  func read(_ activation: Activation, group: Int, channels: Range<Int>, from: Int, steps: Int, _ pass: Pass) {
    var source = activation.group(group)
    pass.kernels.activate(
      &source, channels.lowerBound, channels.count, from - 2, steps + 4, -Float.infinity, x.base, x.stride)
    guard panels.contains(where: \.branch.onMaxima) else { return }
    pass.kernels.maxima(x.at(step: 1), x.stride, maxima.base, maxima.stride, channels.count, steps)
  }

  /// Adds this block's part of each branch's weight gradients, of `count` inputs.
  func addWeightGradients(
    _ targets: [UnsafeMutablePointer<Float>], stride: Int, count: Int, steps: Int, _ pass: Pass
  ) {
    for (panel, target) in zip(panels, targets) {
      let (rows, rowStride) = panel.branch.onMaxima ? (maxima.base, maxima.stride) : (x.at(step: 2), x.stride)
      pass.kernels.outer(
        panel.rows, panel.gradient.stride, rows, rowStride, target, stride, panel.branch.outputs, count, steps)
    }
  }

  /// Works out the gradient to `count` channels of the activation; `weights` begin at the first of them.
  func inputGradient(
    _ weights: [UnsafeMutablePointer<Float>], stride: Int, count: Int, steps: Int, _ pass: Pass
  ) {
    var (hasX, hasMaxima) = (false, false)
    for (panel, weight) in zip(panels, weights) {
      if panel.branch.onMaxima {
        pass.kernels.product(
          weight, stride, panel.gradient.base, panel.gradient.stride, toMaxima.base, toMaxima.stride, nil, count,
          panel.branch.outputs, steps + 2, hasMaxima ? 1 : 0)
        hasMaxima = true
      } else {
        pass.kernels.product(
          weight, stride, panel.gradient.base, panel.gradient.stride, toX.base, toX.stride, nil, count,
          panel.branch.outputs, steps, hasX ? 1 : 0)
        hasX = true
      }
    }
    if !hasX {
      for channel in 0..<count {
        (toX.base + channel * toX.stride).update(repeating: 0, count: steps * Tensor.lanes)
      }
    }
    guard hasMaxima else { return }
    pass.kernels.maxima_gradient(
      x.base, x.stride, toMaxima.base, toMaxima.stride, toX.base, toX.stride, count, steps)
  }

  /// Writes that gradient past the activation's rectifier, with the sums that its batch norms need.
  func write(
    to result: TensorView, _ activation: Activation, group: Int, first: Int, count: Int, from: Int, steps: Int,
    _ sums: UnsafeMutablePointer<Double>, _ shortcutSums: UnsafeMutablePointer<Double>?, _ pass: Pass
  ) {
    let rowStride = result.length * Tensor.lanes
    let target = result.channel(first, group: group) + from * Tensor.lanes
    guard activation.norm != nil else {
      for channel in 0..<count {
        (target + channel * rowStride).update(from: toX.base + channel * toX.stride, count: steps * Tensor.lanes)
      }
      return
    }
    var source = activation.group(group)
    pass.kernels.rectify_gradient_rows(
      &source, first, count, from, steps, x.at(step: 2), x.stride, toX.base, toX.stride, target, rowStride, sums,
      shortcutSums)
  }
}
