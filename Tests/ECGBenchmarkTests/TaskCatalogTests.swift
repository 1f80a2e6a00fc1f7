import ECGCore
import ECGTraining
import Foundation
import Reproducibility
import TestSupport
import Testing

@testable import ECGBenchmark

@Suite struct TaskCatalogTests {
  private let catalog = TaskCatalog(folder: Repository.root + "/benchmarks/tasks")

  @Test func everyTaskThatComesWithTheProgramIsSound() throws {
    let ids = try catalog.identifiers()
    #expect(ids == ["ptb-xl-superclass", "synthetic-heart-rate", "synthetic-pr", "synthetic-qrs", "synthetic-qt"])
    for id in ids {
      let task = try catalog.task(id).task
      #expect(Set(task.recipes.keys).isSuperset(of: ["full", "demo", "short"]))
      _ = try ReferenceModel.named(task.model)
      for metric in task.metrics { _ = try Metric.named(metric) }
      #expect(task.data.leads == ["I", "II", "V1", "V2", "V3", "V4", "V5", "V6"])
      for source in task.pretraining { #expect(ids.contains(source)) }
    }
  }

  @Test func anUnknownTaskRecipeOrModelSuggestsTheNearest() throws {
    let task = #expect(throws: BenchmarkError.self) { try catalog.task("ptbxl-superclass") }
    #expect(task?.description.contains("Did you mean 'ptb-xl-superclass'?") == true)
    let found = try catalog.task("synthetic-qt")
    let recipe = #expect(throws: BenchmarkError.self) {
      try RunPlan(task: found, recipeName: "dmo", start: .scratch, seed: 0)
    }
    #expect(recipe?.description.contains("Did you mean 'demo'?") == true)
    #expect(throws: BenchmarkError.self) { try ReferenceModel.named("inception") }
  }

