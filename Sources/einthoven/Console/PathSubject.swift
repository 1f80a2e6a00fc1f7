import ECGBenchmark
import ECGStore
import Reproducibility
import WFDB

/// What stands at a path that a user names: told by files that are there, never guessed from a name alone.
enum PathSubject {
  /// The folder of a finished store.
  case store(String)
  /// A split file.
  case split(String)
  /// The folder of a finished run.
  case result(String)
  /// A WFDB record, without extension.
  case record(String)

  /// A folder stands for the `store.json` or `result.json` in it, and such a file for its folder.
  ///
  /// - Throws: ``ReproducibilityError`` where a folder is none of these or may not be read, or a JSON file is no split.
  init(_ path: String) throws {
    let file = path.split(separator: "/").last.map(String.init) ?? path
    let folder = path.contains("/") ? String(path.dropLast(file.count + 1)) : "."
    if FileBytes.exists(path), !FileBytes.isFolder(path), path.hasSuffix(file) {
      if file == StoreDescription.fileName {
        self = .store(folder.isEmpty ? "/" : folder)
        return
      }
      if file == "result.json" {
        self = .result(folder.isEmpty ? "/" : folder)
        return
      }
    }
    if FileBytes.isFolder(path) || path.hasSuffix("/") {
      self = try Self.inFolder(path)
    } else if path.hasSuffix(".json") {
      try Self.checkSplit(path)
      self = .split(path)
    } else {
      self = .record(RecordName.withoutExtension(path))
    }
  }

  private static func inFolder(_ path: String) throws -> PathSubject {
    // What may not be looked into would seem to hold nothing.
    try FileBytes.checkFolder(path)
    if FileBytes.exists(path + "/" + StoreDescription.fileName) { return .store(path) }
    if FileBytes.exists(path + "/result.json") { return .result(path) }
    let isUnfinished = FileBytes.exists(path + "/plan.json")
    throw ReproducibilityError(
      .missingFile, at: ErrorPlace(path),
      found: isUnfinished
        ? "a store that is not finished: plan.json, but no store.json"
        : "a folder with neither store.json nor result.json", expected: "a record, store, split or result",
      advice: isUnfinished
        ? "Go on with 'einthoven convert --resume', or seal its parts with 'einthoven store merge'"
        : "Name a record inside it, or make a store with 'einthoven convert'")
  }

  private static func checkSplit(_ path: String) throws {
    let content = try CanonicalJSON.read(JSONValue.self, fromFile: path)
    if case .object(let keys) = content, keys["parts"] != nil || keys["protocol"] != nil { return }
    throw ReproducibilityError(
      .malformedJSON, at: ErrorPlace(path, .item("top level")), found: "JSON without 'protocol' and 'parts'",
      expected: "a split file, or the store.json or result.json of a store or run",
      advice: "Name a file that 'einthoven split' wrote")
  }
}
