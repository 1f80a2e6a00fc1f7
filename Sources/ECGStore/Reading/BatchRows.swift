import CKernels
import Reproducibility
import Synchronization

/// Memory that threads take and give back, so that none is allocated once work is going on.
final class Pool<Element: Sendable>: Sendable {
  private let idle = Mutex<[Element]>([])
  private let make: @Sendable () -> Element

  init(_ make: @escaping @Sendable () -> Element) { self.make = make }

  func take() -> Element { idle.withLock { $0.popLast() } ?? make() }

  func giveBack(_ element: Element) { idle.withLock { $0.append(element) } }

  /// Runs `body` with one that nobody else has meanwhile.
  func with<Result>(_ body: (Element) throws -> Result) rethrows -> Result {
    let element = take()
    defer { giveBack(element) }
    return try body(element)
  }
}

/// Bytes aligned to 64, zero at first. Sendable by agreement: each piece has one writer at a time.
final class AlignedBytes: @unchecked Sendable {
  let bytes: UnsafeMutableRawBufferPointer

  init(count: Int) {
    bytes = .allocate(byteCount: max(64, count), alignment: 64)
    bytes.initializeMemory(as: UInt8.self, repeating: 0)
  }

  deinit { bytes.deallocate() }
}

/// The samples of up to 16 recordings and what normalises them, before they become lanes.
final class LaneRows: Sendable {
  static let lanes = Int(EK_LANES)
  let leadCount: Int
  let sampleCount: Int
  private let samples: AlignedBytes
  private let factors: AlignedBytes

  init(leadCount: Int, sampleCount: Int) {
    self.leadCount = leadCount
    self.sampleCount = sampleCount
    samples = AlignedBytes(count: Self.lanes * leadCount * sampleCount * 2)
    factors = AlignedBytes(count: 2 * leadCount * Self.lanes * 4)
  }

  /// `[leads][samples]` of `lane`.
  func lane(_ lane: Int) -> UnsafeMutableRawBufferPointer {
    let size = leadCount * sampleCount * 2
    return UnsafeMutableRawBufferPointer(rebasing: samples.bytes[lane * size..<(lane + 1) * size])
  }

  /// Sets what is taken off `lead` of `lane` and what it is then multiplied by; a factor of 0 makes zeros of it.
  func set(_ factor: LeadFactor, lane: Int, lead: Int) {
    let floats = factors.bytes.assumingMemoryBound(to: Float.self)
    floats[2 * lead * Self.lanes + lane] = factor.offset
    floats[(2 * lead + 1) * Self.lanes + lane] = factor.scale
  }

  /// Writes `[samples][16]` of `lead`.
  func write(lead: Int, to target: UnsafeMutablePointer<Float>, _ kernels: ek_batch_kernels) {
    guard let base = samples.bytes.baseAddress?.assumingMemoryBound(to: Int16.self),
      let floats = factors.bytes.baseAddress?.assumingMemoryBound(to: Float.self)
    else { return }
    let first = floats + 2 * lead * Self.lanes
    withUnsafeTemporaryAllocation(of: UnsafePointer<Int16>?.self, capacity: Self.lanes) { rows in
      for lane in 0..<Self.lanes {
        rows.initializeElement(at: lane, to: UnsafePointer(base + (lane * leadCount + lead) * sampleCount))
      }
      kernels.lanes16(rows.baseAddress, sampleCount, first, first + Self.lanes, target)
    }
  }
}

/// A lead's number is (digital - offset) * scale in single precision.
struct LeadFactor: Equatable {
  let offset: Float
  let scale: Float
}

extension BatchLoader.Normalisation {
  /// The factor of one lead, computed in double precision from exact sums.
  func factor(_ row: UnsafePointer<Int16>, count: Int, gain: Double, baseline: Int32, _ kernels: ek_batch_kernels)
    -> LeadFactor
  {
    if self == .none { return LeadFactor(offset: Float(baseline), scale: Float(1 / gain)) }
    var moments = ek_row_moments()
    kernels.row_moments16(row, count, &moments)
    guard moments.present > 0 else { return LeadFactor(offset: 0, scale: 0) }
    let sign: Double = gain < 0 ? -1 : 1
    if self == .minMax {
      let width = Double(moments.maximum - moments.minimum)
      let offset = Float(gain < 0 ? moments.maximum : moments.minimum)
      return LeadFactor(offset: offset, scale: width > 0 ? Float(sign / width) : 0)
    }
    let present = Double(moments.present)
    let centre = Int64((Double(moments.sum) / present).rounded())
    // Sums of x - centre and of its square, exactly: no digits are lost to a large baseline.
    let sum = Double(moments.sum - moments.present * centre)
    let squares = Double(moments.squares &- 2 &* centre &* moments.sum &+ moments.present &* centre &* centre)
    let variance = squares / present - (sum / present) * (sum / present)
    let mean = Double(centre) + sum / present
    return LeadFactor(offset: Float(mean), scale: variance > 0 ? Float(sign / variance.squareRoot()) : 0)
  }
}