  @Test func aTaskThatContradictsItselfIsRefusedWithTheKey() throws {
    let folder = try TemporaryFolder()
    let text = String(decoding: try FileBytes.read(catalog.folder + "/synthetic-qt/task.json"), as: UTF8.self)
    try AtomicFile.makeFolder(folder.file("synthetic-qt"))
    let file = folder.file("synthetic-qt/task.json")
    let damages = [
      (#""id": "synthetic-qt""#, #""id": "other""#, "key id"),
      (#""sample_count": 1000"#, #""sample_count": 0"#, "sample_count"),
      (#"["mae"]"#, "[]", "metrics"), (#""decay": 0.95"#, #""decay": 1.5"#, "recipes.full"),
      (#""kind": "interval""#, #""kind": "x""#, "target"), (#""model": "inception1d","#, "", "model"),
    ]
    for (original, damaged, key) in damages {
      #expect(text.contains(original))
      try AtomicFile.write(text.replacing(original, with: damaged), to: file)
      let error = #expect(throws: (any Error).self) { try TaskCatalog(folder: folder.path).task("synthetic-qt") }
      #expect(error.map { "\($0)".contains(key) } == true, "\(key): \(String(describing: error))")
    }
  }

  /// Files that were there before the optional keys have the digests and the meaning that they had.
  @Test func optionalKeysOfRecipesLeaveOlderFilesAsTheyAre() throws {
    let found = try catalog.task("synthetic-qt")
    let settings = try #require(found.task.recipes["full"]).settings(isClassification: false, seed: 5)
    let expected = TrainingSettings(
      loss: .absolute, batchSize: 32, epochs: 50, learningRate: 0.002, decay: 0.95, patience: 10, seed: 5)
    #expect(settings == expected)
    #expect(settings.optimizer == .adam() && settings.clip == nil)
    let classes = try #require(catalog.task("ptb-xl-superclass").task.recipes["full"])
    #expect(classes.settings(isClassification: true, seed: 0).loss == .crossEntropy)
  }

  private func recipe(_ keys: String) throws -> TrainingRecipe {
    let text = #"{"batch_size": 32, "epochs": 5, "learning_rate": 0.1, "patience": 2\#(keys)}"#
    return try CanonicalJSON.decode(TrainingRecipe.self, from: Array(text.utf8), named: "recipe")
  }

  @Test func recipesSayLossOptimizerScheduleAndClip() throws {
    let recipe = try recipe(
      #", "optimizer": "sgd", "momentum": 0.9, "nesterov": true, "weight_decay": 0.01, "schedule": "one-cycle", "#
        + #""clip": 2, "loss": "huber", "huber_delta": 0.5"#)
    #expect(recipe.problem(for: .interval(.qrs)) == nil)
    let settings = recipe.settings(isClassification: false, seed: 0)
    #expect(settings.optimizer == .sgd(momentum: 0.9, nesterov: true, weightDecay: 0.01))
    #expect(settings.schedule == .oneCycle(OneCycle()) && settings.clip == 2 && settings.loss == .huber(delta: 0.5))
    let other = try self.recipe(#", "schedule": "step", "step_epochs": 3, "decay": 0.5, "optimizer": "adamw""#)
    #expect(other.problem(for: .interval(.qrs)) == nil)
    #expect(other.settings(isClassification: false, seed: 0).schedule == .step(epochs: 3, factor: 0.5))
    #expect(other.settings(isClassification: false, seed: 0).optimizer == .adamW(weightDecay: 0.01))
  }

  @Test(arguments: [
    ("", "decay"), (#", "decay": 0.9, "schedule": "cosine""#, "decay"),
    (#", "schedule": "step", "decay": 0.9"#, "step_epochs"), (#", "decay": 0.9, "momentum": 0.9"#, "momentum"),
    (#", "decay": 0.9, "huber_delta": 1"#, "huber_delta"), (#", "decay": 0.9, "clip": 0"#, "clip"),
    (#", "decay": 0.9, "loss": "cross-entropy""#, "loss"),
    (#", "schedule": "one-cycle", "optimizer": "sgd""#, "schedule"),
    (#", "decay": 0.9, "optimizer": "sgd", "nesterov": true"#, "nesterov"),
  ]) func aRecipeThatContradictsItselfNamesTheKey(keys: String, key: String) throws {
    #expect(try recipe(keys).problem(for: .interval(.qrs))?.key == key)
  }

  @Test func aMistypedKeyOfARecipeIsNoDefault() throws {
    let folder = try TemporaryFolder()
    try AtomicFile.makeFolder(folder.file("synthetic-qt"))
    let text = String(decoding: try FileBytes.read(catalog.folder + "/synthetic-qt/task.json"), as: UTF8.self)
    try AtomicFile.write(
      text.replacing(#""decay": 0.95"#, with: #""decay": 0.95, "optimiser": "sgd""#),
      to: folder.file("synthetic-qt/task.json"))
    let error = #expect(throws: BenchmarkError.self) { try TaskCatalog(folder: folder.path).task("synthetic-qt") }
    #expect(error?.description.contains("recipes.full.optimiser") == true)
    #expect(error?.description.contains("Did you mean 'optimizer'?") == true)
  }

  @Test func theDigestIgnoresWhiteSpaceButNoKey() throws {
    let folder = try TemporaryFolder()
    try AtomicFile.makeFolder(folder.file("synthetic-qt"))
    let bytes = try FileBytes.read(catalog.folder + "/synthetic-qt/task.json")
    let text = String(decoding: bytes, as: UTF8.self)
    try AtomicFile.write(text.replacing("  ", with: " "), to: folder.file("synthetic-qt/task.json"))
    let original = try catalog.task("synthetic-qt").digest
    #expect(try TaskCatalog(folder: folder.path).task("synthetic-qt").digest == original)
    let changed = text.replacing(#""pretraining": []"#, with: #""pretraining": [], "note": 1"#)
    try AtomicFile.write(changed, to: folder.file("synthetic-qt/task.json"))
    #expect(try TaskCatalog(folder: folder.path).task("synthetic-qt").digest != original)
  }

  @Test func targetsAreScaledByMedianAndMeanAbsoluteDeviation() {
    let scale = TargetScale(trainingTargets: [1, 2, 3, 10])
    #expect(scale.centre == 2.5)
    #expect(scale.spread == 2.5)
    #expect(scale.original(scale.scaled(7)) == 7)
    #expect(TargetScale(trainingTargets: [4, 4]).spread == 1)
  }

  @Test func normalisationLeavesOutMissingSamplesAndFlatLeads() {
    let (mean, scale) = Normalisation.zScore.offsetAndScale(of: [1, .nan, 3])
    #expect((mean, scale) == (2, 1))
    #expect(Normalisation.zScore.offsetAndScale(of: [5, 5]).scale == 0)
    #expect(Normalisation.none.offsetAndScale(of: [7, 8]) == (0, 1))
  }
}
