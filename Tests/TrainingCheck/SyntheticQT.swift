import ECGBenchmark
import ECGCore
import ECGSynthesis
import ECGTraining
import Foundation
import Reproducibility

/// Synthetic recordings in 8 leads and their QT intervals, brought to mean 0 and deviation 1, as a folder of two files
/// that both sides read: `signals.f32` `[recordings, 8, length]` and `targets.f64`.
struct SyntheticQT: TrainingExamples {
  let channelCount = 8
  let length: Int
  let targets: [Double]
  private let signals: [Float]
  private let first: Int
  var count: Int { targets.count }

  func name(of index: Int) -> String { "\(first + index)" }

  func write(_ index: Int, into buffer: UnsafeMutableBufferPointer<Float>) {
    let size = channelCount * length
    for place in buffer.indices { buffer[place] = signals[(first + index) * size + place] }
  }

  private init(length: Int, targets: [Double], signals: [Float], first: Int) {
    self.length = length
    self.targets = targets
    self.signals = signals
    self.first = first
  }

  /// Three quarters of the recordings for training, the last quarter for validation.
  static func read(_ folder: String) throws -> (training: SyntheticQT, validation: SyntheticQT) {
    let targets: [Double] = try numbers(folder + "/targets.f64")
    let signals: [Float] = try numbers(folder + "/signals.f32")
    let length = signals.count / max(1, targets.count) / 8
    let border = targets.count * 3 / 4
    func part(_ range: Range<Int>) -> SyntheticQT {
      SyntheticQT(length: length, targets: Array(targets[range]), signals: signals, first: range.lowerBound)
    }
    return (part(0..<border), part(border..<targets.count))
  }

  private static func numbers<Number>(_ path: String) throws -> [Number] {
    try Data(contentsOf: URL(fileURLWithPath: path)).withUnsafeBytes { Array($0.bindMemory(to: Number.self)) }
  }

  static func write(to folder: String, count: Int, length: Int) throws {
    let source = try SyntheticSource(count: count, seed: 21)
    var signals = Data()
    var targets: [Double] = []
    for position in 0..<count {
      let recording = try source.recording(at: position)
      for lead in [0, 1, 6, 7, 8, 9, 10, 11] {
        let millivolts: [Float] = recording.signal.physicalInMillivolts(lead: lead).prefix(length).map { Float($0) }
        millivolts.withUnsafeBufferPointer { signals.append(Data(buffer: $0)) }
      }
      guard let qt = recording.intervals.qtInMilliseconds else {
        throw UsageError(description: "a recording without QT")
      }
      targets.append(qt)
    }
    let mean = targets.reduce(0, +) / Double(count)
    let deviation = (targets.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)).squareRoot()
    targets = targets.map { ($0 - mean) / deviation }
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try signals.write(to: URL(fileURLWithPath: folder + "/signals.f32"))
    try targets.withUnsafeBufferPointer { Data(buffer: $0) }.write(to: URL(fileURLWithPath: folder + "/targets.f64"))
  }
}

/// The least mean absolute error on the validation recordings, in deviations of QT, of inception1d trained with Adam.
func train(on folder: String, seed: UInt64, epochs: Int) throws -> Double {
  let (training, validation) = try SyntheticQT.read(folder)
  let trainer = Trainer(network: Inception1D(leads: 8, outputs: 1), compute: Compute(workers: .all))
  trainer.initialise(seed: seed)
  let settings = TrainingSettings(
    loss: .absolute, batchSize: 32, epochs: epochs, learningRate: 0.002, decay: 0.9, patience: epochs, seed: seed)
  let outcome = try trainer.train(
    on: training, targets: training.targets, settings: settings, higherIsBetter: false,
    validate: { trainer in
      let errors = zip(trainer.predict(validation), validation.targets).map { abs(Double($0[0]) - $1) }
      return errors.reduce(0, +) / Double(errors.count)
    })
  return outcome.log[outcome.bestEpoch].validation
}
