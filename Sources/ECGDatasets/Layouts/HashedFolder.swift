import Reproducibility
import Synchronization
import WFDB

/// A folder on disk whose files are read once and hashed on the way, for records that are wanted whole.
final class HashedFolder: RecordFolder {
  /// Larger files are read piece by piece, and a second time for their digest.
  private static let largestInMemory = 1 << 22

  /// What is known of the files that have been opened.
  private struct Known {
    var digests: [String: (size: Int, digest: Digest)] = [:]
    /// The last one that was read, which a reader that looks at it twice finds here.
    var last: MemoryFile?
  }

  private let disk: DiskFolder
  private let known = Mutex(Known())

  /// The folder at `path`; empty is the current one.
  init(_ path: String) { disk = DiskFolder(path) }

  func path(of name: String) -> String { disk.path(of: name) }

  func open(_ name: String) throws(WFDBError) -> any RecordFile {
    let path = disk.path(of: name)
    let (last, isHashed) = known.withLock { ($0.last, $0.digests[path] != nil) }
    if let last, last.path == path { return last }
    let file = try disk.open(name)
    guard file.size <= Self.largestInMemory, !isHashed else { return file }
    let bytes = try file.readAll()
    let digest = Digest(of: bytes)
    let read = MemoryFile(path: path, bytes: bytes)
    known.withLock {
      $0.digests[path] = (bytes.count, digest)
      $0.last = read
    }
    return read
  }

  /// SHA-256 of the file at `path`, as ``path(of:)`` gives it.
  func digest(ofFile path: String) throws(ReproducibilityError) -> Digest {
    if let known = known.withLock({ $0.digests[path] }) { return known.digest }
    return try FileBytes.digest(ofFile: path)
  }

  /// SHA-256 of the file at `path` where it is known and the file is `size` bytes long.
  func digest(ofFile path: String, ofSize size: Int) -> Digest? {
    known.withLock { $0.digests[path] }.flatMap { $0.size == size ? $0.digest : nil }
  }
}
