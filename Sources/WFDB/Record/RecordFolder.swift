import Reproducibility

/// Where the files of a record are: a folder on disk, or one in memory.
public protocol RecordFolder: Sendable {
  /// How errors name the file `name`.
  func path(of name: String) -> String
  /// The file `name`.
  ///
  /// - Throws: ``WFDBError`` `missing-file`.
  func open(_ name: String) throws(WFDBError) -> any RecordFile
}

/// A file of a record, readable at any offset.
public protocol RecordFile: Sendable {
  /// As errors name it.
  var path: String { get }
  /// Bytes.
  var size: Int { get }
  /// All bytes where they are in memory; nil where they have to be read.
  var contents: [UInt8]? { get }
  /// Fills `buffer` with the bytes from `offset` on.
  ///
  /// - Throws: ``WFDBError`` `unreadable-file` where the file ends before.
  func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(WFDBError)
}

extension RecordFile {
  /// Nothing in memory.
  public var contents: [UInt8]? { nil }

  /// Every byte. O(size).
  public func readAll() throws(WFDBError) -> [UInt8] { try read(at: 0, count: size) }

  /// `count` bytes from `offset`.
  func read(at offset: Int, count: Int) throws(WFDBError) -> [UInt8] {
    var failure: WFDBError?
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      do throws(WFDBError) {
        try read(at: offset, into: UnsafeMutableRawBufferPointer(start: buffer.baseAddress, count: count))
        initialized = count
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return bytes
  }
}

/// A folder on disk.
public struct DiskFolder: RecordFolder {
  private let prefix: String

  /// The folder at `path`; empty is the current one.
  public init(_ path: String) { prefix = path.isEmpty || path.hasSuffix("/") ? path : path + "/" }

  /// The folder's path and `name`.
  public func path(of name: String) -> String { prefix + name }

  /// Opens `name`.
  public func open(_ name: String) throws(WFDBError) -> any RecordFile {
    do throws(ReproducibilityError) {
      return DiskFile(file: try ReadableFile(prefix + name))
    } catch {
      throw WFDBError(
        error.code == .missingFile ? .missingFile : .unreadableFile, at: error.place, found: error.found,
        expected: error.expected, advice: "Check the path, or fetch the record again")
    }
  }

  private struct DiskFile: RecordFile {
    let file: ReadableFile
    var path: String { file.path }
    var size: Int { file.size }

    func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(WFDBError) {
      do throws(ReproducibilityError) {
        try file.read(offset: offset, into: buffer)
      } catch {
        throw WFDBError(
          .unreadableFile, at: error.place, found: error.found, expected: error.expected, advice: error.advice)
      }
    }
  }
}

/// Files in memory, for tests and for records that come from elsewhere than a disk.
public struct MemoryFolder: RecordFolder {
  private let files: [String: [UInt8]]

  /// A folder of `files` by name.
  public init(_ files: [String: [UInt8]]) { self.files = files }

  /// `name` itself.
  public func path(of name: String) -> String { name }

  /// The file called `name`.
  public func open(_ name: String) throws(WFDBError) -> any RecordFile {
    guard let bytes = files[name] else {
      throw WFDBError(
        .missingFile, at: ErrorPlace(name), found: "no such file", expected: "a readable file",
        advice: "Check the path, or fetch the record again")
    }
    return MemoryFile(path: name, bytes: bytes)
  }
}

/// A file in memory.
public struct MemoryFile: RecordFile {
  /// As errors name it.
  public let path: String
  private let bytes: [UInt8]

  /// The file `bytes`, called `path`.
  public init(path: String, bytes: [UInt8]) { (self.path, self.bytes) = (path, bytes) }

  /// Bytes.
  public var size: Int { bytes.count }
  /// All of them.
  public var contents: [UInt8]? { bytes }

  /// Copies the bytes from `offset` on.
  public func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(WFDBError) {
    guard offset >= 0, offset <= bytes.count, buffer.count <= bytes.count - offset else {
      throw WFDBError(
        .unreadableFile, at: ErrorPlace(path, .byte(offset)), found: "a file of \(bytes.count) bytes",
        expected: "\(buffer.count) bytes from byte \(offset)")
    }
    bytes.withUnsafeBytes {
      buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[offset..<offset + buffer.count]))
    }
  }
}
