import ECGTraining

/// Loss, optimiser, schedule, epochs and stopping, as a task file has them. Keys that are left out have the meaning that
/// they had before there were such keys: Adam, a learning rate that decays from epoch to epoch, and the loss of the task's
/// target.
public struct TrainingRecipe: Sendable, Codable, Equatable {
  /// What is minimised.
  public enum LossName: String, Sendable, Codable {
    /// |x - y|: what intervals are trained on by default.
    case l1
    /// (x - y)^2.
    case l2
    /// Quadratic within `huber_delta`, then linear.
    case huber
    /// Softmax cross-entropy: what classes are trained on by default.
    case crossEntropy = "cross-entropy"
    /// One yes or no a class; scores are then not probabilities that add up to 1.
    case binaryCrossEntropy = "binary-cross-entropy"
  }

  /// How parameters move along their gradients.
  public enum OptimizerName: String, Sendable, Codable {
    /// The default.
    case adam
    /// Adam with the weight decay apart from the gradient.
    case adamW = "adamw"
    /// Stochastic gradient descent.
    case sgd
  }

  /// How the learning rate moves.
  public enum ScheduleName: String, Sendable, Codable {
    /// Times `decay` from one epoch to the next: the default.
    case exponential
    /// Times `decay` after every `step_epochs` epochs.
    case step
    /// The same all the time.
    case constant
    /// Half a cosine to 0, step by step.
    case cosine
    /// Up to `learning_rate` and down again, step by step.
    case oneCycle = "one-cycle"

    var usesDecay: Bool { self == .exponential || self == .step }
  }

  /// Recordings a step.
  public let batchSize: Int
  /// At most so many passes over the training partition.
  public let epochs: Int
  /// In the first epoch, or the highest of a cycle.
  public let learningRate: Double
  /// The learning rate's factor; for the schedules exponential and step, and no other.
  public let decay: Double?
  /// Epochs without a better validation metric before training stops.
  public let patience: Int
  /// nil for that of the task's target.
  public let loss: LossName?
  /// Where the loss huber becomes linear, in units of the scaled target; 1 where left out.
  public let huberDelta: Double?
  /// nil for Adam.
  public let optimizer: OptimizerName?
  /// Of sgd; 0 where left out.
  public let momentum: Double?
  /// Nesterov's form of the momentum; false where left out.
  public let nesterov: Bool?
  /// 0 where left out, but 0.01 for adamw.
  public let weightDecay: Double?
  /// nil for exponential.
  public let schedule: ScheduleName?
  /// Of the schedule step.
  public let stepEpochs: Int?
  /// The largest length of all gradients as one vector; nil for no limit.
  public let clip: Double?

  enum CodingKeys: String, CodingKey, CaseIterable {
    case batchSize = "batch_size"
    case epochs
    case learningRate = "learning_rate"
    case decay, patience, loss
    case huberDelta = "huber_delta"
    case optimizer, momentum, nesterov
    case weightDecay = "weight_decay"
    case schedule
    case stepEpochs = "step_epochs"
    case clip
  }
}

extension TrainingRecipe {
  /// What contradicts itself: the key, what was found, what is expected; nil where all is well.
  func problem(for target: TaskTarget) -> (key: String, found: String, expected: String)? {
    problemOfNumbers ?? problemOfCompany ?? problemOfLoss(target)
  }

  /// Numbers out of their ranges.
  private var problemOfNumbers: (key: String, found: String, expected: String)? {
    let numbers: [(key: String, value: Double?, range: (Double) -> Bool, expected: String)] = [
      ("batch_size", Double(batchSize), { $0 > 1 }, "at least 2"), ("epochs", Double(epochs), { $0 > 0 }, "at least 1"),
      ("patience", Double(patience), { $0 > 0 }, "at least 1"),
      ("learning_rate", learningRate, { $0 > 0 }, "a number above 0"),
      ("decay", decay, { $0 > 0 && $0 <= 1 }, "above 0 and at most 1"),
      ("huber_delta", huberDelta, { $0 > 0 }, "a number above 0"),
      ("momentum", momentum, { $0 >= 0 && $0 < 1 }, "at least 0 and below 1"),
      ("weight_decay", weightDecay, { $0 >= 0 }, "at least 0"),
      ("step_epochs", stepEpochs.map(Double.init), { $0 > 0 }, "at least 1"),
      ("clip", clip, { $0 > 0 }, "a number above 0"),
    ]
    for number in numbers {
      if let value = number.value, !number.range(value) { return (number.key, "\(value)", number.expected) }
    }
    return nil
  }

