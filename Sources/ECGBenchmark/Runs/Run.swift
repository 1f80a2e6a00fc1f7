import Dispatch
import ECGCore
import ECGTraining
import Reproducibility

/// Where a run stands, for a progress line.
public struct RunProgress: Sendable {
  /// Recordings trained on so far, over all epochs.
  public let recordingsDone: Int
  /// Recordings that all epochs would come to.
  public let recordingsPlanned: Int
  /// Epoch and loss.
  public let detail: String
}

/// What of a run does not touch its bits.
public struct RunOptions: Sendable {
  /// Optimiser steps from one checkpoint to the next, besides the end of each epoch; nil for those alone.
  public let checkpointSteps: Int?
  /// Whether a checkpoint that is there is thrown away rather than gone on from.
  public let restarts: Bool
  /// Folder of event files for TensorBoard; nil for none.
  public let tensorBoardFolder: String?

  /// Options.
  public init(checkpointSteps: Int? = nil, restarts: Bool = false, tensorBoardFolder: String? = nil) {
    self.checkpointSteps = checkpointSteps
    self.restarts = restarts
    self.tensorBoardFolder = tensorBoardFolder
  }
}

/// One execution of a plan: train or not, predict, score, write the folder.
public struct Run {
  private let plan: RunPlan
  private let input: TaskInput
  private let workers: Workers
  private let scoring: Scoring
  private let options: RunOptions

  /// A run of `plan` on `input`.
  ///
  /// - Throws: ``MetricError`` or ``BenchmarkError`` where the task's metrics do not suit its target.
  public init(plan: RunPlan, input: TaskInput, workers: Workers, options: RunOptions = RunOptions()) throws {
    self.plan = plan
    self.options = options
    self.input = input
    self.workers = workers
    scoring = try Scoring(task: plan.task.task, classes: input.classes)
  }

  /// What a predictor came to, before it is scored.
  private struct Outcome {
    var predictions: [TaskInput.Part: [[Double]]]
    var parameters = 0
    var weights: Weights?
    var log: [EpochLog] = []
    var bestEpoch = 0
    var instructionSet = InstructionSet.preferred
    var epochTimes: [RunMachine.EpochTime]?
    var resumedAtStep: Int?
  }

  /// Runs and writes `folder`. A network's training goes on from the checkpoint in it, to the same bits, and leaves one
  /// after every epoch until the result is there.
  ///
  /// - Throws: ``TrainingError`` where training diverges, or weights or the checkpoint do not fit; file errors.
  public func execute(
    into folder: ResultFolder, progress: @escaping (RunProgress) -> Void = { _ in }
  ) throws -> RunResult {
    let start = DispatchTime.now().uptimeNanoseconds
    try AtomicFile.makeFolder(folder.path)
    try folder.removeLeftovers()
    if options.restarts { try folder.removeCheckpoint() }
    let outcome = plan.start == .baseline ? try baseline() : try train(in: folder, progress)
    let predictions = self.predictions(outcome)
    let result = try result(of: outcome, predictions: predictions)
    let seconds = Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9
    let machine = RunMachine(
      processor: SystemFacts.processorName, threads: workers.count, instructionSet: outcome.instructionSet.rawValue,
      wallTimeSeconds: seconds, epochs: outcome.epochTimes, resumedAtStep: outcome.resumedAtStep)
    try folder.write(
      result, predictions: predictions, trainingLog: outcome.log.map { try CanonicalJSON.compact($0) }, machine: machine
    ) { path in
      if let weights = outcome.weights {
        try Safetensors.write(weights, metadata: result.weightsMetadata, to: path)
      }
    }
    return result
  }

  // MARK: baseline

  /// The median of the training targets, or the frequencies of the training classes, for every recording.
  private func baseline() throws -> Outcome {
    let targets = input.members(.train).map(\.target)
    let output: [Double]
    switch plan.task.task.baseline {
    case .median: output = [TargetScale.median(targets)]
    case .majority:
      output = input.classes.indices.map { place in
        Double(targets.count { Int($0) == place }) / Double(targets.count)
      }
    }
    guard output.count == max(1, input.classes.count) else {
      throw BenchmarkError(
        .invalidTask, at: ErrorPlace(plan.task.path, .item("key baseline")),
        found: "'\(plan.task.task.baseline.rawValue)'", expected: "median for an interval, majority for classes",
        advice: "Correct the task file")
    }
    var predictions: [TaskInput.Part: [[Double]]] = [:]
    for part in [TaskInput.Part.validation, .test] {
      predictions[part] = Array(repeating: output, count: input.count(part))
    }
    return Outcome(predictions: predictions)
  }

  // MARK: network

