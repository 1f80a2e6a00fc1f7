import Dispatch
import ECGTraining
import Reproducibility

/// How fast and how large the engine is with one model, batch and length, on random numbers.
public struct EngineSpeed: Sendable, Encodable {
  /// What was measured.
  public let model: String
  /// Leads of each recording.
  public let leads: Int
  /// Samples of each lead.
  public let length: Int
  /// Recordings in a batch.
  public let batch: Int
  /// Threads.
  public let threads: Int
  /// What the kernels ran in.
  public let instructionSet: String
  /// Recordings a second in training: of the median step, forward, loss, backward and optimiser.
  public let trainingRecordingsPerSecond: Double
  /// Recordings a second in inference, of the median forward pass.
  public let inferenceRecordingsPerSecond: Double
  /// Milliseconds of the median and of the fastest training step.
  public let trainingMilliseconds, fastestTrainingMilliseconds: Double
  /// Milliseconds of the median and of the fastest forward pass.
  public let inferenceMilliseconds, fastestInferenceMilliseconds: Double
  /// Largest size of the process in memory while it trained.
  public let peakMemoryBytes: Int
  /// Floating-point operations of one training step, as counted; a multiply-add is two.
  public let trainingOperations: Int
  /// Floating-point operations a second that the processor reached with multiply-adds on registers.
  public let peakOperationsPerSecond: Double
  /// Operations a second of the median training step, as a share of that.
  public let shareOfPeak: Double

  enum CodingKeys: String, CodingKey {
    case model, leads, length, batch, threads
    case instructionSet = "instruction_set"
    case trainingRecordingsPerSecond = "training_recordings_per_second"
    case inferenceRecordingsPerSecond = "inference_recordings_per_second"
    case trainingMilliseconds = "training_milliseconds"
    case fastestTrainingMilliseconds = "fastest_training_milliseconds"
    case inferenceMilliseconds = "inference_milliseconds"
    case fastestInferenceMilliseconds = "fastest_inference_milliseconds"
    case peakMemoryBytes = "peak_memory_bytes"
    case trainingOperations = "training_operations"
    case peakOperationsPerSecond = "peak_operations_per_second"
    case shareOfPeak = "share_of_peak"
  }

  /// Measures `model` in `runs` training steps and as many forward passes, after two steps and one pass that do not
  /// count. The steps train the network, so that each works on numbers of its own.
  public init(
    of model: ReferenceModel, leads: Int, length: Int, batch: Int, outputs: Int, runs: Int, workers: Workers
  ) {
    let compute = Compute(workers: workers)
    let step = RepeatedStep(
      model.make(leads, length, outputs), leads: leads, length: length, recordings: batch, seed: 1, compute)
    _ = step.train()
    _ = step.train()
    let before = compute.arithmetic.total
    let training = Self.milliseconds(runs) { _ = step.train() }
    let operations = (compute.arithmetic.total - before) / max(1, runs)
    let memory = SystemFacts.peakMemoryBytes
    _ = step.predict()
    let inference = Self.milliseconds(runs) { _ = step.predict() }
    let peak = compute.measuredPeak()
    self.model = model.id
    self.leads = leads
    self.length = length
    self.batch = batch
    threads = workers.count
    instructionSet = compute.instructionSet.rawValue
    trainingRecordingsPerSecond = Double(batch) / training.median * 1e3
    inferenceRecordingsPerSecond = Double(batch) / inference.median * 1e3
    trainingMilliseconds = training.median
    fastestTrainingMilliseconds = training.fastest
    inferenceMilliseconds = inference.median
    fastestInferenceMilliseconds = inference.fastest
    peakMemoryBytes = memory
    trainingOperations = operations
    peakOperationsPerSecond = peak
    shareOfPeak = Double(operations) / (training.median / 1e3) / peak
  }

  private static func milliseconds(_ runs: Int, _ work: () -> Void) -> (median: Double, fastest: Double) {
    let times = (0..<max(1, runs)).map { _ in
      let begin = DispatchTime.now().uptimeNanoseconds
      work()
      return Double(DispatchTime.now().uptimeNanoseconds - begin) / 1e6
    }.sorted()
    return (times[times.count / 2], times[0])
  }
}
