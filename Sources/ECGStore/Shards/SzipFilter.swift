import CAEC

/// HDF5's szip filter for chunks of one shape: the chunk's size in bytes as a little-endian 32-bit number, then a stream
/// of CCSDS 121.0-B with nearest-neighbour differences.
///
/// HDF5 derives the numbers that the stream depends on from the chunk's shape and keeps them with the array; what is
/// derived here must be the same (H5Z__set_local_szip; HDF5 reference manual, H5Pset_szip).
///
/// Streams are decoded by libaec, as HDF5 does it, and encoded by a kernel that makes the same bits as libaec in two
/// fifths of the time.
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

  private var parameters: SZ_com_t {
    SZ_com_t(
      options_mask: SZ_NN_OPTION_MASK | SZ_RAW_OPTION_MASK | SZ_LSB_OPTION_MASK, bits_per_pixel: 16,
      pixels_per_block: Int32(Self.pixelsPerBlock), pixels_per_scanline: Int32(pixelsPerScanline))
  }

  /// Writes the filtered chunk to `bytes` and returns its length; nil where it does not fit.
  func encode(_ samples: UnsafeBufferPointer<Int16>, into bytes: UnsafeMutableRawBufferPointer) -> Int? {
    guard bytes.count >= Self.headerSize, let start = bytes.baseAddress,
      let size = UInt32(exactly: samples.count * 2)
    else { return nil }
    bytes.storeBytes(of: size.littleEndian, as: UInt32.self)
    let length = withUnsafeTemporaryAllocation(
      of: UInt16.self, capacity: pixelsPerScanline + Self.pixelsPerBlock
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
    var parameters = parameters
    var count = wanted
    let outcome = SZ_BufftoBuffDecompress(
      samples.baseAddress, &count, start + Self.headerSize, bytes.count - Self.headerSize, &parameters)
    return outcome == SZ_OK && count == wanted
  }
}
