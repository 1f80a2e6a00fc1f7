import CKernels

/// The gradients of all parameters taken as one vector.
enum GradientClipping {
  /// The vector's Euclidean length, summed in double precision in the order of the parameters: the same bits with any
  /// number of threads. Not finite exactly where a gradient is not. O(numbers).
  static func norm(_ parameters: [Parameter], _ compute: Compute) -> Double {
    let sums = Sums(count: parameters.count)
    compute.workers.forEach(parameters.count) { index in
      sums.base[index] = compute.kernels.sum_of_squares(parameters[index].gradient, parameters[index].count)
    }
    return (0..<parameters.count).reduce(0) { $0 + sums.base[$1] }.squareRoot()
  }

  /// Multiplies every gradient by `largest` / (`norm` + 1e-6) where that is below 1, as PyTorch's `clip_grad_norm_` does
  /// (Pascanu et al. 2013, algorithm 1, with PyTorch's epsilon). O(numbers).
  static func clip(_ parameters: [Parameter], norm: Double, to largest: Double, _ compute: Compute) {
    let factor = largest / (norm + 1e-6)
    guard factor < 1 else { return }
    compute.workers.forEach(parameters.count) { index in
      compute.kernels.scale(parameters[index].gradient, parameters[index].count, Float(factor))
    }
  }

  /// One number a parameter, each written by one thread.
  private final class Sums: @unchecked Sendable {
    let base: UnsafeMutablePointer<Double>

    init(count: Int) {
      base = .allocate(capacity: max(1, count))
      base.initialize(repeating: 0, count: max(1, count))
    }

    deinit { base.deallocate() }
  }
}
