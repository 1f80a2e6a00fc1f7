import ArgumentParser
import Foundation
import Reproducibility

/// Where the folders that come with the program stand: `manifests`, `benchmarks/tasks`, `data`.
struct Installation: Sendable {
  /// The folder that holds them.
  let root: String

  var manifests: String { root + "/manifests" }
  var tasks: String { root + "/benchmarks/tasks" }
  var data: String { root + "/data" }

  /// Looks in `$EINTHOVEN_HOME`, then in the current folder, then from the program's own folder upwards, and in
  /// `share/einthoven` beside an installed `bin`.
  ///
  /// - Throws: a usage error naming what was looked for.
  static func find() throws -> Installation {
    var candidates: [String] = []
    if let home = ProcessInfo.processInfo.environment["EINTHOVEN_HOME"] { candidates.append(home) }
    candidates.append(".")
    if let program = Bundle.main.executableURL?.resolvingSymlinksInPath() {
      var folder = program.deletingLastPathComponent()
      candidates.append(folder.deletingLastPathComponent().path + "/share/einthoven")
      while folder.path != "/" && !folder.path.isEmpty {
        candidates.append(folder.path)
        folder.deleteLastPathComponent()
      }
    }
    if let root = candidates.first(where: { FileBytes.isFolder($0 + "/manifests") }) { return Installation(root: root) }
    throw ValidationError(
      "The folder 'manifests' was not found. Run from the repository, or set EINTHOVEN_HOME to the folder that holds it."
    )
  }
}
