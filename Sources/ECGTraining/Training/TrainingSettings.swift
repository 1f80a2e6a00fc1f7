import Reproducibility

/// How a network is trained.
public struct TrainingSettings: Sendable, Equatable {
  /// What is minimised.
  public let loss: Loss
  /// Recordings a step, at least 2.
  public let batchSize: Int
  /// At most so many passes over the examples.
  public let epochs: Int
  /// What ``schedule`` starts from, or for one-cycle rises to.
  public let learningRate: Double
  /// How parameters move along their gradients.
  public let optimizer: Optimizer
  /// How the learning rate moves.
  public let schedule: Schedule
  /// The largest length of all gradients as one vector; longer ones are shortened to it. nil for no limit.
  public let clip: Double?
  /// Epochs without a better validation value before training stops.
  public let patience: Int
  /// Seed of initial weights, order and dropout.
  public let seed: UInt64

  /// Settings.
  public init(
    loss: Loss, batchSize: Int, epochs: Int, learningRate: Double, optimizer: Optimizer = .adam(), schedule: Schedule,
    clip: Double? = nil, patience: Int, seed: UInt64
  ) {
    self.loss = loss
    self.batchSize = batchSize
    self.epochs = epochs
    self.learningRate = learningRate
    self.optimizer = optimizer
    self.schedule = schedule
    self.clip = clip
    self.patience = patience
    self.seed = seed
  }

  /// Adam with a learning rate that is multiplied by `decay` from one epoch to the next.
  public init(
    loss: Loss, batchSize: Int, epochs: Int, learningRate: Double, decay: Double, patience: Int, seed: UInt64
  ) {
    self.init(
      loss: loss, batchSize: batchSize, epochs: epochs, learningRate: learningRate,
      schedule: .exponential(decay: decay), patience: patience, seed: seed)
  }

  /// Everything in it that decides the bits, by name, for checkpoints: what differs can then be named.
  var identity: [String: String] {
    [
      "loss": "\(loss)", "batch_size": "\(batchSize)", "epochs": "\(epochs)", "learning_rate": "\(learningRate)",
      "optimizer": "\(optimizer.rule)", "weight_decay": "\(optimizer.weightDecay)", "schedule": "\(schedule)",
      "clip": clip.map { "\($0)" } ?? "none", "patience": "\(patience)", "seed": "\(seed)",
    ]
  }
}

/// What one epoch came to: a line of the training log. Nothing in it depends on the clock or the machine.
public struct EpochLog: Sendable, Codable, Equatable {
  /// From 0.
  public let epoch: Int
  /// Optimiser steps done at its end, over all epochs.
  public let step: Int
  /// That of the epoch's last step.
  public let learningRate: Double
  /// Mean over the epoch's recordings.
  public let trainingLoss: Double
  /// What the caller's validation gave.
  public let validation: Double
  /// Whether this is the best so far.
  public let isBest: Bool

  enum CodingKeys: String, CodingKey {
    case epoch, step
    case learningRate = "learning_rate"
    case trainingLoss = "training_loss"
    case validation
    case isBest = "is_best"
  }
}

/// Where training stands, for a progress line.
public struct TrainingProgress: Sendable {
  /// From 0.
  public let epoch: Int
  /// Recordings trained on so far, over all epochs.
  public let recordingsDone: Int
  /// Recordings that all epochs would come to.
  public let recordingsPlanned: Int
  /// Of the last step.
  public let loss: Double
}

/// What training came to. The network holds the best epoch's weights.
public struct TrainingOutcome: Sendable {
  /// One an epoch.
  public let log: [EpochLog]
  /// The epoch whose weights were kept.
  public let bestEpoch: Int
  /// A copy of those weights.
  public let weights: Weights
  /// Optimiser steps that were done before, where training went on from a checkpoint; 0 else.
  public let resumedAtStep: Int
}
