import ECGCore
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
