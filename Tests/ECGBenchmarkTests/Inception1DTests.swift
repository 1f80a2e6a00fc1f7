import ECGBenchmark
import ECGTraining
import Foundation
import Reproducibility
import TestSupport
import Testing

/// The network against PyTorch (double precision; see Golden/MAKERS.md) and against central finite differences.
@Suite struct Inception1DTests {
  private struct Golden: Decodable {
    struct Gradient: Decodable {
      let norm: Double
      let first: [Double]
    }

    let loss: Double
    let trainingOutputs: [[Double]]
    let inferenceOutputs: [[Double]]
    let runningMean: [Double]
    let runningVar: [Double]
    let gradients: [String: Gradient]
    /// How many numbers each rectifier lets through, by who reads them.
    let passed: [String: Int]
    /// Which of three steps, 0, 1 or 2, or which step of all, each maximum above 0 is, summed.
    let chosen: [String: Int]

    enum CodingKeys: String, CodingKey {
      case loss
      case trainingOutputs = "training_outputs"
      case inferenceOutputs = "inference_outputs"
      case runningMean = "running_mean"
      case runningVar = "running_var"
      case gradients, passed, chosen
    }
  }

  /// The golden file's signals.
  private struct Signals: TrainingExamples {
    let count = 18
    let channelCount = 8
    let length = 120
    func name(of index: Int) -> String { "\(index)" }
    func write(_ index: Int, into buffer: UnsafeMutableBufferPointer<Float>) {
      for place in buffer.indices {
        buffer[place] = Float(goldenFiller(index * channelCount * length + place, salt: 77)) * 4
      }
    }
  }

  private let targets = (0..<18).map { Double($0 % 5) }
  private let settings = TrainingSettings(
    loss: .crossEntropy, batchSize: 18, epochs: 1, learningRate: 0.001, decay: 1, patience: 1, seed: 1)

  /// The golden file's weights: the numbers of parameter k in order of names, scaled by its kind.
  private func goldenWeights(_ network: Inception1D) -> Weights {
    let names = network.parameters.sorted { $0.name < $1.name }
    let parameters = names.enumerated().map { salt, parameter in
      let fan = parameter.shape.dropFirst().reduce(1, *)
      return Weights.Entry(
        name: parameter.name, shape: parameter.shape,
        values: (0..<parameter.count).map { index in
          let value = goldenFiller(index, salt: salt)
          if parameter.shape.count == 1 { return Float(parameter.name.hasSuffix("weight") ? 1 + value / 2 : value / 4) }
          return Float(value * 2 / Double(fan).squareRoot())
        })
    }
    let statistics = network.statistics.map {
      Weights.Entry(name: $0.name, shape: [$0.values.count], values: $0.values)
    }
    return Weights(entries: parameters + statistics)
  }

  private func network() throws -> Inception1D {
    let network = Inception1D(leads: 8, outputs: 5, dropoutRates: (0, 0))
    try goldenWeights(network).load(into: network, named: "golden")
    return network
  }

  @Test func itHasTheParametersOfThePaperUnderPyTorchsNames() {
    let network = Inception1D(leads: 8, outputs: 1)
    #expect(network.parameters.reduce(0) { $0 + $1.count } == 506_369)
    #expect(Set(network.parameters.map(\.name)).count == network.parameters.count)
    #expect(network.parameters.first?.name == "blocks.0.neck.weight")
    #expect(network.parameters.last?.name == "head.6.bias")
  }

  /// Relative, where no rectifier or maximum has taken another side than in double precision: that would be a step that
  /// no precision of the sums can mend. ``rectifiersAndMaximaChooseAsInDoublePrecision()`` shows that none has here.
  private static let gradientBound = 1e-4

