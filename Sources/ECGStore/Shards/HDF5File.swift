import CHDF5
import Reproducibility
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// An HDF5 file with at most one chunked array that is written and read chunk by chunk, and any number of small ones.
///
/// The only file that calls HDF5. The library allows one call at a time, so every method takes one lock for the whole
/// process; nothing here compresses or decompresses samples.
final class HDF5File: Sendable {
  private struct Handles {
    var file: hid_t
    var chunked: hid_t = -1
  }

  private static let lock: Mutex<Void> = {
    // Sealed shards are read-only, and locks fail on some network file systems. HDF5 looks at this when it starts.
    setenv("HDF5_USE_FILE_LOCKING", "FALSE", 1)
    // At the program's end HDF5 would try once more to write files that a full disk has kept it from writing, and crash.
    // Files are closed here and nowhere else.
    H5dont_atexit()
    return Mutex(())
  }()

  let path: String
  private let handles: Mutex<Handles>

  private init(path: String, file: hid_t) {
    self.path = path
    handles = Mutex(Handles(file: file))
  }

  deinit { try? close() }

  /// Makes a new file; there must be none.
  static func create(_ path: String) throws(StoreError) -> HDF5File {
    let none = einthoven_default_list
    let file = exclusively { H5Fcreate(path, einthoven_exclusive(), none(), none()) }
    guard file >= 0 else { throw failure(path, nil, "HDF5 could not create it", "Check the folder and the free space") }
    return HDF5File(path: path, file: file)
  }

  /// Opens a sealed file for reading.
  static func open(_ path: String) throws(StoreError) -> HDF5File {
    let file = exclusively { H5Fopen(path, einthoven_read_only(), einthoven_default_list()) }
    guard file >= 0 else {
      throw failure(path, nil, "HDF5 could not open it", "Fetch or convert this shard again")
    }
    return HDF5File(path: path, file: file)
  }

  /// Closes the file, after which nothing may be read or written; HDF5 writes what it still held.
  func close() throws(StoreError) {
    let closed = handles.withLock { handles in
      Self.exclusively {
        if handles.chunked >= 0 { H5Dclose(handles.chunked) }
        let closed = handles.file < 0 ? 0 : H5Fclose(handles.file)
        handles = Handles(file: -1)
        return closed
      }
    }
    guard closed >= 0 else { throw Self.failure(path, nil, "HDF5 could not finish it", "Check the free space") }
  }

  // MARK: Writing

  /// Makes the group `name`.
  func makeGroup(_ name: String) throws(StoreError) {
    let made = onFile { file in
      let list = H5Pcreate(einthoven_group_create())
      defer { H5Pclose(list) }
      H5Pset_obj_track_times(list, false)
      let group = H5Gcreate2(file, name, einthoven_default_list(), list, einthoven_default_list())
      if group >= 0 { H5Gclose(group) }
      return group >= 0
    }
    guard made else { throw Self.failure(path, name, "HDF5 could not make the group", "Check the free space") }
  }

  /// Writes a whole array; with `compressed`, in chunks of about 64 KiB by HDF5's own shuffle and deflate.
  func write(_ array: RawArray, to name: String, compressed: Bool = false) throws(StoreError) {
    let written = onFile { file in
      Self.withType(array.type) { type in
        let list = H5Pcreate(einthoven_dataset_create())
        defer { H5Pclose(list) }
        H5Pset_obj_track_times(list, false)
        if compressed, let rows = array.dimensions.first, array.bytes.count > 1 << 16 {
          var chunk = array.dimensions.map { hsize_t($0) }
          chunk[0] = hsize_t(max(1, (rows << 16) / array.bytes.count))
          H5Pset_chunk(list, Int32(chunk.count), &chunk)
          H5Pset_shuffle(list)
          H5Pset_deflate(list, 4)
        }
        let space = Self.space(array.dimensions)
        defer { H5Sclose(space) }
        let dataset = H5Dcreate2(
          file, name, type, space, einthoven_default_list(), list, einthoven_default_list())
        guard dataset >= 0 else { return false }
        defer { H5Dclose(dataset) }
        guard !array.bytes.isEmpty else { return true }
        return array.bytes.withUnsafeBytes {
          H5Dwrite(
            dataset, type, einthoven_whole_space(), einthoven_whole_space(), einthoven_default_list(), $0.baseAddress)
        } >= 0
      }
    }
    guard written else { throw Self.failure(path, name, "HDF5 could not write it", "Check the free space") }
  }