  /// Keys that want, or do not go with, the value of another.
  private var problemOfCompany: (key: String, found: String, expected: String)? {
    let schedule = schedule ?? .exponential
    let isSGD = optimizer == .sgd
    let rules: [(key: String, isThere: Bool, isWanted: Bool, isAllowed: Bool, owner: String)] = [
      ("decay", decay != nil, schedule.usesDecay, schedule.usesDecay, "schedule \(schedule.rawValue)"),
      ("step_epochs", stepEpochs != nil, schedule == .step, schedule == .step, "schedule \(schedule.rawValue)"),
      ("momentum", momentum != nil, false, isSGD, "optimizer \((optimizer ?? .adam).rawValue)"),
      ("nesterov", nesterov != nil, false, isSGD, "optimizer \((optimizer ?? .adam).rawValue)"),
      ("huber_delta", huberDelta != nil, false, loss == .huber, "loss \(loss?.rawValue ?? "of the target")"),
    ]
    for rule in rules {
      if rule.isWanted, !rule.isThere { return (rule.key, "no such key", "one, for \(rule.owner)") }
      if !rule.isAllowed, rule.isThere { return (rule.key, "a value", "no such key, for \(rule.owner)") }
    }
    if nesterov == true, (momentum ?? 0) == 0 { return ("nesterov", "true without momentum", "a momentum above 0") }
    if schedule == .oneCycle, isSGD, (momentum ?? 0) == 0 {
      return ("schedule", "one-cycle without momentum to cycle", "a momentum above 0")
    }
    return nil
  }

  private func problemOfLoss(_ target: TaskTarget) -> (key: String, found: String, expected: String)? {
    guard let loss else { return nil }
    let isForClasses = loss == .crossEntropy || loss == .binaryCrossEntropy
    switch target {
    case .interval:
      return isForClasses ? ("loss", "'\(loss.rawValue)'", "l1, l2 or huber, for an interval") : nil
    case .singleLabel:
      return isForClasses
        ? nil : ("loss", "'\(loss.rawValue)'", "cross-entropy or binary-cross-entropy, for classes")
    }
  }

  /// Everything that training wants to know; the recipe is one that ``problem(for:)`` has nothing against.
  func settings(isClassification: Bool, seed: UInt64) -> TrainingSettings {
    TrainingSettings(
      loss: trainingLoss(isClassification: isClassification), batchSize: batchSize, epochs: epochs,
      learningRate: learningRate, optimizer: trainingOptimizer, schedule: trainingSchedule, clip: clip,
      patience: patience, seed: seed)
  }

  private func trainingLoss(isClassification: Bool) -> Loss {
    switch loss {
    case .l1: .absolute
    case .l2: .squared
    case .huber: .huber(delta: huberDelta ?? 1)
    case .crossEntropy: .crossEntropy
    case .binaryCrossEntropy: .binaryCrossEntropy
    case nil: isClassification ? .crossEntropy : .absolute
    }
  }

  private var trainingOptimizer: Optimizer {
    switch optimizer ?? .adam {
    case .adam: .adam(weightDecay: weightDecay ?? 0)
    case .adamW: .adamW(weightDecay: weightDecay ?? 0.01)
    case .sgd: .sgd(momentum: momentum ?? 0, nesterov: nesterov ?? false, weightDecay: weightDecay ?? 0)
    }
  }

  private var trainingSchedule: Schedule {
    switch schedule ?? .exponential {
    case .exponential: .exponential(decay: decay ?? 1)
    case .step: .step(epochs: stepEpochs ?? 1, factor: decay ?? 1)
    case .constant: .constant
    case .cosine: .cosine(minimum: 0)
    case .oneCycle: .oneCycle(OneCycle())
    }
  }
}