  @Test func outputsLossAndGradientsEqualPyTorchs() throws {
    let golden = try CanonicalJSON.read(
      Golden.self, fromFile: Repository.root + "/Tests/ECGBenchmarkTests/Golden/inception1d.json")
    let network = try network()
    let trainer = Trainer(network: network, compute: Compute(workers: Workers(2)))
    let check = trainer.gradients(on: Signals(), targets: targets, settings: settings)
    #expect(abs(check.loss - golden.loss) < 1e-4)
    for (row, expected) in zip(check.outputs, golden.trainingOutputs) {
      for (value, truth) in zip(row, expected) { #expect(abs(Double(value) - truth) < 1e-4) }
    }
    #expect(Set(check.gradients.keys) == Set(golden.gradients.keys))
    for (name, expected) in golden.gradients {
      let values = try #require(check.gradients[name]).map(Double.init)
      let norm = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
      #expect(abs(norm - expected.norm) < Self.gradientBound * expected.norm, "\(name)")
      for (value, truth) in zip(values, expected.first) {
        // Relative to the parameter's own gradients: single numbers may be near 0.
        let typical = expected.norm / Double(values.count).squareRoot()
        #expect(abs(value - truth) < Self.gradientBound * max(abs(truth), typical), "\(name): \(value), \(truth)")
      }
    }
  }

  @Test func rectifiersAndMaximaChooseAsInDoublePrecision() throws {
    let golden = try CanonicalJSON.read(
      Golden.self, fromFile: Repository.root + "/Tests/ECGBenchmarkTests/Golden/inception1d.json")
    let trainer = Trainer(network: try network(), compute: Compute(workers: Workers(2)))
    var (passed, chosen): ([String: Int], [String: Int]) = ([:], [:])
    trainer.trainingPass(on: Signals(), settings: settings) { shown in
      // The signal itself is not rectified, and the head's rectifier is looked at through its gradients.
      guard shown.name != "blocks.0.neck", shown.name != "rectifier" else { return }
      passed[shown.name] = shown.values.count { $0 > 0 }
      guard !shown.name.hasSuffix("shortcut") else { return }
      let rows = stride(from: 0, to: shown.values.count, by: shown.length).map {
        shown.values[$0..<$0 + shown.length]
      }
      chosen[shown.name] = rows.reduce(0) {
        $0 + (shown.name == "pool" ? firstMaximum(of: Array($1)) : firstMaximaOfThree(of: Array($1)))
      }
    }
    #expect(passed == golden.passed)
    #expect(chosen == golden.chosen)
  }

  /// The first step with the largest number, 0 where none is above 0.
  private func firstMaximum(of row: [Float]) -> Int {
    let largest = row.max() ?? 0
    return largest > 0 ? row.firstIndex(of: largest) ?? 0 : 0
  }

  /// For each step, whether the first maximum of three is the step before (0), the step itself (1) or the one after (2),
  /// summed.
  private func firstMaximaOfThree(of row: [Float]) -> Int {
    let padded = [-Float.infinity] + row + [-Float.infinity]
    return row.indices.reduce(0) { sum, time in
      let window = Array(padded[time..<time + 3])
      return sum + (window.firstIndex(of: window.max() ?? 0) ?? 0)
    }
  }

  @Test func runningStatisticsAndInferenceEqualPyTorchs() throws {
    let golden = try CanonicalJSON.read(
      Golden.self, fromFile: Repository.root + "/Tests/ECGBenchmarkTests/Golden/inception1d.json")
    let network = try network()
    let trainer = Trainer(network: network, compute: Compute(workers: Workers(2)))
    _ = trainer.trainingPass(on: Signals(), settings: settings)
    let statistics = Weights(copying: network).entries
    for (name, expected) in [
      ("blocks.5.bn.running_mean", golden.runningMean), ("blocks.5.bn.running_var", golden.runningVar),
    ] {
      let values = try #require(statistics.first { $0.name == name }).values
      for (value, truth) in zip(values, expected) { #expect(abs(Double(value) - truth) < 1e-5) }
    }
    for (row, expected) in zip(trainer.predict(Signals()), golden.inferenceOutputs) {
      for (value, truth) in zip(row, expected) { #expect(abs(Double(value) - truth) < 1e-4) }
    }
  }

  /// White noise, which has none of the ties that the golden file's regular numbers have.
  private struct Noise: TrainingExamples {
    let count = 18
    let channelCount = 8
    let length = 120
    func name(of index: Int) -> String { "\(index)" }
    func write(_ index: Int, into buffer: UnsafeMutableBufferPointer<Float>) {
      var stream = RandomStream(seed: 1, purpose: "noise", index: UInt64(index))
      for place in buffer.indices { buffer[place] = Float(stream.normal()) }
    }
  }

  /// Every parameter moved along its own gradient: the loss must change by the gradient's length a unit. The step is
  /// chosen so that the loss moves by some 0.0004: above single precision's rounding, below most kinks of rectifiers and
  /// maxima.
  @Test func everyParametersGradientAgreesWithFiniteDifferences() throws {
    let network = Inception1D(leads: 8, outputs: 5, dropoutRates: (0, 0))
    let trainer = Trainer(network: network, compute: Compute(workers: Workers(2)))
    trainer.initialise(seed: 1)
    let check = trainer.gradients(on: Noise(), targets: targets, settings: settings)
    let start = Weights(copying: network)
    var compared = 0
    for (place, entry) in start.entries.enumerated() {
      guard let gradient = check.gradients[entry.name] else { continue }
      let norm = gradient.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
      let step = 2e-4 / norm
      func loss(_ distance: Double) throws -> Double {
        let values = zip(entry.values, gradient).map { $0 + Float(distance * Double($1) / norm) }
        var entries = start.entries
        entries[place] = Weights.Entry(name: entry.name, shape: entry.shape, values: values)
        try Weights(entries: entries).load(into: network, named: "moved")
        return trainer.gradients(on: Noise(), targets: targets, settings: settings).loss
      }
      let slope = try (loss(step) - loss(-step)) / (2 * step)
      #expect(abs(slope - norm) / norm < 1e-2, "\(entry.name): \(slope), \(norm)")
      compared += 1
    }
    #expect(compared == network.parameters.count)
  }

  @Test func aTransferKeepsTheBackboneAndDrawsTheHeadsLastLayerAnew() throws {
    let source = Inception1D(leads: 8, outputs: 1)
    Trainer(network: source, compute: Compute(workers: Workers(1))).initialise(seed: 1)
    let weights = Weights(copying: source)
    let target = Inception1D(leads: 8, outputs: 5)
    Trainer(network: target, compute: Compute(workers: Workers(1))).initialise(seed: 2)
    let fresh = Weights(copying: target)
    #expect(throws: TrainingError.self) { try weights.load(into: target, named: "w") }
    #expect(Weights(copying: target) == fresh)
    try weights.load(into: target, excluding: [Inception1D.outputLayer], named: "w")
    for entry in Weights(copying: target).entries {
      let isHead = entry.name.hasPrefix(Inception1D.outputLayer)
      let expected = (isHead ? fresh : weights).entries.first { $0.name == entry.name }
      #expect(entry == expected, "\(entry.name)")
    }
  }
}
