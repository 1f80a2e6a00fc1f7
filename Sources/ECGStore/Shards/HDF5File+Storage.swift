import CHDF5

/// Where the elements of an array lie in its file.
struct ArrayStorage: Sendable, Equatable {
  /// Consecutive rows (indexes along the first axis) that are stored as one run of bytes.
  struct Block: Sendable, Equatable {
    let rows: Range<Int>
    /// Of the file.
    let bytes: Range<Int>
  }

  let dimensions: [Int]
  /// Bytes of one row that is not compressed.
  let rowSize: Int
  /// Whether blocks are chunks, which filters may have compressed.
  let isChunked: Bool
  /// In order of their rows.
  let blocks: [Block]

  /// The bytes that hold `rows`: to the row where nothing is compressed, whole chunks elsewhere. Nothing for no rows.
  func bytes(ofRows rows: Range<Int>) -> [Range<Int>] {
    blocks.compactMap { block in
      let shared = block.rows.clamped(to: rows)
      guard !shared.isEmpty else { return nil }
      guard !isChunked else { return block.bytes }
      let first = block.bytes.lowerBound + (shared.lowerBound - block.rows.lowerBound) * rowSize
      return first..<first + shared.count * rowSize
    }
  }
}

extension HDF5File {
  /// Where the array `name` lies; nil where it cannot be told, as in a damaged file.
  ///
  /// Chunks are those of arrays that are cut along their first axis, as all but the signal are.
  func storage(of name: String) -> ArrayStorage? {
    let storage: ArrayStorage?? = onDataset(name) { dataset in
      guard let dimensions = Self.extent(of: dataset), let rows = dimensions.first else { return nil }
      let type = H5Dget_type(dataset)
      defer { H5Tclose(type) }
      let elementSize = H5Tget_size(type)
      let (rowSize, overflow) = dimensions.dropFirst().reduce((elementSize, false)) { product, count in
        let (size, overflow) = product.0.multipliedReportingOverflow(by: count)
        return (size, overflow || product.1)
      }
      guard !overflow, rowSize > 0 else { return nil }
      let list = H5Dget_create_plist(dataset)
      defer { H5Pclose(list) }
      guard H5Pget_layout(list) == H5D_CHUNKED else {
        let size = Int(clamping: H5Dget_storage_size(dataset))
        guard let start = Int(exactly: H5Dget_offset(dataset)), start <= Int.max - size else { return nil }
        let blocks = size == 0 ? [] : [ArrayStorage.Block(rows: 0..<rows, bytes: start..<start + size)]
        return ArrayStorage(dimensions: dimensions, rowSize: rowSize, isChunked: false, blocks: blocks)
      }
      var chunk = [hsize_t](repeating: 0, count: dimensions.count)
      guard H5Pget_chunk(list, Int32(chunk.count), &chunk) >= 0, let width = chunk.first.flatMap({ Int(exactly: $0) })
      else { return nil }
      guard let blocks = Self.chunks(of: dataset, rank: dimensions.count, rows: rows, width: width) else { return nil }
      return ArrayStorage(dimensions: dimensions, rowSize: rowSize, isChunked: true, blocks: blocks)
    }
    return storage ?? nil
  }

  /// The bytes in the file of the chunk that begins at `origin` of the chunked array; nil where there is none.
  func chunkRange(at origin: [Int]) -> Range<Int>? {
    guard let place = chunkPlaces(at: [origin])?.first, place.address <= Int.max - place.size else { return nil }
    return place.address..<place.address + place.size
  }

  private static func extent(of dataset: hid_t) -> [Int]? {
    let space = H5Dget_space(dataset)
    defer { H5Sclose(space) }
    let rank = Int(H5Sget_simple_extent_ndims(space))
    guard rank > 0 else { return nil }
    var size = [hsize_t](repeating: 0, count: rank)
    guard H5Sget_simple_extent_dims(space, &size, nil) >= 0 else { return nil }
    return size.map { Int(clamping: $0) }
  }

  private static func chunks(of dataset: hid_t, rank: Int, rows: Int, width: Int) -> [ArrayStorage.Block]? {
    var count: hsize_t = 0
    let space = H5Dget_space(dataset)
    defer { H5Sclose(space) }
    guard H5Dget_num_chunks(dataset, space, &count) >= 0, count < 1 << 24 else { return nil }
    var blocks: [ArrayStorage.Block] = []
    for index in 0..<count {
      var origin = [hsize_t](repeating: 0, count: rank)
      var (mask, address, size) = (UInt32(0), haddr_t.max, hsize_t(0))
      guard H5Dget_chunk_info(dataset, space, index, &origin, &mask, &address, &size) >= 0,
        let start = Int(exactly: address), let length = Int(exactly: size), start <= Int.max - length,
        let first = Int(exactly: origin[0]), first < rows
      else { return nil }
      blocks.append(.init(rows: first..<min(rows, first + max(1, width)), bytes: start..<start + length))
    }
    return blocks.sorted { $0.rows.lowerBound < $1.rows.lowerBound }
  }
}
