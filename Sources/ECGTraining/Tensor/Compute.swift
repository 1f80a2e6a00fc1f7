import CKernels
import Reproducibility

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

  /// Computes with `workers` in `instructionSet`, or in the baseline where this processor lacks it.
  public init(workers: Workers, instructionSet: InstructionSet = .preferred) {
    self.workers = workers
    self.instructionSet = instructionSet.isSupported ? instructionSet : .baseline
    kernels = ek_kernels_for(self.instructionSet.kernelSet).pointee
    fourierTables = .shared
  }
}
