import Foundation
import Reproducibility

/// The few things a conversion does with folders.
enum Folder {
  /// Names inside, or an empty list where there is no such folder.
  static func contents(_ path: String) throws(StoreError) -> [String] {
    guard FileBytes.exists(path) else { return [] }
    do {
      return try FileManager.default.contentsOfDirectory(atPath: path).sorted()
    } catch {
      throw StoreError(
        .fileSystem, at: ErrorPlace(path), found: "its content could not be listed", expected: "a readable folder",
        advice: "Check the path and its permissions", cause: error)
    }
  }

  /// Removes a file if it is there.
  static func removeFile(_ path: String) {
    _ = unlink(path)
  }

  /// Removes a folder with everything in it, if it is there.
  static func remove(_ path: String) {
    try? FileManager.default.removeItem(atPath: path)
  }

  /// Renames `path`.
  static func rename(_ path: String, to target: String) throws(StoreError) {
    guard Foundation.rename(path, target) == 0 else {
      throw StoreError(
        .fileSystem, at: ErrorPlace(target),
        found: "the finished folder could not get this name: \(String(cString: strerror(errno)))",
        advice: "Check the permissions of the folder above")
    }
  }
}
