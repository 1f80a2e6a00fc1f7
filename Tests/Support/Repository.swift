import Foundation

/// Where the repository's own folders are, for tests.
public enum Repository {
  /// The folder that holds `Package.swift`.
  public static let root: String = {
    var url = URL(fileURLWithPath: #filePath)
    for _ in 0..<3 { url.deleteLastPathComponent() }
    return url.path
  }()

  /// The bundled real recordings.
  public static let data = root + "/data"
  /// The wider recordings beside a development checkout, or nil: checks that want them are skipped then.
  public static let sharedData: String? = {
    let path = URL(fileURLWithPath: root).deletingLastPathComponent().path + "/shared/data"
    return FileManager.default.fileExists(atPath: path) ? path : nil
  }()
}

/// A folder of its own for one test, removed when the value goes.
public final class TemporaryFolder: Sendable {
  /// Its path.
  public let path: String

  /// Makes an empty folder.
  public init() throws {
    path = FileManager.default.temporaryDirectory.appendingPathComponent("einthoven-test-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// The path of `name` inside.
  public func file(_ name: String) -> String { path + "/" + name }
}
