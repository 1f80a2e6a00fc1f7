import ECGTraining
import Reproducibility

extension ResultFolder {
  /// The result, once every file that it vouches for is found to be what it says: the digest of `predictions.csv` and
  /// every figure made again from it, the digest of the weights, and what the weights' file says of their origin.
  ///
  /// `training.jsonl` and `machine.json` have no digest: nothing is said of them.
  ///
  /// - Throws: ``BenchmarkError`` `invalid-result`; `TrainingError` `malformed-weights`; file errors.
  ///   O(bootstrap replicates * test recordings + weights).
  public func verified(workers: Workers = .all) throws -> RunResult {
    let result = try result()
    if let digest = result.weightsDigest { try checkWeights(digest, of: result) }
    return try checked(workers: workers).result
  }

  private func checkWeights(_ digest: Digest, of result: RunResult) throws {
    func refuse(_ item: String, _ found: String, _ expected: String) -> BenchmarkError {
      BenchmarkError(
        .invalidResult, at: ErrorPlace(weightsFile, .item(item)), found: found,
        expected: "\(expected), as result.json says",
        advice: "One of the two files was changed after the run: make the run anew")
    }
    let contents = try Safetensors.contents(ofFile: weightsFile)
    let found = contents.weights.digest
    guard found == digest else { throw refuse("tensors", "weights with digest \(found)", "\(digest)") }
    for (key, expected) in result.weightsMetadata.sorted(by: { $0.key < $1.key })
    where contents.metadata[key] != expected {
      throw refuse("metadata \(key)", contents.metadata[key] ?? "nothing", expected)
    }
  }
}

extension RunResult {
  /// What the weights' file says of where they come from.
  var weightsMetadata: [String: String] {
    [
      "task": task, "task_digest": taskDigest.hex, "recipe": recipe, "start": variant, "seed": "\(seed)",
      "store_digest": store.digest.hex, "split_digest": splitDigest.hex, "software": "einthoven \(software)",
    ]
  }
}
