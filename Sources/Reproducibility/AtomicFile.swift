#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Output files that are either whole or absent: a temporary name beside the target, synced, then renamed.
public enum AtomicFile {
  /// Writes `bytes` to `path`, replacing what was there.
  ///
  /// - Throws: ``ReproducibilityError`` `file-system`; the temporary file is gone then.
  public static func write(_ bytes: [UInt8], to path: String) throws(ReproducibilityError) {
    try publish(writeTemporary(bytes, for: path), as: path)
  }

  /// Writes `bytes` to `path` unless something is there. Of any number of processes that try at once, on any machines
  /// that share the folder, one makes the file and nobody ever replaces it.
  ///
  /// - Returns: Whether this call made the file.
  /// - Throws: ``ReproducibilityError`` `file-system`; the temporary file is gone then.
  public static func create(_ bytes: [UInt8], at path: String) throws(ReproducibilityError) -> Bool {
    if FileBytes.exists(path) { return false }
    let temporary = try writeTemporary(bytes, for: path)
    let made = link(temporary, path) == 0
    // Over a network a link that was made may be reported as one that was there; the file holds the same then.
    if made || errno == EEXIST {
      unlink(temporary)
      syncFolder(of: path)
      return made
    }
    // A file system without links: here the last one wins.
    try publish(temporary, as: path)
    return true
  }

  /// The name of a synced file with `bytes`, beside `path`.
  private static func writeTemporary(_ bytes: [UInt8], for path: String) throws(ReproducibilityError) -> String {
    let temporary = temporaryName(for: path)
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw .system("could not create a file beside it", path, advice: "Check that the folder exists and is writable")
    }
    do throws(ReproducibilityError) {
      try writeAll(bytes, to: descriptor, path)
      guard fsync(descriptor) == 0 else { throw ReproducibilityError.system("could not sync it", path) }
    } catch {
      close(descriptor)
      unlink(temporary)
      throw error
    }
    close(descriptor)
    return temporary
  }

  /// Writes the UTF-8 form of `text` to `path`.
  public static func write(_ text: String, to path: String) throws(ReproducibilityError) {
    try write(Array(text.utf8), to: path)
  }

  /// A name in the same folder that no other process uses.
  public static func temporaryName(for path: String) -> String {
    "\(path).tmp-\(getpid())-\(UInt32.random(in: .min ... .max))"
  }

  /// Syncs the finished file `temporary`, renames it to `path` and syncs the folder.
  ///
  /// - Throws: ``ReproducibilityError`` `file-system`; `temporary` is removed then.
  public static func publish(_ temporary: String, as path: String) throws(ReproducibilityError) {
    let descriptor = open(temporary, O_RDONLY | O_CLOEXEC)
    let synced = descriptor >= 0 && fsync(descriptor) == 0
    if descriptor >= 0 { close(descriptor) }
    guard synced, rename(temporary, path) == 0 else {
      let failure = ReproducibilityError.system("could not give the finished file its name", path)
      unlink(temporary)
      throw failure
    }
    syncFolder(of: path)
  }

  private static func syncFolder(of path: String) {
    let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    let descriptor = open(folder.isEmpty ? "/" : folder, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    // Some network file systems refuse to sync a folder; the file has its name either way.
    _ = fsync(descriptor)
    close(descriptor)
  }

  /// Makes the folder `path` and the missing ones above it.
  ///
  /// - Throws: ``ReproducibilityError`` `file-system`.
  public static func makeFolder(_ path: String) throws(ReproducibilityError) {
    if FileBytes.isFolder(path) { return }
    if let slash = path.lastIndex(of: "/"), slash != path.startIndex { try makeFolder(String(path[..<slash])) }
    guard mkdir(path, 0o755) == 0 || FileBytes.isFolder(path) else {
      throw .system("could not make the folder", path, advice: "Check the path and its permissions")
    }
  }

  private static func writeAll(_ bytes: [UInt8], to descriptor: Int32, _ path: String) throws(ReproducibilityError) {
    var done = 0
    while done < bytes.count {
      let written = bytes.withUnsafeBytes { buffer in
        writeSome(descriptor, buffer.baseAddress.map { $0 + done }, bytes.count - done)
      }
      if written < 0 && errno == EINTR { continue }
      guard written > 0 else { throw .system("could not write it", path, advice: "Check the free space") }
      done += written
    }
  }
}

/// `write(2)` under a name that the enum's own `write` does not hide.
private func writeSome(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
  write(descriptor, bytes, count)
}
