import Foundation
import Reproducibility

/// A run's own folder: `result.json`, `predictions.csv`, `machine.json` and, for a trained network,
/// `weights.safetensors` and `training.jsonl`. Written once, `result.json` last, and never edited. While the run goes on,
/// or after it was stopped, `checkpoint.safetensors` is there, and `stopped.json` where a loss was not finite.
public struct ResultFolder: Sendable {
  /// Its path.
  public let path: String

  /// The folder at `path`.
  public init(_ path: String) { self.path = path }

  /// The result proper.
  public var resultFile: String { path + "/result.json" }
  /// What was predicted.
  public var predictionsFile: String { path + "/predictions.csv" }
  /// The network's weights.
  public var weightsFile: String { path + "/weights.safetensors" }
  /// One line an epoch.
  public var trainingFile: String { path + "/training.jsonl" }
  /// CPU, threads, wall time.
  public var machineFile: String { path + "/machine.json" }
  /// What an unfinished run goes on from.
  public var checkpointFile: String { path + "/checkpoint.safetensors" }
  /// Where a run stopped whose loss was not finite: step, layer and the batch's recordings.
  public var stoppedFile: String { path + "/stopped.json" }

  /// `<task>/<model>/<run>`: the last parts of its path.
  var runPath: String { path.split(separator: "/").suffix(3).joined(separator: "/") }

  /// Whether a finished run stands here.
  public var isFinished: Bool { FileBytes.exists(resultFile) }

  /// The result.
  ///
  /// - Throws: ``ReproducibilityError`` where the file is missing or malformed.
  public func result() throws -> RunResult {
    try CanonicalJSON.read(RunResult.self, fromFile: resultFile)
  }

  /// The predictions, which must be those of `result`.
  ///
  /// - Throws: ``BenchmarkError`` `invalid-result` where the file's digest is not the result's; csv errors.
  public func predictions(of result: RunResult) throws -> Predictions {
    let bytes = try FileBytes.read(predictionsFile)
    let digest = Digest(of: bytes)
    guard digest == result.predictionsDigest else {
      throw BenchmarkError(
        .invalidResult, at: ErrorPlace(predictionsFile), found: "digest \(digest)",
        expected: "\(result.predictionsDigest), as result.json says",
        advice: "The file was changed after its run: make the run anew")
    }
    return try Predictions(parsing: bytes, path: predictionsFile)
  }

  /// The run's result and predictions, every figure of the result made again from the predictions.
  ///
  /// - Throws: ``BenchmarkError`` `invalid-result` naming the figure that does not follow from them; file errors.
  ///   O(bootstrap replicates * test recordings).
  public func checked(workers: Workers = .all) throws -> (result: RunResult, predictions: Predictions) {
    let result = try result()
    let predictions = try predictions(of: result)
    let isClassification = result.unit.isEmpty
    func refuse(_ key: String, _ found: String, _ expected: String) -> BenchmarkError {
      BenchmarkError(
        .invalidResult, at: ErrorPlace(resultFile, .item("key \(key)")), found: found,
        expected: "\(expected), as predictions.csv gives", advice: "Make the run anew")
    }
    let counts = [("validation", result.counts.validation), ("test", result.counts.test)]
    for (part, count) in counts where predictions.rows(of: part).count != count {
      throw refuse("counts.\(part)", "\(count)", "\(predictions.rows(of: part).count)")
    }
    let validation = try predictions.evaluation(of: "validation", isClassification: isClassification)
    for (name, value) in result.validation.sorted(by: { $0.key < $1.key }) {
      let made = try validation.value(of: Metric.named(name))
      if made != value { throw refuse("validation.\(name)", "\(value)", "\(made)") }
    }
    let test = try predictions.evaluation(of: "test", isClassification: isClassification)
    for (name, value) in result.metrics.sorted(by: { $0.key < $1.key }) {
      let made = try test.evaluate(Metric.named(name), seed: Scoring.bootstrapSeed, workers: workers)
      if made != value { throw refuse("metrics.\(name)", "\(value.value)", "\(made.value)") }
    }
    // Output columns are called after their classes: see `Predictions`.
    let left = ((test as? ClassificationEvaluation)?.classesLeftOut ?? []).map { String($0.trimmingPrefix("score_")) }
    if left != result.classesNotScored {
      throw refuse("classes_not_scored", "\(result.classesNotScored)", "\(left)")
    }
    return (result, predictions)
  }

  /// All finished runs under `root`, sorted by path.
  ///
  /// - Throws: ``BenchmarkError`` `invalid-result` where there is none.
  public static func all(under root: String) throws -> [ResultFolder] {
    // A folder that may not be read would look like an empty one.
    if FileBytes.exists(root) { try FileBytes.checkFolder(root) }
    guard let walker = FileManager.default.enumerator(atPath: root) else {
      throw BenchmarkError(
        .invalidResult, at: ErrorPlace(root), found: "no such folder", expected: "a folder of runs",
        advice: "Make runs with 'einthoven bench run'")
    }
    var folders: [String] = []
    for case let name as String in walker where name == "result.json" || name.hasSuffix("/result.json") {
      folders.append(String((root + "/" + name).dropLast("/result.json".count)))
    }
    guard !folders.isEmpty else {
      throw BenchmarkError(
        .invalidResult, at: ErrorPlace(root), found: "no result.json in it", expected: "finished runs",
        advice: "Make runs with 'einthoven bench run'")
    }
    return folders.sorted().map { ResultFolder($0) }
  }

  /// Writes everything; `result.json` comes last, so that a run that was stopped does not look finished.
  func write(
    _ result: RunResult, predictions: Predictions, trainingLog: [[UInt8]], machine: RunMachine,
    weights: (String) throws -> Void
  ) throws {
    try AtomicFile.makeFolder(path)
    try AtomicFile.write(predictions.csv, to: predictionsFile)
    try weights(weightsFile)
    if !trainingLog.isEmpty {
      try AtomicFile.write(trainingLog.flatMap { $0 + [UInt8(ascii: "\n")] }, to: trainingFile)
    }
    try AtomicFile.write(CanonicalJSON.pretty(machine), to: machineFile)
    try AtomicFile.write(CanonicalJSON.pretty(result), to: resultFile)
    try removeLeftovers()
  }

  /// Removes what an unfinished run leaves: files that were being written when it was killed, the word of why it stopped
  /// and, once the result is there, the checkpoint. Other files are left alone.
  ///
  /// - Throws: ``BenchmarkError`` `invalid-result` where one could not be removed.
  public func removeLeftovers() throws {
    let ours = [resultFile, predictionsFile, weightsFile, trainingFile, machineFile, checkpointFile, stoppedFile]
    let names = ours.compactMap { $0.split(separator: "/").last.map(String.init) }
    for name in (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [] {
      let file = "\(path)/\(name)"
      let isLeft =
        file == stoppedFile || (file == checkpointFile && isFinished)
        || names.contains { name.hasPrefix($0 + ".tmp-") }
      if isLeft { try remove(file) }
    }
  }

  /// Removes the checkpoint, so that the run begins anew.
  public func removeCheckpoint() throws {
    if FileBytes.exists(checkpointFile) { try remove(checkpointFile) }
  }

  private func remove(_ file: String) throws {
    do {
      try FileManager.default.removeItem(atPath: file)
    } catch {
      throw BenchmarkError(
        .invalidResult, at: ErrorPlace(file), found: "it could not be removed",
        expected: "a folder that may be changed",
        advice: "Check the folder's permissions", cause: error)
    }
  }
}
