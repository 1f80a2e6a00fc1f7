import ECGCore
import Reproducibility

/// What one run came to: every digest that it depends on and every figure that it gives. The file `result.json`.
/// Nothing in it depends on the machine, the number of threads or the clock; those stand in ``RunMachine``.
public struct RunResult: Sendable, Codable {
  /// 1.
  public let schema: Int
  /// Task id.
  public let task: String
  /// The task's title, for tables.
  public let title: String
  /// SHA-256 of the task's canonical JSON.
  public let taskDigest: Digest
  /// Name of the training recipe within the task.
  public let recipe: String
  /// What predicts: a network's id, or a baseline's.
  public let model: String
  /// `baseline`, `scratch`, or `from-<task>` where a pre-trained backbone was the start.
  public let variant: String
  /// Seed of initial weights, order and dropout.
  public let seed: UInt64
  /// The store.
  public let store: StoreReference
  /// Content digest of the split.
  public let splitDigest: Digest
  /// The split's protocol.
  public let splitProtocol: String
  /// Recordings in each partition that have a target.
  public let counts: PartitionCounts
  /// Trained numbers in the network; 0 for a baseline.
  public let parameters: Int
  /// The pre-trained weights that this run started from.
  public let pretrainedFrom: PretrainingReference?
  /// Digest of the weights that made the predictions; absent for a baseline.
  public let weightsDigest: Digest?
  /// SHA-256 of `predictions.csv`.
  public let predictionsDigest: Digest
  /// What training came to; absent for a baseline.
  public let training: TrainingSummary?
  /// The metrics on the validation partition, by name.
  public let validation: [String: Double]
  /// The metrics on the test partition, by name, with 95% intervals. The primary one is ``primaryMetric``.
  public let metrics: [String: MetricValue]
  /// The task's first metric.
  public let primaryMetric: String
  /// Unit of the target: `bpm`, `ms`, or empty for classes.
  public let unit: String
  /// Classes that the test partition lacks and that therefore count in no per-class mean; empty for regression.
  public let classesNotScored: [String]
  /// Version of this package.
  public let software: String

  enum CodingKeys: String, CodingKey {
    case schema, task, title
    case taskDigest = "task_digest"
    case recipe, model, variant, seed, store
    case splitDigest = "split_digest"
    case splitProtocol = "split_protocol"
    case counts, parameters
    case pretrainedFrom = "pretrained_from"
    case weightsDigest = "weights_digest"
    case predictionsDigest = "predictions_digest"
    case training, validation, metrics
    case primaryMetric = "primary_metric"
    case unit
    case classesNotScored = "classes_not_scored"
    case software
  }
}

/// The store that a result was made from.
public struct StoreReference: Sendable, Codable, Hashable {
  /// Dataset id.
  public let dataset: String
  /// Dataset release.
  public let version: String
  /// Content digest.
  public let digest: Digest
  /// Recordings in the store.
  public let recordings: Int
  /// Recordings in the full release, where known.
  public let publishedRecordings: Int?
  /// SPDX name, or the publisher's.
  public let licence: String
  /// How to cite it.
  public let citation: String

  enum CodingKeys: String, CodingKey {
    case dataset, version, digest, recordings
    case publishedRecordings = "published_recordings"
    case licence, citation
  }
}

/// Recordings in each partition.
public struct PartitionCounts: Sendable, Codable, Hashable {
  /// In the training partition.
  public let train: Int
  /// In the validation partition.
  public let validation: Int
  /// In the test partition.
  public let test: Int
}

/// The weights that a run started from.
public struct PretrainingReference: Sendable, Codable, Hashable {
  /// The task that they were trained for.
  public let task: String
  /// Their digest.
  public let weightsDigest: Digest

  enum CodingKeys: String, CodingKey {
    case task
    case weightsDigest = "weights_digest"
  }
}

/// What training came to.
public struct TrainingSummary: Sendable, Codable {
  /// Epochs run.
  public let epochs: Int
  /// The epoch, from 0, whose weights were kept.
  public let bestEpoch: Int
  /// What chose it: the metric's name.
  public let selectedBy: String

  enum CodingKeys: String, CodingKey {
    case epochs
    case bestEpoch = "best_epoch"
    case selectedBy = "selected_by"
  }
}

/// The machine and the time of one run: the file `machine.json`, the only one of a run that differs from machine to
/// machine.
public struct RunMachine: Sendable, Codable {
  /// The CPU's name.
  public let processor: String
  /// Worker threads.
  public let threads: Int
  /// The instruction set that the kernels ran in.
  public let instructionSet: String
  /// Seconds from the first recording read to the last file written, of the process that finished the run.
  public let wallTimeSeconds: Double
  /// Of every epoch that this process trained; absent for a baseline.
  public let epochs: [EpochTime]?
  /// Optimiser steps that an earlier process had done; absent where there was none.
  public let resumedAtStep: Int?

  /// How long an epoch took, validation included.
  public struct EpochTime: Sendable, Codable {
    /// From 0.
    public let epoch: Int
    /// Seconds.
    public let wallTimeSeconds: Double

    enum CodingKeys: String, CodingKey {
      case epoch
      case wallTimeSeconds = "wall_time_seconds"
    }
  }

  /// A machine and its times.
  public init(
    processor: String, threads: Int, instructionSet: String, wallTimeSeconds: Double, epochs: [EpochTime]? = nil,
    resumedAtStep: Int? = nil
  ) {
    self.processor = processor
    self.threads = threads
    self.instructionSet = instructionSet
    self.wallTimeSeconds = wallTimeSeconds
    self.epochs = epochs
    self.resumedAtStep = resumedAtStep
  }

  enum CodingKeys: String, CodingKey {
    case processor, threads
    case instructionSet = "instruction_set"
    case wallTimeSeconds = "wall_time_seconds"
    case epochs
    case resumedAtStep = "resumed_at_step"
  }
}
