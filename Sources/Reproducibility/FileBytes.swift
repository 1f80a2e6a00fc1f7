#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Whole-file and ranged reads through POSIX, with the reason of a failure kept.
public enum FileBytes {
  /// Every byte of the file at `path`.
  ///
  /// - Throws: ``ReproducibilityError`` `missing-file` or `file-system`.
  public static func read(_ path: String) throws(ReproducibilityError) -> [UInt8] {
    let file = try ReadableFile(path)
    return try file.read(offset: 0, count: file.size)
  }

  /// Whether something exists at `path`.
  public static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// Whether a folder exists at `path`.
  public static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// Makes sure that `path` is a folder whose files can be listed and opened.
  ///
  /// - Throws: ``ReproducibilityError`` `missing-file` where nothing is there, `file-system` otherwise.
  public static func checkFolder(_ path: String) throws(ReproducibilityError) {
    let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if descriptor >= 0 {
      close(descriptor)
      if access(path, X_OK) == 0 { return }
    }
    guard errno != ENOENT else {
      throw ReproducibilityError(
        .missingFile, at: ErrorPlace(path), found: "no such folder", expected: "a readable folder",
        advice: "Check the path")
    }
    throw .system("could not open it as a folder", path, advice: "Check the path and its permissions")
  }

  /// SHA-256 of the file at `path`, in constant memory.
  public static func digest(ofFile path: String) throws(ReproducibilityError) -> Digest {
    let file = try ReadableFile(path)
    var hasher = ContentHasher()
    // Pieces that stay in the second-level cache, in memory that is used again.
    let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: min(1 << 17, max(1, file.size)), alignment: 64)
    defer { piece.deallocate() }
    var offset = 0
    while offset < file.size {
      let part = UnsafeMutableRawBufferPointer(rebasing: piece[..<min(piece.count, file.size - offset)])
      try file.read(offset: offset, into: part)
      hasher.update(raw: UnsafeRawBufferPointer(part))
      offset += part.count
    }
    return hasher.digest
  }
}

/// A regular file open for reading at any offset; closed when the last reference goes.
public final class ReadableFile: Sendable {
  /// As given.
  public let path: String
  /// Bytes, when it was opened.
  public let size: Int
  private let descriptor: Int32

  /// Opens the regular file at `path`.
  ///
  /// - Throws: ``ReproducibilityError`` `missing-file` where there is none, `file-system` otherwise.
  public init(_ path: String) throws(ReproducibilityError) {
    // Without waiting: a named pipe would keep the program until somebody writes to it.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      if errno == ENOENT {
        throw ReproducibilityError(
          .missingFile, at: ErrorPlace(path), found: "no such file", expected: "a readable file",
          advice: "Check the path, or fetch the file again")
      }
      throw .system("could not open it", path)
    }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw ReproducibilityError(
        .fileSystem, at: ErrorPlace(path), found: "not a regular file", expected: "a readable file",
        advice: "Check the path")
    }
    self.path = path
    self.size = Int(status.st_size)
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  /// Exactly `count` bytes from `offset`.
  ///
  /// - Throws: ``ReproducibilityError`` `file-system` where the file ends before.
  public func read(offset: Int, count: Int) throws(ReproducibilityError) -> [UInt8] {
    try check(offset, count)
    var failure: ReproducibilityError?
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      do throws(ReproducibilityError) {
        try read(offset: offset, into: UnsafeMutableRawBufferPointer(buffer))
        initialized = count
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return bytes
  }

  /// Fills `buffer` with the bytes from `offset` on.
  ///
  /// - Throws: ``ReproducibilityError`` `file-system` where the file ends before.
  public func read(offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(ReproducibilityError) {
    let count = buffer.count
    try check(offset, count)
    var done = 0
    while done < count {
      let got = pread(descriptor, buffer.baseAddress.map { $0 + done }, count - done, off_t(offset + done))
      if got < 0 && errno == EINTR { continue }
      if got < 0 { throw .system("could not read it", path) }
      guard got > 0 else {
        throw ReproducibilityError(
          .fileSystem, at: ErrorPlace(path, .byte(offset + done)), found: "the end of the file",
          expected: "\(count - done) more bytes", advice: "The file shrank while it was read: try again")
      }
      done += got
    }
  }

  private func check(_ offset: Int, _ count: Int) throws(ReproducibilityError) {
    guard offset >= 0, count >= 0, offset <= size, count <= size - offset else {
      throw ReproducibilityError(
        .fileSystem, at: ErrorPlace(path, .byte(offset)), found: "a file of \(size) bytes",
        expected: "\(count) bytes from byte \(offset)", advice: "The file may be truncated: fetch it again")
    }
  }
}

extension ModuleError<ReproducibilityErrorDomain> {
  /// A failure with the operating system's own words for `errno`.
  static func system(_ found: String, _ path: String, advice: String = "") -> Self {
    Self(.fileSystem, at: ErrorPlace(path), found: "\(found): \(String(cString: strerror(errno)))", advice: advice)
  }
}
