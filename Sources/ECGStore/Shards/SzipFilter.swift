import CAEC

/// HDF5's szip filter for chunks of one shape: the chunk's size in bytes as a little-endian 32-bit number, then a stream
/// of CCSDS 121.0-B with nearest-neighbour differences.
///
/// HDF5 derives the numbers that the stream depends on from the chunk's shape and keeps them with the array; what is
/// derived here must be the same (H5Z__set_local_szip; HDF5 reference manual, H5Pset_szip).
///
/// Streams are decoded by libaec, as HDF5 does it, and encoded by a kernel that makes the same bits as libaec in a
/// fraction of the time.
struct SzipFilter: Sendable {
  /// Samples that share a code. The least that szip knows: ECGs change their amplitude quickly.
  static let pixelsPerBlock = 8
  /// H5_SZIP_NN_OPTION_MASK.
  static let nearestNeighbour = UInt32(SZ_NN_OPTION_MASK)
  private static let headerSize = 4

  /// Samples from one reference sample to the next.
  let pixelsPerScanline: Int

  /// The filter of chunks of `rows` rows of `width` samples; nil where that is less than one block, which HDF5 refuses.
  init?(rows: Int, width: Int) {
    let block = Self.pixelsPerBlock
    guard rows * width >= block else { return nil }
    let wanted = width < block ? rows * width : width
    pixelsPerScanline = min(block * Int(SZ_MAX_BLOCKS_PER_SCANLINE), wanted)
  }

  /// Writes the filtered chunk to `bytes` and returns its length; nil where it does not fit.
  func encode(_ samples: UnsafeBufferPointer<Int16>, into bytes: UnsafeMutableRawBufferPointer) -> Int? {
    guard bytes.count >= Self.headerSize, let start = bytes.baseAddress,
      let size = UInt32(exactly: samples.count * 2)
    else { return nil }
    bytes.storeBytes(of: size.littleEndian, as: UInt32.self)
    let length = withUnsafeTemporaryAllocation(
      of: UInt16.self, capacity: pixelsPerScanline + 8 * Self.pixelsPerBlock
    ) { differences in
      ChunkCodec.kernels.szip_encode16(
        samples.baseAddress, samples.count, pixelsPerScanline, differences.baseAddress,
        (start + Self.headerSize).assumingMemoryBound(to: UInt8.self), bytes.count - Self.headerSize)
    }
    return length >= 0 ? Self.headerSize + length : nil
  }

  /// Decodes the filtered chunk `bytes`; false where it is damaged or of another size.
  func decode(_ bytes: UnsafeRawBufferPointer, into samples: UnsafeMutableBufferPointer<Int16>) -> Bool {
    let wanted = samples.count * 2
    guard bytes.count > Self.headerSize, let start = bytes.baseAddress,
      Int(UInt32(littleEndian: bytes.loadUnaligned(as: UInt32.self))) == wanted
    else { return false }
    let encoded = UnsafeRawBufferPointer(start: start + Self.headerSize, count: bytes.count - Self.headerSize)
    let lineSize = 2 * pixelsPerScanline
    let paddedSize = 2 * blocksPerScanline * Self.pixelsPerBlock
    guard paddedSize != lineSize else { return decode(encoded, to: UnsafeMutableRawBufferPointer(samples)) }
    // Every line was filled up to whole blocks.
    let lines = (wanted + lineSize - 1) / lineSize
    return withUnsafeTemporaryAllocation(byteCount: lines * paddedSize, alignment: 2) { padded in
      guard decode(encoded, to: padded) else { return false }
      let target = UnsafeMutableRawBufferPointer(samples)
      for line in 0..<lines {
        let count = min(lineSize, wanted - line * lineSize)
        UnsafeMutableRawBufferPointer(rebasing: target[line * lineSize..<line * lineSize + count])
          .copyMemory(from: UnsafeRawBufferPointer(rebasing: padded[line * paddedSize..<line * paddedSize + count]))
      }
      return true
    }
  }

  private var blocksPerScanline: Int { (pixelsPerScanline + Self.pixelsPerBlock - 1) / Self.pixelsPerBlock }

  /// Decodes to exactly as many bytes as `plain` has; false where there are fewer.
  private func decode(_ encoded: UnsafeRawBufferPointer, to plain: UnsafeMutableRawBufferPointer) -> Bool {
    var stream = aec_stream()
    stream.next_in = encoded.baseAddress?.assumingMemoryBound(to: UInt8.self)
    stream.avail_in = encoded.count
    stream.next_out = plain.baseAddress?.assumingMemoryBound(to: UInt8.self)
    stream.avail_out = plain.count
    stream.bits_per_sample = 16
    stream.block_size = UInt32(Self.pixelsPerBlock)
    stream.rsi = UInt32(blocksPerScanline)
    stream.flags = UInt32(AEC_DATA_PREPROCESS)
    // Libaec's own layer for szip takes a stream that ends early for whole where lines are filled up.
    return aec_buffer_decode(&stream) == AEC_OK && stream.total_out == plain.count
  }
}
