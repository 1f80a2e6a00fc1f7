import ArgumentParser
import ECGBenchmark
import ECGSplits
import ECGStore
import Reproducibility

/// `einthoven verify`.
struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Recompute every digest of a store, split or result.",
    discussion: """
      A store: every chunk is decoded and every digest recomputed. What is wrong
      first is named with shard, recording and bytes. A split: no recording and no
      patient stands on two sides, and protocol and seed give the same split again.
      A result: predictions, figures and weights are those that result.json states.
      Exit status 3 where something does not agree.

      Examples:
        einthoven verify ptb-xl.store
        einthoven verify folds.split.json --store ptb-xl.store
      """)

  @Argument(help: "A store, a split file or a result folder.")
  var path: String

  @Option(help: "The store that the split or result was made from; only its stated digest is used: verify it first.")
  var store: String?

  @OptionGroup var jobs: JobOptions

  @Flag(help: "One JSON document, also where something does not agree.")
  var json = false

  func run() throws {
    let subject = try PathSubject(path)
    let report: VerificationReport
    do {
      report = try verified(subject)
    } catch let error as any LocatedError {
      Console.note("Error: \(error)")
      if json {
        let failure = VerificationFailure(path: path, error: error)
        Console.write(String(decoding: try CanonicalJSON.pretty(failure), as: UTF8.self), to: .standardOutput)
      }
      throw ExitCode(3)
    }
    if json {
      Console.write(String(decoding: try CanonicalJSON.pretty(report), as: UTF8.self), to: .standardOutput)
    } else {
      Console.result("\(path)  \(report.digest.hex)  OK")
    }
  }

  private func verified(_ subject: PathSubject) throws -> VerificationReport {
    switch subject {
    case .store(let folder): try verifyStore(folder)
    case .split(let file): try verifySplit(file)
    case .result(let folder): try verifyResult(folder)
    case .record(let name):
      throw ReproducibilityError(
        .missingFile, at: ErrorPlace(name), found: "no store, split or result",
        expected: "something that has digests", advice: "Read a record with 'einthoven read', which checks it")
    }
  }

  private func verifyStore(_ folder: String) throws -> VerificationReport {
    if store != nil { throw ValidationError("--store goes with a split or a result.") }
    let line = ProgressLine("verify", unit: "recordings")
    let description = try StoreVerification(path: folder, workers: jobs.workers).run { done, total in
      line.update(done: done, total: total)
    }
    if Console.progressIsVisible { line.finish("\(description.recordings) recordings") }
    return VerificationReport(
      path: path, kind: "store", digest: description.contentDigest, recordings: description.recordings,
      shards: description.shards.count)
  }

  private func verifySplit(_ file: String) throws -> VerificationReport {
    let split = try Split.load(from: file)
    try split.checkParts()
    var isMadeAgain: Bool?
    if let store {
      let outcome = try split.verify(against: SplitInput(Store(store)))
      Console.note(outcome.audit.description)
      if !outcome.isMadeAgain { Console.warning("no protocol '\(split.protocol)': the split was not made again") }
      isMadeAgain = outcome.isMadeAgain
    } else {
      Console.note("verify: patients and protocol are checked with --store")
    }
    return VerificationReport(
      path: path, kind: "split", digest: try split.digest(),
      recordings: Partition.allCases.reduce(0) { $0 + split.identifiers(in: $1).count }, isMadeAgain: isMadeAgain)
  }

  private func verifyResult(_ folder: String) throws -> VerificationReport {
    let run = ResultFolder(folder)
    let result = try run.verified(workers: jobs.workers)
    if let store {
      let found = try Store(store).contentDigest
      guard found == result.store.digest else {
        throw BenchmarkError(
          .invalidResult, at: ErrorPlace(run.resultFile, .item("key store.digest")), found: result.store.digest.hex,
          expected: "\(found), as \(store) states", advice: "Name the store that the run was made on")
      }
    }
    return VerificationReport(
      path: path, kind: "result", digest: result.predictionsDigest, recordings: result.counts.test,
      weightsDigest: result.weightsDigest)
  }
}

/// What was verified.
private struct VerificationReport: Encodable {
  let status = "ok"
  let path: String
  let kind: String
  /// The store's content digest, the split's digest, or that of a result's predictions.
  let digest: Digest
  /// Of the store, of the split's parts, or those that a result was tested on.
  let recordings: Int
  var shards: Int?
  var isMadeAgain: Bool?
  var weightsDigest: Digest?

  enum CodingKeys: String, CodingKey {
    case status, path, kind, digest, recordings, shards
    case isMadeAgain = "made_again"
    case weightsDigest = "weights_digest"
  }
}

/// What does not agree.
private struct VerificationFailure: Encodable {
  let status = "failed"
  let path: String
  let error: ErrorDocument
  /// The bytes of the shard that the damage lies in one of; empty where that cannot be told.
  let regions: [ByteRegion]

  init(path: String, error: any LocatedError) {
    self.path = path
    self.error = ErrorDocument(error)
    regions = (error as? StoreDamage)?.regions ?? []
  }
}
