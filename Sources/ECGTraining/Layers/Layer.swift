import CKernels
import Reproducibility

/// What a pass through the network needs to know beside the numbers.
public struct Pass: @unchecked Sendable {
  let compute: Compute
  /// Whether batch norm uses the batch's own statistics and dropout drops.
  public let isTraining: Bool
  /// Index of each lane's recording in the examples; the lanes after the last have no recording.
  let recordings: [Int]
  let seed: UInt64
  let epoch: Int
  /// Looks at every leaf layer's output: where training has diverged, and in comparisons; nil else.
  var probe: (any ForwardObserver)?
  /// 1 for a lane with a recording, 0 for one without: `[groups][16]`.
  private let maskStorage: MaskStorage

  /// A pass over the recordings at `recordings`.
  package init(compute: Compute, isTraining: Bool, recordings: [Int], seed: UInt64, epoch: Int) {
    self.compute = compute
    self.isTraining = isTraining
    self.recordings = recordings
    self.seed = seed
    self.epoch = epoch
    maskStorage = MaskStorage(count: recordings.count)
  }

  var groups: Int { (recordings.count + Tensor.lanes - 1) / Tensor.lanes }
  func mask(group: Int) -> UnsafePointer<Float> { UnsafePointer(maskStorage.base + group * Tensor.lanes) }
  var kernels: ek_kernels { compute.kernels }

  private final class MaskStorage {
    let base: UnsafeMutablePointer<Float>

    init(count: Int) {
      let lanes = (count + Tensor.lanes - 1) / Tensor.lanes * Tensor.lanes
      base = .allocate(capacity: max(1, lanes))
      for lane in 0..<max(1, lanes) { (base + lane).initialize(to: lane < count ? 1 : 0) }
    }

    deinit { base.deallocate() }
  }

  /// Adds to what ``Compute/arithmetic`` has counted.
  func count(_ operations: Int) { compute.arithmetic.add(operations) }

  /// Memory for a tensor of the batch, whatever it held before; it is kept as long as the view is.
  public func tensor(channels: Int, length: Int) -> TensorView {
    compute.memory.tensor(groups: groups, channels: channels, length: length)
  }

  /// Runs `body` for every channel of every group.
  func forEachChannel(_ channels: Int, _ body: @Sendable (_ channel: Int, _ group: Int) -> Void) {
    let groups = self.groups
    compute.workers.forEach(channels * groups) { body($0 / groups, $0 % groups) }
  }
}

/// A part of a network: numbers forward, gradients backward.
///
/// `backward` follows the `forward` of the same batch: a layer keeps what it needs in between. It returns the gradient
/// to the input and overwrites the parameters' gradients. Views that it returns are valid until its next call.
public protocol Layer: AnyObject {
  /// Trained numbers, in a fixed order.
  var parameters: [Parameter] { get }
  /// Running statistics, in a fixed order.
  var statistics: [RunningStatistic] { get }
  /// The output for `input`.
  func forward(_ input: TensorView, _ pass: Pass) -> TensorView
  /// The gradient to the input, given the one to the output.
  ///
  /// ``forward(_:_:)`` comes first; layers trap otherwise.
  func backward(_ gradient: TensorView, _ pass: Pass) -> TensorView
}

extension Optional {
  /// What a layer's `forward` kept for its `backward`. Nil is a mistake in the program and traps: networks and trainers call
  /// both in this order whatever they read, so that no input from outside gets here, and without what was kept there is no
  /// gradient to give.
  var keptByForward: Wrapped {
    guard let self else { preconditionFailure("backward without forward") }
    return self
  }
}

extension Layer {
  /// No running statistics, unless a layer has some.
  public var statistics: [RunningStatistic] { [] }
  /// No parameters, unless a layer has some.
  public var parameters: [Parameter] { [] }
}
