import Reproducibility
import Synchronization
import WFDB

/// A folder on disk whose files are read once and hashed on the way, for records that are wanted whole.
final class HashedFolder: RecordFolder {
  /// Larger files are read piece by piece, and a second time for their digest.
  private static let largestInMemory = 1 << 22

  private let disk: DiskFolder
  private let digests = Mutex<[String: (size: Int, digest: Digest)]>([:])

  /// The folder at `path`; empty is the current one.
  init(_ path: String) { disk = DiskFolder(path) }

  func path(of name: String) -> String { disk.path(of: name) }

  func open(_ name: String) throws(WFDBError) -> any RecordFile {
    let file = try disk.open(name)
    guard file.size <= Self.largestInMemory else { return file }
    let bytes = try file.readAll()
    let digest = Digest(of: bytes)
    digests.withLock { $0[file.path] = (bytes.count, digest) }
    return MemoryFile(path: file.path, bytes: bytes)
  }

  /// SHA-256 of the file at `path`, as ``path(of:)`` gives it.
  func digest(ofFile path: String) throws(ReproducibilityError) -> Digest {
    if let known = digests.withLock({ $0[path] }) { return known.digest }
    return try FileBytes.digest(ofFile: path)
  }

  /// SHA-256 of the file at `path` where it is known and the file is `size` bytes long.
  func digest(ofFile path: String, ofSize size: Int) -> Digest? {
    digests.withLock { $0[path] }.flatMap { $0.size == size ? $0.digest : nil }
  }
}