  /// Adds an attribute to the array `owner`.
  func writeAttribute(_ value: RawArray, named name: String, to owner: String) throws(StoreError) {
    let written = onFile { file in
      Self.withType(value.type) { type in
        let object = H5Oopen(file, owner, einthoven_default_list())
        guard object >= 0 else { return false }
        defer { H5Oclose(object) }
        let space = Self.space(value.dimensions)
        defer { H5Sclose(space) }
        let attribute = H5Acreate2(object, name, type, space, einthoven_default_list(), einthoven_default_list())
        guard attribute >= 0 else { return false }
        defer { H5Aclose(attribute) }
        guard !value.bytes.isEmpty else { return true }
        return value.bytes.withUnsafeBytes { H5Awrite(attribute, type, $0.baseAddress) } >= 0
      }
    }
    guard written else { throw Self.failure(path, owner, "HDF5 could not write \(name)", "Check the free space") }
  }

  /// Makes the chunked array of 16-bit samples, growing without limit along `axis`.
  func makeChunked(_ name: String, dimensions: [Int], growing axis: Int, chunk: [Int], codec: ChunkCodec)
    throws(StoreError)
  {
    let made = handles.withLock { handles in
      Self.exclusively {
        let list = H5Pcreate(einthoven_dataset_create())
        defer { H5Pclose(list) }
        H5Pset_obj_track_times(list, false)
        var chunk = chunk.map { hsize_t($0) }
        H5Pset_chunk(list, Int32(chunk.count), &chunk)
        H5Pset_fill_time(list, H5D_FILL_TIME_NEVER)
        switch codec.codec {
        case .deflate:
          H5Pset_shuffle(list)
          // HDF5 knows levels to 9 and notes them without using them here.
          H5Pset_deflate(list, UInt32(min(9, codec.level ?? 9)))
        case .szip:
          guard H5Pset_szip(list, SzipFilter.nearestNeighbour, UInt32(SzipFilter.pixelsPerBlock)) >= 0 else {
            return false
          }
        case .none: break
        }
        var size = dimensions.map { hsize_t($0) }
        var limit = size
        limit[axis] = einthoven_unlimited()
        let space = H5Screate_simple(Int32(size.count), &size, &limit)
        defer { H5Sclose(space) }
        handles.chunked = H5Dcreate2(
          handles.file, name, einthoven_int16(), space, einthoven_default_list(), list, einthoven_default_list())
        return handles.chunked >= 0
      }
    }
    guard made else {
      let advice = codec.codec == .szip ? "This HDF5 may lack szip: choose --codec deflate" : "Check the free space"
      throw Self.failure(path, name, "HDF5 could not make it", advice)
    }
  }

  /// Sets the size of the chunked array.
  func resizeChunked(to dimensions: [Int]) throws(StoreError) {
    var size = dimensions.map { hsize_t($0) }
    let done = handles.withLock { handles in Self.exclusively { H5Dset_extent(handles.chunked, &size) } }
    guard done >= 0 else { throw Self.failure(path, nil, "HDF5 could not enlarge it", "Check the free space") }
  }

  /// Writes one encoded chunk whose first element is at `origin`.
  func writeChunk(_ bytes: UnsafeRawBufferPointer, at origin: [Int]) throws(StoreError) {
    var offset = origin.map { hsize_t($0) }
    let done = handles.withLock { handles in
      Self.exclusively {
        H5Dwrite_chunk(handles.chunked, einthoven_default_list(), 0, &offset, bytes.count, bytes.baseAddress)
      }
    }
    guard done >= 0 else { throw Self.failure(path, nil, "HDF5 could not write a chunk", "Check the free space") }
  }

  // MARK: Reading