  private func train(in folder: ResultFolder, _ progress: @escaping (RunProgress) -> Void) throws -> Outcome {
    let model = try ReferenceModel.named(plan.task.task.model)
    let data = plan.task.task.data
    guard data.sampleCount >= model.fewestSamples else {
      throw BenchmarkError(
        .invalidTask, at: ErrorPlace(plan.task.path, .item("key data.sample_count")), found: "\(data.sampleCount)",
        expected: "at least \(model.fewestSamples) for model '\(model.id)'", advice: "Choose another model")
    }
    let network = model.make(data.leads.count, data.sampleCount, max(1, input.classes.count))
    let compute = Compute(workers: workers)
    let trainer = Trainer(network: network, compute: compute)
    trainer.initialise(seed: plan.seed)
    try loadPretrained(into: network, model)
    let targets = NetworkTargets(plan: plan, input: input)
    var clock = EpochClock()
    let log = options.tensorBoardFolder.map {
      TensorBoardLog(folder: "\($0)/\(folder.runPath)", metric: scoring.primary.name)
    }
    let trained = try explainingStops(in: folder) {
      try trainer.train(
        on: input.examples(.train), targets: targets.training, settings: targets.settings,
        higherIsBetter: scoring.primary.higherIsBetter, checkpoints: checkpoints(in: folder),
        validate: { trainer in
          let evaluation = try scoring.evaluation(of: rows(.validation, outputs(of: trainer, .validation, targets)))
          return try evaluation.value(of: scoring.primary)
        },
        progress: { step in
          progress(
            RunProgress(
              recordingsDone: step.recordingsDone, recordingsPlanned: step.recordingsPlanned,
              detail: "epoch \(step.epoch + 1), loss \((step.loss * 1000).rounded() / 1000)"))
        },
        afterEpoch: { line in
          clock.finish(line.epoch)
          try log?.add(line)
        })
    }
    return Outcome(
      predictions: [
        .validation: outputs(of: trainer, .validation, targets), .test: outputs(of: trainer, .test, targets),
      ],
      parameters: network.parameters.reduce(0) { $0 + $1.count }, weights: trained.weights, log: trained.log,
      bestEpoch: trained.bestEpoch, instructionSet: compute.instructionSet, epochTimes: clock.times,
      resumedAtStep: trained.resumedAtStep > 0 ? trained.resumedAtStep : nil)
  }

  private func loadPretrained(into network: any Layer, _ model: ReferenceModel) throws {
    guard case .pretrained(_, let file, let digest) = plan.start else { return }
    let weights = try Safetensors.read(file)
    guard weights.digest == digest else {
      throw BenchmarkError(
        .invalidResult, at: ErrorPlace(file), found: "weights with digest \(weights.digest)", expected: digest.hex,
        advice: "The file was changed after its run: make the run anew")
    }
    try weights.load(into: network, excluding: [model.outputLayer], named: file)
  }

  private func checkpoints(in folder: ResultFolder) -> Checkpointing {
    var identity = [
      "task_digest": plan.task.digest.hex, "recipe": plan.recipeName, "model": plan.modelName,
      "start": plan.start.name, "store_digest": input.store.digest.hex, "split_digest": input.splitDigest.hex,
      // Another version may come to other bits.
      "software": SystemFacts.packageVersion,
    ]
    if case .pretrained(_, _, let digest) = plan.start { identity["pretrained_weights"] = digest.hex }
    return Checkpointing(file: folder.checkpointFile, everySteps: options.checkpointSteps, identity: identity)
  }

  /// Writes `stopped.json` where `body` stops at a step that is not finite: a line of text has no room for all recordings.
  private func explainingStops<Value>(in folder: ResultFolder, _ body: () throws -> Value) throws -> Value {
    do {
      return try body()
    } catch let error as TrainingError {
      guard let divergence = error.cause as? Divergence else { throw error }
      try AtomicFile.write(CanonicalJSON.pretty(divergence), to: folder.stoppedFile)
      throw TrainingError(
        error.code, at: error.place, found: error.found, expected: error.expected,
        advice: "\(error.advice). All recordings of the batch stand in \(folder.stoppedFile)", cause: divergence)
    }
  }

  /// Predictions in the target's unit, or scores of classes.
  private func outputs(of trainer: Trainer, _ part: TaskInput.Part, _ targets: NetworkTargets) -> [[Double]] {
    trainer.predict(input.examples(part)).map { targets.prediction(from: $0.map(Double.init)) }
  }

  // MARK: result

  private func rows(_ part: TaskInput.Part, _ outputs: [[Double]]) -> [Predictions.Row] {
    zip(input.members(part), outputs).map { member, output in
      Predictions.Row(
        partition: part.rawValue, id: member.id, patient: member.patient, truth: member.target, outputs: output)
    }
  }

  private func predictions(_ outcome: Outcome) -> Predictions {
    let names = input.classes.isEmpty ? ["prediction"] : input.classes.map { "score_\($0)" }
    let rows = [TaskInput.Part.validation, .test].flatMap { self.rows($0, outcome.predictions[$0] ?? []) }
    return Predictions(outputNames: names, rows: rows)
  }

  private func result(of outcome: Outcome, predictions: Predictions) throws -> RunResult {
    let task = plan.task.task
    let test = predictions.rows(of: TaskInput.Part.test.rawValue)
    var pretraining: PretrainingReference?
    if case .pretrained(let name, _, let digest) = plan.start {
      pretraining = PretrainingReference(task: name, weightsDigest: digest)
    }
    return RunResult(
      schema: 1, task: task.id, title: task.title, taskDigest: plan.task.digest, recipe: plan.recipeName,
      model: plan.modelName, variant: plan.start.name, seed: plan.seed, store: input.store,
      splitDigest: input.splitDigest, splitProtocol: input.splitProtocol,
      counts: PartitionCounts(
        train: input.count(.train), validation: input.count(.validation), test: input.count(.test)),
      parameters: outcome.parameters, pretrainedFrom: pretraining, weightsDigest: outcome.weights?.digest,
      predictionsDigest: Digest(ofText: predictions.csv),
      training: outcome.weights.map { _ in
        TrainingSummary(epochs: outcome.log.count, bestEpoch: outcome.bestEpoch, selectedBy: scoring.primary.name)
      },
      validation: try scoring.values(of: predictions.rows(of: TaskInput.Part.validation.rawValue)),
      metrics: try scoring.valuesWithIntervals(of: test, workers: workers), primaryMetric: scoring.primary.name,
      unit: input.unit, classesNotScored: try scoring.classesNotScored(in: test), software: SystemFacts.packageVersion)
  }
}
