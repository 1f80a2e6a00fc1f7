import Reproducibility

/// SHA-256 of samples frame by frame: sample 0 of every lead, then sample 1, and so on, little-endian. It is the digest
/// of a WFDB signal file of format 16, so that samples which come from one are hashed once.
enum FrameDigest {
  /// Bytes that stay in the second-level cache while they are put in order and hashed.
  private static let blockSize = 1 << 16

  /// Of `samples`, `[leads][samples]`. O(samples).
  static func of(_ samples: [Int16], leadCount: Int) -> Digest {
    var hasher = ContentHasher()
    let sampleCount = samples.count / leadCount
    let framesPerBlock = max(1, blockSize / (2 * leadCount))
    samples.withUnsafeBufferPointer { samples in
      guard let base = samples.baseAddress, sampleCount > 0 else { return }
      withUnsafeTemporaryAllocation(of: Int16.self, capacity: framesPerBlock * leadCount) { frames in
        for first in stride(from: 0, to: sampleCount, by: framesPerBlock) {
          let count = min(framesPerBlock, sampleCount - first)
          ChunkCodec.kernels.join16(base + first, sampleCount, count, leadCount, frames.baseAddress)
          hasher.update(
            raw: UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(frames)[..<(count * leadCount * 2)]))
        }
      }
    }
    return hasher.digest
  }
}
