import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// Memory that goes from one use to the next: whoever takes a piece keeps it as long as it is referred to, and the next
/// one who needs a piece of about that size has it without asking the system, whose fresh pages cost more than the
/// arithmetic. A network's peak is then what lives at the same time, not the sum of all its layers.
///
/// What a piece holds when it is taken is whatever it held before.
final class TensorMemory: @unchecked Sendable {
  /// One piece, aligned to 64 bytes; it goes back when the last reference to it ends.
  final class Piece: @unchecked Sendable {
    let base: UnsafeMutablePointer<Float>
    fileprivate let bytes: Int
    private let memory: TensorMemory

    fileprivate init(base: UnsafeMutableRawPointer, bytes: Int, memory: TensorMemory) {
      self.base = base.assumingMemoryBound(to: Float.self)
      self.bytes = bytes
      self.memory = memory
    }

    deinit { memory.giveBack(UnsafeMutableRawPointer(base), bytes: bytes) }
  }

  private struct Free: @unchecked Sendable {
    let base: UnsafeMutableRawPointer
    let bytes: Int
  }

  private static let hugePage = 1 << 21
  private let free = Mutex<[Free]>([])

  init() {}

  deinit { free.withLock { for piece in $0 { piece.base.deallocate() } } }

  /// A piece of at least `count` floats. Safe from several threads.
  func take(_ count: Int) -> Piece {
    let wanted = max(1, count) * MemoryLayout<Float>.stride
    // Strided walks over a piece touch many pages, so that huge ones pay from a few hundred kilobytes on.
    let isLarge = wanted >= Self.hugePage / 8
    let bytes = isLarge ? (wanted + Self.hugePage - 1) / Self.hugePage * Self.hugePage : (wanted + 63) / 64 * 64
    let found = free.withLock { pieces -> Free? in
      // Of those that fit without much waste the smallest; a piece twice as large serves a last, ragged batch.
      var best: Int?
      for (index, piece) in pieces.enumerated() where piece.bytes >= bytes && piece.bytes <= 2 * bytes {
        if let smallest = best, pieces[smallest].bytes <= piece.bytes { continue }
        best = index
      }
      return best.map { pieces.remove(at: $0) }
    }
    if let found { return Piece(base: found.base, bytes: found.bytes, memory: self) }
    let base = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: isLarge ? Self.hugePage : 64)
    #if canImport(Glibc)
      // Advice only: where it is refused, the memory is as good, but slower to walk through.
      if isLarge { _ = madvise(base, bytes, 14 /* MADV_HUGEPAGE */) }
    #endif
    return Piece(base: base, bytes: bytes, memory: self)
  }

  /// A tensor in this shape that keeps its memory as long as it, or a view of it, is referred to.
  func tensor(groups: Int, channels: Int, length: Int) -> TensorView {
    let stride = channels * length * Tensor.lanes
    let piece = take(groups * stride)
    return TensorView(
      base: piece.base, groups: groups, channels: channels, length: length, groupStride: stride, owner: piece)
  }

  private func giveBack(_ base: UnsafeMutableRawPointer, bytes: Int) {
    free.withLock { $0.append(Free(base: base, bytes: bytes)) }
  }
}
