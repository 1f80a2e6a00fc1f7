#if canImport(Glibc)
  import Glibc
#endif

/// Numbers `[groups][channels][length][16]`: a group is 16 recordings, one a lane. Memory is taken once and kept, since
/// fresh pages would cost more than the arithmetic; it starts as zeros and is aligned to 64 bytes.
public final class Tensor {
  /// Recordings in a group.
  public static let lanes = 16

  private var storage: UnsafeMutableRawPointer?
  private var capacity = 0

  /// A tensor without memory.
  public init() {}

  deinit { storage?.deallocate() }

  /// Memory aligned to 64 bytes; large pieces lie on huge pages where the system has them, since taking a gigabyte in
  /// small ones costs seconds.
  private static func allocate(bytes: Int) -> UnsafeMutableRawPointer {
    let hugePage = 1 << 21
    guard bytes >= hugePage else { return .allocate(byteCount: bytes, alignment: 64) }
    let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: hugePage)
    #if canImport(Glibc)
      // Advice only: where it is refused, the memory is as good, but slower to take.
      _ = madvise(memory, bytes, 14 /* MADV_HUGEPAGE */)
    #endif
    return memory
  }

  /// The tensor in this shape, with whatever it held. Memory grows where it is too small, and then holds zeros.
  public func view(groups: Int, channels: Int, length: Int) -> TensorView {
    let count = groups * channels * length * Tensor.lanes
    if count > capacity || storage == nil {
      storage?.deallocate()
      let bytes = max(1, count) * MemoryLayout<Float>.stride
      let fresh = Self.allocate(bytes: bytes)
      fresh.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
      storage = fresh
      capacity = count
      return TensorView(
        base: fresh.assumingMemoryBound(to: Float.self), groups: groups, channels: channels, length: length,
        groupStride: channels * length * Tensor.lanes)
    }
    guard let storage else { preconditionFailure("a tensor that was just given memory has none") }
    return TensorView(
      base: storage.assumingMemoryBound(to: Float.self), groups: groups, channels: channels, length: length,
      groupStride: channels * length * Tensor.lanes)
  }
}

/// A tensor's memory, or a run of its channels, in a shape. Valid as long as the tensor lives and is not reshaped.
///
/// Sendable by agreement: layers give every thread channels of its own to write.
public struct TensorView: @unchecked Sendable {
  let base: UnsafeMutablePointer<Float>
  /// Groups of 16 recordings.
  public let groups: Int
  /// Channels of each.
  public let channels: Int
  /// Time steps of each channel.
  public let length: Int
  let groupStride: Int
  /// Keeps the memory, where that is not the affair of a ``Tensor``.
  private let owner: TensorMemory.Piece?

  init(
    base: UnsafeMutablePointer<Float>, groups: Int, channels: Int, length: Int, groupStride: Int,
    owner: TensorMemory.Piece? = nil
  ) {
    self.base = base
    self.groups = groups
    self.channels = channels
    self.length = length
    self.groupStride = groupStride
    self.owner = owner
  }

  /// Where `channel` of `group` begins: `length` steps of 16 floats.
  func channel(_ channel: Int, group: Int) -> UnsafeMutablePointer<Float> {
    base + (group * groupStride + channel * length * Tensor.lanes)
  }

  /// Some of the channels, so that several layers can write one tensor and nothing need be copied together.
  public func channels(_ range: Range<Int>) -> TensorView {
    TensorView(
      base: base + range.lowerBound * length * Tensor.lanes, groups: groups, channels: range.count, length: length,
      groupStride: groupStride, owner: owner)
  }

  /// The number of `recording` in the batch (group 16 g + lane l is recording 16 g + l).
  public subscript(recording recording: Int, channel channel: Int, time time: Int) -> Float {
    get { self.channel(channel, group: recording / Tensor.lanes)[time * Tensor.lanes + recording % Tensor.lanes] }
    nonmutating set {
      self.channel(channel, group: recording / Tensor.lanes)[time * Tensor.lanes + recording % Tensor.lanes] = newValue
    }
  }

  /// Sets every number to 0.
  func clear() {
    for group in 0..<groups {
      channel(0, group: group).update(repeating: 0, count: channels * length * Tensor.lanes)
    }
  }
}
