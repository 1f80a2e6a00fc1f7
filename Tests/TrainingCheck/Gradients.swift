import ECGBenchmark
import ECGSynthesis
import ECGTraining
import Foundation
import Reproducibility

/// Normal numbers.
struct NoiseExamples: TrainingExamples {
  let count: Int
  let channelCount = 8
  let length: Int
  func name(of index: Int) -> String { "\(index)" }
  func write(_ index: Int, into buffer: UnsafeMutableBufferPointer<Float>) {
    var stream = RandomStream(seed: 3, purpose: "noise", index: UInt64(index))
    for place in buffer.indices { buffer[place] = Float(stream.normal()) }
  }
}

/// Synthetic ECGs in 8 leads at 100 Hz, in millivolts.
struct ECGExamples: TrainingExamples {
  let count: Int
  let channelCount = 8
  let length: Int
  private let signals: [[Float]]

  init(count: Int, length: Int) throws {
    let source = try SyntheticSource(count: count, seed: 4, durationInSeconds: Double(length) / 100)
    self.count = count
    self.length = length
    signals = try (0..<count).map { position in
      let signal = try source.recording(at: position).signal
      return [0, 1, 6, 7, 8, 9, 10, 11].flatMap { lead -> [Float] in
        signal.physicalInMillivolts(lead: lead).map { Float($0) }
      }
    }
  }

  func name(of index: Int) -> String { "\(index)" }
  func write(_ index: Int, into buffer: UnsafeMutableBufferPointer<Float>) {
    for place in buffer.indices { buffer[place] = signals[index][place] }
  }
}

/// Writes one batch and what inception1d without dropout makes of it: `signals.f32` `[recordings, 8, length]`,
/// `weights.safetensors`, `gradients.safetensors`, `outputs.json` (training, inference, loss), and where asked
/// `activations.safetensors`, what every rectifier and maximum of the training pass came to.
func writeGradients(of examples: some TrainingExamples, to folder: String, withActivations: Bool) throws {
  let recordings = examples.count
  let network = Inception1D(leads: 8, outputs: 5, dropoutRates: (0, 0))
  let trainer = Trainer(network: network, compute: Compute(workers: .all))
  trainer.initialise(seed: 5)
  try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  try floats(of: examples).write(to: URL(fileURLWithPath: folder + "/signals.f32"))
  try Safetensors.write(Weights(copying: network), metadata: [:], to: folder + "/weights.safetensors")
  let inference = trainer.predict(examples, batchSize: recordings)
  let settings = TrainingSettings(
    loss: .crossEntropy, batchSize: recordings, epochs: 1, learningRate: 0.001, decay: 1, patience: 1, seed: 1)
  let check = trainer.gradients(on: examples, targets: (0..<recordings).map { Double($0 % 5) }, settings: settings)
  let gradients = network.parameters.map {
    Weights.Entry(name: $0.name, shape: $0.shape, values: check.gradients[$0.name] ?? [])
  }
  try Safetensors.write(Weights(entries: gradients), metadata: [:], to: folder + "/gradients.safetensors")
  let outcome = Outcome(loss: check.loss, training: check.outputs, inference: inference)
  try JSONEncoder().encode(outcome).write(to: URL(fileURLWithPath: folder + "/outputs.json"))
  guard withActivations else { return }
  var activations: [Weights.Entry] = []
  trainer.trainingPass(on: examples, settings: settings) { shown in
    let shape = [recordings, shown.channels, shown.length]
    activations.append(Weights.Entry(name: shown.name, shape: shape, values: shown.values))
  }
  try Safetensors.write(Weights(entries: activations), metadata: [:], to: folder + "/activations.safetensors")
}

private struct Outcome: Encodable {
  let loss: Double
  let training: [[Float]]
  let inference: [[Float]]
}

/// All examples as little-endian single precision, one after the other.
func floats(of examples: some TrainingExamples) -> Data {
  var data = Data()
  withUnsafeTemporaryAllocation(of: Float.self, capacity: examples.channelCount * examples.length) { buffer in
    buffer.initialize(repeating: 0)
    for index in 0..<examples.count {
      examples.write(index, into: buffer)
      data.append(Data(buffer: buffer))
    }
  }
  return data
}
