import Dispatch
import ECGTraining

/// A task's targets as the network is trained on them, and the way back from its outputs.
struct NetworkTargets {
  /// `[training recordings][targets]`, as the loss wants them.
  let training: [[Double]]
  /// The plan's recipe.
  let settings: TrainingSettings
  private let scale: TargetScale?

  /// Intervals are shifted and scaled by the training partition; classes are an index for cross-entropy, else a yes or no
  /// for each.
  init(plan: RunPlan, input: TaskInput) {
    let targets = input.members(.train).map(\.target)
    let isClassification = !input.classes.isEmpty
    let scale = isClassification ? nil : TargetScale(trainingTargets: targets)
    let settings = plan.recipe.settings(isClassification: isClassification, seed: plan.seed)
    self.scale = scale
    self.settings = settings
    training = targets.map { target in
      if let scale { return [scale.scaled(target)] }
      if settings.loss == .crossEntropy { return [target] }
      return input.classes.indices.map { Double($0) == target ? 1 : 0 }
    }
  }

  /// One recording's prediction in the target's unit, or its score of every class.
  func prediction(from outputs: [Double]) -> [Double] {
    if let scale { return outputs.map(scale.original) }
    return settings.loss == .crossEntropy ? Loss.softmax(outputs) : outputs.map(Loss.sigmoid)
  }
}

/// How long each epoch of this process took.
struct EpochClock {
  private(set) var times: [RunMachine.EpochTime] = []
  private var last = DispatchTime.now().uptimeNanoseconds

  /// Notes the end of `epoch`.
  mutating func finish(_ epoch: Int) {
    let now = DispatchTime.now().uptimeNanoseconds
    times.append(RunMachine.EpochTime(epoch: epoch, wallTimeSeconds: Double(now - last) / 1e9))
    last = now
  }
}
