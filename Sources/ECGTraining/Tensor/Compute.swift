import CKernels
import Dispatch
import Reproducibility
import Synchronization

/// The instruction sets that the kernels are compiled for. All give the same bits.
public enum InstructionSet: String, Sendable, CaseIterable {
  /// What every processor of the architecture has; on x86-64 fused multiply-add is then emulated, which is slow.
  case baseline
  /// AVX2 with FMA.
  case avx2
  /// AVX-512 F, VL, BW and DQ.
  case avx512

  var kernelSet: ek_instruction_set {
    switch self {
    case .baseline: EK_BASELINE
    case .avx2: EK_AVX2
    case .avx512: EK_AVX512
    }
  }

  /// Whether this processor runs it.
  public var isSupported: Bool { ek_supports(kernelSet) != 0 }

  /// The one named by the environment variable `EINTHOVEN_ISA` where that is supported, else the fastest supported.
  public static var preferred: InstructionSet {
    let name = String(cString: ek_instruction_set_name(ek_preferred_instruction_set()))
    return InstructionSet(rawValue: name) ?? .baseline
  }
}

/// Kernels, threads and scratch memory: what every layer computes with. Results depend on none of them. One network at a
/// time may compute with a value.
public struct Compute: @unchecked Sendable {
  /// Threads.
  public let workers: Workers
  /// What the kernels run in.
  public let instructionSet: InstructionSet
  // A table of functions in static memory: never written, so safe to share.
  let kernels: ek_kernels
  let fourierTables: FourierTables
  let memory = TensorMemory()
  /// What has been computed so far.
  public let arithmetic = ArithmeticCounter()

  /// Computes with `workers` in `instructionSet`, or in the baseline where this processor lacks it.
  public init(workers: Workers, instructionSet: InstructionSet = .preferred) {
    self.workers = workers
    self.instructionSet = instructionSet.isSupported ? instructionSet : .baseline
    kernels = ek_kernels_for(self.instructionSet.kernelSet).pointee
    fourierTables = .shared
  }

  /// Floating-point operations a second that all threads reach with multiply-adds on registers: the best of several
  /// tries of some milliseconds each. Takes about a third of a second.
  public func measuredPeak() -> Double {
    let rounds = 2_000_000
    var best = 0.0
    for _ in 0..<7 {
      let begin = DispatchTime.now().uptimeNanoseconds
      let operations = Mutex(0.0)
      workers.forEach(workers.count) { _ in
        var kept: Float = 0
        let done = kernels.peak(rounds, &kept)
        operations.withLock { $0 += done }
      }
      let seconds = Double(DispatchTime.now().uptimeNanoseconds - begin) / 1e9
      best = max(best, operations.withLock { $0 } / seconds)
    }
    return best
  }
}
