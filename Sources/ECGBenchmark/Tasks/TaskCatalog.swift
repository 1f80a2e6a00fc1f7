import ECGCore
import Foundation
import Reproducibility

/// A task together with where it was read and its digest.
public struct CatalogTask: Sendable {
  /// The task.
  public let task: BenchmarkTask
  /// Its `task.json`.
  public let path: String
  /// SHA-256 of the file's canonical JSON: white space and key order do not count, every key does.
  public let digest: Digest
}

/// The folder of tasks: `benchmarks/tasks`.
public struct TaskCatalog: Sendable {
  /// The folder.
  public let folder: String

  /// The tasks under `folder`.
  public init(folder: String) { self.folder = folder }

  /// Ids of all tasks, sorted.
  ///
  /// - Throws: ``BenchmarkError`` `unknown-name` where the folder is missing.
  public func identifiers() throws -> [String] {
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
      throw BenchmarkError(
        .unknownName, at: ErrorPlace(folder), found: "no such folder", expected: "the folder of tasks",
        advice: "Run from the repository, or name the folder with --tasks")
    }
    return names.filter { FileBytes.exists("\(folder)/\($0)/task.json") }.sorted()
  }

  /// The task `id`, checked.
  ///
  /// - Throws: ``BenchmarkError`` `unknown-name` with the nearest id, `invalid-task`, or malformed JSON.
  public func task(_ id: String) throws -> CatalogTask {
    let known = try identifiers()
    guard known.contains(id) else {
      throw BenchmarkError(
        .unknownName, at: ErrorPlace(folder), found: "no task '\(id)'",
        advice: NearestName.advice(for: id, among: known))
    }
    let path = "\(folder)/\(id)/task.json"
    let task = try CanonicalJSON.read(BenchmarkTask.self, fromFile: path)
    try Self.check(task, folderName: id, path: path)
    let json = try CanonicalJSON.read(JSONValue.self, fromFile: path)
    try Self.checkRecipeKeys(of: json, path: path)
    let digest = try CanonicalJSON.digest(of: json)
    return CatalogTask(task: task, path: path, digest: digest)
  }

  /// A key that no version knows would be passed over, and the recipe be another than was meant.
  private static func checkRecipeKeys(of json: JSONValue, path: String) throws(BenchmarkError) {
    guard case .object(let keys) = json, case .object(let recipes) = keys["recipes"] else { return }
    let known = TrainingRecipe.CodingKeys.allCases.map(\.rawValue)
    for (name, recipe) in recipes.sorted(by: { $0.key < $1.key }) {
      guard case .object(let recipeKeys) = recipe else { continue }
      for key in recipeKeys.keys.sorted() where !known.contains(key) {
        throw BenchmarkError(
          .invalidTask, at: ErrorPlace(path, .item("key recipes.\(name).\(key)")), found: "an unknown key",
          expected: "keys of docs/schemas/task.schema.json", advice: NearestName.advice(for: key, among: known))
      }
    }
  }

  private static func check(_ task: BenchmarkTask, folderName: String, path: String) throws(BenchmarkError) {
    func require(_ holds: Bool, _ key: String, _ found: String, _ expected: String) throws(BenchmarkError) {
      guard holds else {
        throw BenchmarkError(
          .invalidTask, at: ErrorPlace(path, .item("key \(key)")), found: found, expected: expected,
          advice: "Correct the task file")
      }
    }
    try require(task.id == folderName, "id", "'\(task.id)'", "the folder's name '\(folderName)'")
    try require(!task.recipes.isEmpty, "recipes", "none", "at least one recipe")
    try require(!task.metrics.isEmpty, "metrics", "none", "at least one metric, the primary one first")
    try require(task.data.sampleCount > 0, "data.sample_count", "\(task.data.sampleCount)", "at least 1")
    try require(Set(task.data.leads).count == task.data.leads.count, "data.leads", "a lead twice", "different leads")
    for (name, recipe) in task.recipes.sorted(by: { $0.key < $1.key }) {
      if let problem = recipe.problem(for: task.target) {
        try require(false, "recipes.\(name).\(problem.key)", problem.found, problem.expected)
      }
    }
  }
}
