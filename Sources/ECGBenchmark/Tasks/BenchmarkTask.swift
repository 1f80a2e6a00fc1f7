import ECGCore
import Reproducibility

/// A benchmark task: data, split protocol, target, metrics and how to train for it. One folder
/// `benchmarks/tasks/<id>/` with a `task.json`; its schema is docs/schemas/task.schema.json.
public struct BenchmarkTask: Sendable, Decodable {
  /// The folder's name.
  public let id: String
  /// One line for people.
  public let title: String
  /// Which recordings and what of them.
  public let data: TaskData
  /// How they are divided.
  public let split: TaskSplit
  /// What is predicted.
  public let target: TaskTarget
  /// What is done to the samples first.
  public let normalisation: Normalisation
  /// Identifier of the network in ``ReferenceModel/all``.
  public let model: String
  /// Names of metrics, the primary one first.
  public let metrics: [String]
  /// The predictor that looks at no signal, for comparison.
  public let baseline: Baseline
  /// Tasks whose trained backbone a variant of this one starts from; empty for tasks that stand alone.
  public let pretraining: [String]
  /// Training recipes by name: `full` for a whole dataset, `demo` for the bundled sample, `short` for a check.
  public let recipes: [String: TrainingRecipe]

  enum CodingKeys: String, CodingKey {
    case id, title, data, split, target, normalisation, model, metrics, baseline, pretraining, recipes
  }
}

/// Which recordings a task is about.
public struct TaskData: Sendable, Decodable {
  /// Dataset id as in the store: `ptb-xl`, `synthetic`.
  public let dataset: String
  /// The leads that the network sees, in order.
  public let leads: [String]
  /// Hz.
  public let samplingFrequency: Double
  /// Samples a lead.
  public let sampleCount: Int

  enum CodingKeys: String, CodingKey {
    case dataset, leads
    case samplingFrequency = "sampling_frequency"
    case sampleCount = "sample_count"
  }
}

/// Which protocol divides the recordings, and its seed.
public struct TaskSplit: Sendable, Decodable {
  /// Protocol id: `ptb-xl-folds`, `patient-random`.
  public let `protocol`: String
  /// The protocol's own seed; the run's seed does not touch the split.
  public let seed: UInt64
}

/// What a task predicts.
public enum TaskTarget: Sendable, Decodable, Equatable {
  /// One of HR, PR, QRS and QT.
  case interval(IntervalKind)
  /// The single class in a category column of `/label`; recordings without one are left out.
  case singleLabel(column: String)

  private enum CodingKeys: String, CodingKey { case kind, interval, column }

  /// Reads `{"kind": "interval", "interval": "qrs"}` or `{"kind": "single-label", "column": ...}`.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let kind = try container.decode(String.self, forKey: .kind)
    switch kind {
    case "interval": self = .interval(try container.decode(IntervalKind.self, forKey: .interval))
    case "single-label": self = .singleLabel(column: try container.decode(String.self, forKey: .column))
    default:
      throw DecodingError.dataCorruptedError(
        forKey: .kind, in: container, debugDescription: "'\(kind)' is neither 'interval' nor 'single-label'")
    }
  }
}

/// What is done to each lead before the network sees it. A missing sample becomes 0 afterwards.
public enum Normalisation: String, Sendable, Codable {
  /// Millivolts as they are.
  case none
  /// Minus the lead's mean, over its standard deviation; a flat lead becomes 0.
  case zScore = "z-score"
}

/// Predictors that look at no signal.
public enum Baseline: String, Sendable, Codable {
  /// The median of the training targets.
  case median
  /// The frequencies of the classes in the training partition, so that the most frequent class is predicted.
  case majority
}