  /// The size of an array and of its chunks (empty where it has none), or nil where there is no such array.
  func shape(of name: String) -> (dimensions: [Int], chunk: [Int])? {
    onDataset(name) { dataset in
      let list = H5Dget_create_plist(dataset)
      defer { H5Pclose(list) }
      let dimensions = Self.dimensions(H5Dget_space(dataset))
      guard H5Pget_layout(list) == H5D_CHUNKED else { return (dimensions, []) }
      var chunk = [hsize_t](repeating: 0, count: dimensions.count)
      H5Pget_chunk(list, Int32(chunk.count), &chunk)
      return (dimensions, chunk.map { Int($0) })
    }
  }

  /// A whole array.
  func read(_ name: String) throws(StoreError) -> RawArray {
    let array: RawArray?? = onDataset(name) { dataset in
      Self.load(H5Dget_type(dataset), H5Dget_space(dataset), atMost: Self.plausibleSize(of: dataset)) { type, bytes in
        H5Dread(dataset, type, einthoven_whole_space(), einthoven_whole_space(), einthoven_default_list(), bytes)
      }
    }
    guard case .some(.some(let array)) = array else {
      throw Self.failure(path, name, "missing or not readable", "Fetch or convert this shard again")
    }
    return array
  }

  /// An attribute of an array, or nil where there is none.
  func attribute(_ name: String, of owner: String) -> RawArray? {
    let value: RawArray?? = onDataset(owner) { dataset in
      guard H5Aexists(dataset, name) > 0 else { return nil }
      let attribute = H5Aopen(dataset, name, einthoven_default_list())
      guard attribute >= 0 else { return nil }
      defer { H5Aclose(attribute) }
      return Self.load(H5Aget_type(attribute), H5Aget_space(attribute), atMost: 1 << 24) { H5Aread(attribute, $0, $1) }
    }
    return value ?? nil
  }

  /// Opens the chunked array for ``chunk(at:)``.
  func openChunked(_ name: String) throws(StoreError) {
    let opened = handles.withLock { handles in
      Self.exclusively {
        handles.chunked = H5Dopen2(handles.file, name, einthoven_default_list())
        return handles.chunked >= 0
      }
    }
    guard opened else { throw Self.failure(path, name, "missing", "Fetch or convert this shard again") }
  }

  /// Where each chunk at `origins` stands in the file and how many bytes it takes; nil where one is not there or a
  /// filter was left out.
  func chunkPlaces(at origins: [[Int]]) -> [(address: Int, size: Int)]? {
    handles.withLock { handles in
      Self.exclusively {
        var places: [(address: Int, size: Int)] = []
        places.reserveCapacity(origins.count)
        for origin in origins {
          var offset = origin.map { hsize_t($0) }
          var (mask, address, size) = (UInt32(0), haddr_t.max, hsize_t(0))
          guard H5Dget_chunk_info_by_coord(handles.chunked, &offset, &mask, &address, &size) >= 0, mask == 0,
            size > 0, size < 1 << 32, let start = Int(exactly: address)
          else { return nil }
          places.append((start, Int(size)))
        }
        return places
      }
    }
  }

  /// The bytes of one chunk as they stand in the file, or nil where it cannot be read or a filter was left out.
  func chunk(at origin: [Int]) -> [UInt8]? {
    var offset = origin.map { hsize_t($0) }
    return handles.withLock { handles in
      Self.exclusively {
        var (size, fileSize) = (hsize_t(0), hsize_t(0))
        // A damaged size must not ask for more memory than the file can fill.
        guard H5Dget_chunk_storage_size(handles.chunked, &offset, &size) >= 0, size > 0, size < 1 << 32,
          H5Fget_filesize(handles.file, &fileSize) >= 0, size <= fileSize
        else { return nil }
        var mask: UInt32 = 0
        var done: herr_t = -1
        let bytes = [UInt8](unsafeUninitializedCapacity: Int(size)) { buffer, count in
          done = H5Dread_chunk(handles.chunked, einthoven_default_list(), &offset, &mask, buffer.baseAddress)
          count = done >= 0 ? Int(size) : 0
        }
        return done >= 0 && mask == 0 ? bytes : nil
      }
    }
  }

  // MARK: Below

