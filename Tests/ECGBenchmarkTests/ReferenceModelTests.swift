import ECGBenchmark
import Foundation
import Reproducibility
import TestSupport
import Testing

@testable import ECGTraining

/// The networks against PyTorch (double precision; see Golden/MAKERS.md), without dropout.
@Suite struct ReferenceModelTests {
  private struct Golden: Decodable {
    let loss: Double
    let trainingOutputs: [[Double]]
    let inferenceOutputs: [[Double]]
    /// The first numbers of some running statistics.
    let statistics: [String: [Double]]
    /// Each parameter's norm and first numbers.
    let gradients: [String: [Double]]

    enum CodingKeys: String, CodingKey {
      case loss, statistics, gradients
      case trainingOutputs = "training_outputs"
      case inferenceOutputs = "inference_outputs"
    }
  }

  static let ids = ["resnet1d_wang", "xresnet1d101", "fcn_wang", "lstm", "cnn", "vit"]
  private static let leads = 8
  private static let samples = 120
  private static let recordings = 18

  /// The golden file's numbers: uniform in -1/2 ..< 1/2, the top 24 bits of splitmix64 at salt * 2^32 + index.
  private static func noise(_ index: Int, salt: Int) -> Double {
    var z = (UInt64(salt) << 32 &+ UInt64(index) &+ 1) &* 0x9E37_79B9_7F4A_7C15
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return Double((z ^ (z >> 31)) >> 40) / 16_777_216 - 0.5
  }

  private struct Signals: TrainingExamples {
    var count = recordings
    let channelCount = leads
    var length = samples
    func name(of index: Int) -> String { "\(index)" }
    func write(_ index: Int, into buffer: UnsafeMutableBufferPointer<Float>) {
      for place in buffer.indices {
        buffer[place] = Float(noise(index * channelCount * length + place, salt: 1000)) * 4
      }
    }
  }

  private func withoutDropout(_ id: String) throws -> any Layer {
    let (leads, samples) = (Self.leads, Self.samples)
    switch id {
    case "resnet1d_wang": return ResNet1DWang(leads: leads, outputs: 5, dropoutRates: (0, 0))
    case "xresnet1d101": return XResNet1D101(leads: leads, outputs: 5, dropoutRates: (0, 0))
    case "fcn_wang": return FCNWang(leads: leads, outputs: 5, dropoutRates: (0, 0))
    case "lstm": return LSTMNetwork(leads: leads, outputs: 5, dropoutRates: (0, 0))
    case "vit": return ViT(leads: leads, samples: samples, outputs: 5, dropoutRate: 0)
    default: return try ReferenceModel.named(id).make(leads, samples, 5)
    }
  }

  private func goldenNetwork(_ id: String) throws -> any Layer {
    let network = try withoutDropout(id)
    for (salt, parameter) in network.parameters.sorted(by: { $0.name < $1.name }).enumerated() {
      let fan = parameter.shape.dropFirst().reduce(1, *)
      for index in 0..<parameter.count {
        let value = Self.noise(index, salt: salt)
        if parameter.shape.count > 1 {
          parameter.value[index] = Float(value * 2 / Double(fan).squareRoot())
        } else if parameter.name.hasSuffix("weight") {
          // Blocks of xresnet1d101 that change little; see the golden script.
          let scale: Double = parameter.name.hasSuffix("convs.2.1.weight") ? 64 : 1
          parameter.value[index] = Float((1 + value / 2) / scale)
        } else {
          parameter.value[index] = Float(value / 4)
        }
      }
    }
    return network
  }

  private let targets = (0..<18).map { Double($0 % 5) }
  private let settings = TrainingSettings(
    loss: .crossEntropy, batchSize: 18, epochs: 1, learningRate: 0.001, decay: 1, patience: 1, seed: 1)

  private static let golden = Result {
    try CanonicalJSON.read(
      [String: Golden].self, fromFile: Repository.root + "/Tests/ECGBenchmarkTests/Golden/models.json")
  }

