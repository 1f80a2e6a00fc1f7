import CKernels

/// How the process gets its memory.
enum Allocator {
  /// Keeps memory that was freed for the next recording instead of giving it back: getting it anew costs a page fault
  /// for every 4 kilobytes.
  static func keepFreedMemory() { ek_keep_freed_memory(16 << 20, 64 << 20) }
}