  private static func exclusively<Result>(_ body: () throws -> Result) rethrows -> Result {
    try lock.withLock { _ in
      // HDF5 keeps this setting for each thread, so it is made again at every call.
      _ = einthoven_silence()
      return try body()
    }
  }

  private func onFile<Result: Sendable>(_ body: (hid_t) -> Result) -> Result {
    handles.withLock { handles in Self.exclusively { body(handles.file) } }
  }

  func onDataset<Result: Sendable>(_ name: String, _ body: (hid_t) -> Result) -> Result? {
    onFile { file in
      let dataset = H5Dopen2(file, name, einthoven_default_list())
      guard dataset >= 0 else { return nil }
      defer { H5Dclose(dataset) }
      return body(dataset)
    }
  }

  private static func space(_ dimensions: [Int]) -> hid_t {
    guard !dimensions.isEmpty else { return H5Screate(H5S_SCALAR) }
    var size = dimensions.map { hsize_t($0) }
    return H5Screate_simple(Int32(size.count), &size, nil)
  }

  /// Closes `space`.
  private static func dimensions(_ space: hid_t) -> [Int] {
    defer { H5Sclose(space) }
    var size = [hsize_t](repeating: 0, count: max(0, Int(H5Sget_simple_extent_ndims(space))))
    if !size.isEmpty { H5Sget_simple_extent_dims(space, &size, nil) }
    return size.map { Int(clamping: $0) }
  }

  private static func withType<Result>(_ type: ElementType, _ body: (hid_t) -> Result) -> Result {
    switch type {
    case .int8: return body(einthoven_int8())
    case .uint8: return body(einthoven_uint8())
    case .int16: return body(einthoven_int16())
    case .int32: return body(einthoven_int32())
    case .int64: return body(einthoven_int64())
    case .float32: return body(einthoven_float32())
    case .float64: return body(einthoven_float64())
    case .text(let width):
      let text = H5Tcopy(einthoven_string())
      defer { H5Tclose(text) }
      H5Tset_size(text, width)
      H5Tset_cset(text, H5T_CSET_UTF8)
      H5Tset_strpad(text, H5T_STR_NULLPAD)
      return body(text)
    }
  }

  private static func elementType(of type: hid_t) -> ElementType? {
    let numbers: [ElementType] = [.int8, .uint8, .int16, .int32, .int64, .float32, .float64]
    if let number = numbers.first(where: { withType($0) { H5Tequal($0, type) > 0 } }) { return number }
    guard H5Tget_class(type) == H5T_STRING, H5Tis_variable_str(type) == 0 else { return nil }
    return .text(width: H5Tget_size(type))
  }

  /// The most bytes that the stored ones can stand for, deflate's densest code included: a damaged size asks for more.
  private static func plausibleSize(of dataset: hid_t) -> Int {
    let (size, overflow) = Int(clamping: H5Dget_storage_size(dataset)).multipliedReportingOverflow(by: 1100)
    return overflow ? Int.max : size
  }

  /// Reads an array of at most so many bytes through `transfer`; closes `type` and `space`.
  private static func load(
    _ type: hid_t, _ space: hid_t, atMost limit: Int, _ transfer: (hid_t, UnsafeMutableRawPointer?) -> herr_t
  ) -> RawArray? {
    defer { H5Tclose(type) }
    let dimensions = Self.dimensions(space)
    guard let element = elementType(of: type) else { return nil }
    var count = element.size
    for dimension in dimensions {
      let (product, overflow) = count.multipliedReportingOverflow(by: dimension)
      guard !overflow else { return nil }
      count = product
    }
    guard count >= 0, count <= limit, count < 1 << 36 else { return nil }
    var done: herr_t = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      if count > 0 { done = withType(element) { transfer($0, buffer.baseAddress) } }
      initialized = done >= 0 ? count : 0
    }
    return done >= 0 ? RawArray(type: element, dimensions: dimensions, bytes: bytes) : nil
  }

  private static func failure(_ path: String, _ item: String?, _ found: String, _ advice: String) -> StoreError {
    let place = item.map { ErrorPlace(path, .item($0)) } ?? ErrorPlace(path)
    return StoreError(.hdf5, at: place, found: found, advice: advice)
  }
}