  @Test(arguments: ids) func outputsLossAndGradientsEqualPyTorchs(id: String) throws {
    let golden = try #require(Self.golden.get()[id])
    let trainer = Trainer(network: try goldenNetwork(id), compute: Compute(workers: Workers(2)))
    let check = trainer.gradients(on: Signals(), targets: targets, settings: settings)
    #expect(abs(check.loss - golden.loss) < 1e-4)
    #expect(check.outputs.count == golden.trainingOutputs.count)
    for (row, expected) in zip(check.outputs, golden.trainingOutputs) {
      for (value, truth) in zip(row, expected) { #expect(abs(Double(value) - truth) < 1e-4) }
    }
    #expect(Set(check.gradients.keys) == Set(golden.gradients.keys))
    for (name, expected) in golden.gradients {
      let values = try #require(check.gradients[name]).map(Double.init)
      let norm = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
      // A convolution's bias in front of batch norm and a key's bias have a gradient of 0 but for rounding.
      #expect(abs(norm - expected[0]) < 1e-3 * expected[0] + 1e-6, "\(name): \(norm), \(expected[0])")
      for (value, truth) in zip(values, expected.dropFirst()) {
        // Relative to the parameter's own gradients: single numbers may be near 0.
        let typical = expected[0] / Double(values.count).squareRoot()
        #expect(abs(value - truth) < 1e-3 * max(abs(truth), typical) + 1e-6, "\(name): \(value), \(truth)")
      }
    }
  }

  @Test(arguments: ids) func runningStatisticsAndInferenceEqualPyTorchs(id: String) throws {
    let golden = try #require(Self.golden.get()[id])
    let network = try goldenNetwork(id)
    let trainer = Trainer(network: network, compute: Compute(workers: Workers(2)))
    _ = trainer.trainingPass(on: Signals(), settings: settings)
    let statistics = network.statistics
    #expect(statistics.isEmpty == golden.statistics.isEmpty)
    for (name, expected) in golden.statistics {
      let values = try #require(statistics.first { $0.name == name }).values
      for (value, truth) in zip(values, expected) { #expect(abs(Double(value) - truth) < 1e-5, "\(name)") }
    }
    for (row, expected) in zip(trainer.predict(Signals()), golden.inferenceOutputs) {
      for (value, truth) in zip(row, expected) { #expect(abs(Double(value) - truth) < 1e-4 * max(1, abs(truth))) }
    }
  }

  // MARK: all models of the list

  /// PyTorch's counts of the same modules at 8 leads of 1000 samples and 5 outputs.
  @Test(arguments: [
    ("inception1d", 506_885), ("resnet1d_wang", 469_765), ("xresnet1d101", 1_871_621), ("fcn_wang", 305_669),
    ("lstm", 899_589), ("cnn", 1_024_886),
    ("vit", 1_217_797),
  ]) func theParametersAreAsManyAsPyTorchCounts(id: String, count: Int) throws {
    let network = try ReferenceModel.named(id).make(8, 1000, 5)
    #expect(network.parameters.reduce(0) { $0 + $1.count } == count)
    let names = network.parameters.map(\.name) + network.statistics.map(\.name)
    #expect(Set(names).count == names.count)
  }

  @Test func theListHasEveryFileOnce() throws {
    let folder = Repository.root + "/Sources/ECGBenchmark/Models"
    let files = try FileManager.default.contentsOfDirectory(atPath: folder).filter {
      $0.hasSuffix(".swift") && $0 != "ReferenceModel.swift"
    }
    let ids = ReferenceModel.all.map { $0.id.replacing("_", with: "") + ".swift" }
    #expect(files.map { $0.lowercased() }.sorted() == ids.sorted())
  }

  @Test(arguments: ReferenceModel.all.map(\.id)) func theOutputLayerIsWhatDependsOnTheTask(id: String) throws {
    let model = try ReferenceModel.named(id)
    let (one, five) = (model.make(8, 100, 1), model.make(8, 100, 5))
    let differing = zip(one.parameters, five.parameters).filter { $0.shape != $1.shape }.map(\.0.name)
    #expect(differing.count == 2)
    #expect(differing == one.parameters.map(\.name).filter { $0.hasPrefix(model.outputLayer) })
    Trainer(network: one, compute: Compute(workers: Workers(1))).initialise(seed: 1)
    try Weights(copying: one).load(into: five, excluding: [model.outputLayer], named: "w")
    for (a, b) in zip(one.parameters, five.parameters) where a.shape == b.shape { #expect(a.values == b.values) }
  }

  @Test(arguments: ReferenceModel.all.map(\.id)) func weightsComeBackFromAFileToTheSameBits(id: String) throws {
    let folder = try TemporaryFolder()
    let model = try ReferenceModel.named(id)
    let (network, other) = (model.make(8, 100, 5), model.make(8, 100, 5))
    Trainer(network: network, compute: Compute(workers: Workers(1))).initialise(seed: 1)
    let weights = Weights(copying: network)
    try Safetensors.write(weights, metadata: [:], to: folder.file("w"))
    try Safetensors.read(folder.file("w")).load(into: other, named: "w")
    #expect(Weights(copying: other) == weights)
  }

  @Test(arguments: ReferenceModel.all.map(\.id)) func theFewestSamplesAreEnough(id: String) throws {
    let model = try ReferenceModel.named(id)
    let network = model.make(8, model.fewestSamples, 5)
    let trainer = Trainer(network: network, compute: Compute(workers: Workers(1)))
    trainer.initialise(seed: 1)
    let check = trainer.gradients(
      on: Signals(length: model.fewestSamples), targets: targets, settings: settings)
    #expect(check.loss.isFinite)
    #expect(check.gradients.values.allSatisfy { $0.allSatisfy { $0.isFinite } })
  }

  /// A few steps of training, dropout included, on a batch with empty lanes.
  private func digest(_ id: String, _ compute: Compute, steps: Int) throws -> Digest {
    let network = try ReferenceModel.named(id).make(8, 40, 5)
    let trainer = Trainer(network: network, compute: compute)
    trainer.initialise(seed: 1)
    let settings = TrainingSettings(
      loss: .crossEntropy, batchSize: 18, epochs: steps, learningRate: 0.001, decay: 1, patience: steps, seed: 1)
    let signals = Signals(length: 40)
    _ = try trainer.train(
      on: signals, targets: targets, settings: settings, higherIsBetter: true, validate: { _ in 1 })
    return Weights(copying: network).digest
  }

  @Test(arguments: ids) func weightsAreTheSameBitsWithAnyNumberOfThreadsAndInstructionSet(id: String) throws {
    let fast = try [1, 2, 4].map { try digest(id, Compute(workers: Workers($0)), steps: 3) }
    #expect(Set(fast).count == 1)
    if InstructionSet.avx2.isSupported {
      #expect(try digest(id, Compute(workers: Workers(2), instructionSet: .avx2), steps: 3) == fast[0])
    }
    // Emulated multiply-adds are slow: one step shows every kernel.
    let one = try digest(id, Compute(workers: Workers(2)), steps: 1)
    #expect(try digest(id, Compute(workers: Workers(2), instructionSet: .baseline), steps: 1) == one)
  }

  @Test(arguments: ids) func lanesWithoutARecordingChangeNothing(id: String) throws {
    let trainer = Trainer(network: try ReferenceModel.named(id).make(8, 40, 5), compute: Compute(workers: Workers(2)))
    trainer.initialise(seed: 1)
    let few = Signals(count: 5, length: 40)
    let clean = trainer.gradients(on: few, targets: Array(targets.prefix(5)), settings: settings)
    // A full batch leaves other numbers in the memory behind those lanes.
    _ = trainer.gradients(on: Signals(count: 16, length: 40), targets: Array(targets.prefix(16)), settings: settings)
    let again = trainer.gradients(on: few, targets: Array(targets.prefix(5)), settings: settings)
    #expect(clean.loss == again.loss)
    #expect(clean.gradients == again.gradients)
  }

  /// The file's format is simple enough that Python's own library reads it: any Python will do.
  @Test func pythonReadsTheWeights() throws {
    let python = ["/usr/bin/python3", "/usr/local/bin/python3", Repository.root + "/.venv/bin/python"].first {
      FileManager.default.isExecutableFile(atPath: $0)
    }
    guard let python else { return print("weights are not read in Python: there is none") }
    let folder = try TemporaryFolder()
    let network = try ReferenceModel.named("vit").make(8, 100, 5)
    Trainer(network: network, compute: Compute(workers: Workers(1))).initialise(seed: 1)
    let weights = Weights(copying: network)
    try Safetensors.write(weights, metadata: ["task": "t"], to: folder.file("w"))
    let script = """
      import json, struct, sys
      data = open(sys.argv[1], "rb").read()
      size = struct.unpack("<Q", data[:8])[0]
      header = json.loads(data[8:8 + size])
      header.pop("__metadata__")
      for name, tensor in sorted(header.items()):
        start, end = tensor["data_offsets"]
        numbers = struct.unpack("<%df" % ((end - start) // 4), data[8 + size + start:8 + size + end])
        print(name, tensor["dtype"], *tensor["shape"], len(numbers), numbers[0].hex(), numbers[-1].hex())
      """
    let text = String(
      decoding: try PythonEnvironment.output(of: python, ["-c", script, folder.file("w")]), as: UTF8.self)
    let lines = text.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
    #expect(lines.count == weights.entries.count)
    for (line, entry) in zip(lines, weights.entries) {
      let count = entry.values.count
      let expected: [String] = [entry.name, "F32"] + entry.shape.map(String.init) + ["\(count)"]
      #expect(Array(line.dropLast(2)) == expected)
      let numbers: [Float?] = line.suffix(2).map { Float($0) }
      #expect(numbers == [entry.values[0], entry.values[count - 1]])
    }
  }
}
