import ECGCore
import Reproducibility

/// Where a run's predictor starts from.
public enum RunStart: Sendable, Equatable {
  /// The task's baseline: no signal is looked at.
  case baseline
  /// Weights drawn from the seed.
  case scratch
  /// The backbone of the weights in `weightsFile`, trained for `task`; the head is drawn from the seed.
  case pretrained(task: String, weightsFile: String, weightsDigest: Digest)

  /// `baseline`, `scratch` or `from-<task>`.
  public var name: String {
    switch self {
    case .baseline: "baseline"
    case .scratch: "scratch"
    case .pretrained(let task, _, _): "from-\(task)"
    }
  }
}

/// Everything that decides a run's bits, besides store and split.
public struct RunPlan: Sendable {
  /// The task.
  public let task: CatalogTask
  /// Name of the training recipe.
  public let recipeName: String
  /// The training recipe.
  public let recipe: TrainingRecipe
  /// Where it starts from.
  public let start: RunStart
  /// Seed of initial weights, order and dropout.
  public let seed: UInt64

  /// A plan for `task` with its recipe `recipeName`.
  ///
  /// - Throws: ``BenchmarkError`` `unknown-name` with the nearest recipe.
  public init(task: CatalogTask, recipeName: String, start: RunStart, seed: UInt64) throws(BenchmarkError) {
    guard let recipe = task.task.recipes[recipeName] else {
      throw BenchmarkError(
        .unknownName, at: ErrorPlace(task.path, .item("key recipes")), found: "no recipe '\(recipeName)'",
        advice: NearestName.advice(for: recipeName, among: task.task.recipes.keys.sorted()))
    }
    self.task = task
    self.recipeName = recipeName
    self.recipe = recipe
    self.start = start
    self.seed = seed
  }

  /// What predicts: the network's id, or the baseline's.
  public var modelName: String {
    start == .baseline ? task.task.baseline.rawValue : task.task.model
  }

  /// The run's folder under `root`: `<task>/<model>/<start>-<recipe>-seed<seed>-<digest>`, where the digest is over
  /// everything that decides the run's bits.
  public func folder(under root: String, storeDigest: Digest, splitDigest: Digest) -> ResultFolder {
    var hasher = ContentHasher()
    hasher.update("einthoven run 1")
    hasher.update(task.digest)
    hasher.update(recipeName)
    hasher.update(modelName)
    hasher.update(start.name)
    hasher.update(seed)
    hasher.update(storeDigest)
    hasher.update(splitDigest)
    if case .pretrained(_, _, let weights) = start { hasher.update(weights) }
    let name = "\(start.name)-\(recipeName)-seed\(seed)-\(hasher.digest.hex.prefix(12))"
    return ResultFolder("\(root)/\(task.task.id)/\(modelName)/\(name)")
  }
}
