/// Where training stands between two steps: with the weights, running statistics and moments all that the next step
/// depends on. Order and dropout are functions of (seed, epoch, recording), the schedule one of the step, so no generator's
/// state has to be kept.
struct TrainingState: Codable, Equatable {
  /// The epoch of the next step, from 0.
  var epoch = 0
  /// Batches of that epoch that are done.
  var batchesDone = 0
  /// Optimiser steps done, over all epochs.
  var step = 0
  /// Of that epoch, over its recordings so far.
  var lossSum = 0.0
  /// Recordings of that epoch so far.
  var recordingsTrainedOn = 0
  /// The learning rate of the last step.
  var learningRate = 0.0
  /// One an epoch that is finished.
  var log: [EpochLog] = []

  enum CodingKeys: String, CodingKey {
    case epoch
    case batchesDone = "batches_done"
    case step
    case lossSum = "loss_sum"
    case recordingsTrainedOn = "recordings_trained_on"
    case learningRate = "learning_rate"
    case log
  }

  /// The best epoch so far.
  var best: EpochLog? { log.last(where: \.isBest) }

  /// Whether there is no further epoch: all are done, or the last `patience` were no better.
  func isOver(_ settings: TrainingSettings) -> Bool {
    if epoch >= settings.epochs { return true }
    return best.map { epoch - 1 - $0.epoch >= settings.patience } ?? false
  }

  /// Counts one step.
  mutating func finishStep(loss: Double, recordings: Int, learningRate: Double) {
    step += 1
    lossSum += loss * Double(recordings)
    recordingsTrainedOn += recordings
    self.learningRate = learningRate
  }

  /// Adds the epoch to the log and goes to the next. Returns its line.
  mutating func finishEpoch(validation: Double, higherIsBetter: Bool) -> EpochLog {
    let isBest = best.map { higherIsBetter ? validation > $0.validation : validation < $0.validation } ?? true
    let line = EpochLog(
      epoch: epoch, step: step, learningRate: learningRate, trainingLoss: lossSum / Double(recordingsTrainedOn),
      validation: validation, isBest: isBest)
    log.append(line)
    epoch += 1
    batchesDone = 0
    lossSum = 0
    recordingsTrainedOn = 0
    return line
  }
}
