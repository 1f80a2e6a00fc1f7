import Foundation
import Reproducibility
import TestSupport
import Testing

@testable import ECGTraining

/// Optimisers, schedules, clipping and losses against PyTorch in double precision; see Golden/MAKERS.md.
@Suite struct OptimisationGoldenTests {
  private struct Golden: Decodable {
    struct LossValue: Decodable {
      let loss: Double
      let gradient: [[Double]]
    }
    struct Clipped: Decodable {
      let norm: Double
      let first: [[Double]]
    }

    let steps: [String: [[Double]]]
    let rates: [String: [[Double]]]
    let losses: [String: LossValue]
    let clipped: [String: Clipped]
  }

  private let golden: Golden
  private let compute = Compute(workers: Workers(2))

  init() throws {
    golden = try CanonicalJSON.read(
      Golden.self, fromFile: Repository.root + "/Tests/ECGTrainingTests/Golden/optimisation.json")
  }

  static let optimizers: [(name: String, optimizer: Optimizer, schedule: Schedule)] = [
    ("sgd", .sgd(), .constant), ("sgd_momentum", .sgd(momentum: 0.9, weightDecay: 0.1), .constant),
    ("sgd_nesterov", .sgd(momentum: 0.9, nesterov: true), .constant), ("adam", .adam(), .constant),
    ("adam_decay", .adam(weightDecay: 0.1), .constant), ("adamw", .adamW(), .constant),
    ("adamw_one_cycle", .adamW(weightDecay: 0.1), .oneCycle(OneCycle())),
    ("sgd_one_cycle", .sgd(momentum: 0.9), .oneCycle(OneCycle())),
  ]

  @Test(arguments: optimizers.map(\.name)) func tenStepsOfAnOptimizerAreThoseOfPyTorch(name: String) throws {
    let (_, optimizer, schedule) = try #require(Self.optimizers.first { $0.name == name })
    let expected = try #require(golden.steps[name])
    for set in InstructionSet.allCases where set.isSupported {
      let compute = Compute(workers: Workers(2), instructionSet: set)
      let parameter = Parameter(name: "p", shape: [37])
      for index in 0..<37 { parameter.value[index] = Float(goldenFiller(index, salt: 0)) }
      for (step, row) in expected.enumerated() {
        for index in 0..<37 {
          parameter.gradient[index] = Float(goldenFiller(index, salt: step + 1)) + parameter.value[index] / 10
        }
        let position = Schedule.Position(step: step, epoch: 0, totalSteps: 10)
        optimizer.update(
          [parameter], step: step + 1, learningRate: schedule.learningRate(0.05, at: position),
          momentum: schedule.momentum(at: position), compute)
        for (value, truth) in zip(parameter.values, row) {
          #expect(abs(Double(value) - truth) < 2e-6, "\(set), step \(step)")
        }
      }
    }
  }

  @Test func optimizersGiveTheSameBitsInEveryInstructionSetAndWithAnyNumberOfThreads() {
    for (name, optimizer, _) in Self.optimizers {
      var seen: Set<[UInt32]> = []
      for set in InstructionSet.allCases where set.isSupported {
        for threads in [1, 3] {
          let compute = Compute(workers: Workers(threads), instructionSet: set)
          let parameters = [37, 5, 129].map { Parameter(name: "p", shape: [$0]) }
          for parameter in parameters {
            for index in 0..<parameter.count { parameter.value[index] = Float(goldenFiller(index, salt: 0)) }
          }
          for step in 1...5 {
            for parameter in parameters {
              for index in 0..<parameter.count { parameter.gradient[index] = Float(goldenFiller(index, salt: step)) }
            }
            let norm = GradientClipping.norm(parameters, compute)
            GradientClipping.clip(parameters, norm: norm, to: 0.3, compute)
            optimizer.update(parameters, step: step, learningRate: 0.05, compute)
          }
          seen.insert(parameters.flatMap(\.values).map(\.bitPattern))
        }
      }
      #expect(seen.count == 1, "\(name)")
    }
  }

  @Test func learningRatesAndMomentaAreThoseOfPyTorch() throws {
    let perEpoch: [(String, Schedule)] = [
      ("exponential", .exponential(decay: 0.9)), ("step", .step(epochs: 4, factor: 0.1)),
    ]
    for (name, schedule) in perEpoch {
      for (epoch, expected) in try #require(golden.rates[name]).enumerated() {
        let rate = schedule.learningRate(0.5, at: .init(step: epoch * 7, epoch: epoch, totalSteps: 84))
        #expect(abs(rate - expected[0]) < 1e-12, "\(name), epoch \(epoch)")
      }
    }
    let other = OneCycle(rise: 0.5, initialDivisor: 10, finalDivisor: 100, momentum: 0.8...0.9)
    let perStep: [(String, Schedule)] = [
      ("cosine", .cosine(minimum: 0.01)), ("one_cycle", .oneCycle(OneCycle())), ("one_cycle_other", .oneCycle(other)),
    ]
    for (name, schedule) in perStep {
      let rates = try #require(golden.rates[name])
      for (step, expected) in rates.enumerated() {
        let position = Schedule.Position(step: step, epoch: step / 4, totalSteps: rates.count)
        #expect(abs(schedule.learningRate(0.5, at: position) - expected[0]) < 1e-12, "\(name), step \(step)")
        #expect(abs((schedule.momentum(at: position) ?? 0.9) - expected[1]) < 1e-12, "\(name), step \(step)")
      }
    }
    let anywhere = Schedule.Position(step: 9, epoch: 3, totalSteps: 10)
    #expect(Schedule.constant.learningRate(0.5, at: anywhere) == 0.5)
  }

  @Test func gradientsAreClippedAsByPyTorch() throws {
    for (limit, expected) in golden.clipped {
      let parameters = [37, 5, 129].map { Parameter(name: "p", shape: [$0]) }
      for (salt, parameter) in parameters.enumerated() {
        for index in 0..<parameter.count { parameter.gradient[index] = Float(goldenFiller(index, salt: salt)) }
      }
      let norm = GradientClipping.norm(parameters, compute)
      #expect(abs(norm - expected.norm) < 1e-6)
      GradientClipping.clip(parameters, norm: norm, to: try #require(Double(limit)), compute)
      for (parameter, first) in zip(parameters, expected.first) {
        for (value, truth) in zip(parameter.gradients, first) { #expect(abs(Double(value) - truth) < 1e-7) }
      }
    }
  }

  @Test func lossesAndTheirGradientsAreThoseOfPyTorch() throws {
    let real = (0..<6).map { row in (0..<3).map { goldenFiller(row * 3 + $0, salt: 4) * 4 } }
    let labels = (0..<6).map { row in (0..<3).map { goldenFiller(row * 3 + $0, salt: 5) > 0 ? 1.0 : 0 } }
    let losses: [(String, Loss, [[Double]])] = [
      ("absolute", .absolute, real), ("squared", .squared, real), ("huber", .huber(delta: 1.5), real),
      ("cross_entropy", .crossEntropy, (0..<6).map { [Double($0 % 3)] }),
      ("binary_cross_entropy", .binaryCrossEntropy, labels),
    ]
    let (outputs, gradient) = (Tensor(), Tensor())
    let x = outputs.view(groups: 1, channels: 3, length: 1)
    for row in 0..<6 {
      for channel in 0..<3 {
        x[recording: row, channel: channel, time: 0] = Float(goldenFiller(row * 3 + channel, salt: 3) * 6)
      }
    }
    for (name, loss, targets) in losses {
      let expected = try #require(golden.losses[name])
      let slopes = gradient.view(groups: 1, channels: 3, length: 1)
      #expect(loss.problem(of: targets, outputs: 3) == nil)
      #expect(abs(loss.evaluate(outputs: x, targets: targets, gradient: slopes) - expected.loss) < 1e-6, "\(name)")
      for (row, truths) in expected.gradient.enumerated() {
        for (channel, truth) in truths.enumerated() {
          let slope = Double(slopes[recording: row, channel: channel, time: 0])
          #expect(abs(slope - truth) < 1e-6, "\(name), recording \(row), output \(channel)")
        }
      }
      for lane in 6..<16 {
        for channel in 0..<3 { #expect(slopes[recording: lane, channel: channel, time: 0] == 0) }
      }
    }
  }

  @Test func logitsFarFromZeroOverflowNowhere() {
    for x in [-1e6, 1e6] {
      for y in [0.0, 1] {
        let (loss, gradient) = Loss.binaryCrossEntropy.evaluate([x], targets: [y])
        #expect(loss == ((x > 0) == (y == 1) ? 0 : 1e6))
        #expect(gradient == [(x > 0 ? 1 : 0) - y])
      }
    }
  }

  @Test func targetsThatDoNotSuitTheLossAreNamed() {
    #expect(Loss.crossEntropy.problem(of: [[0], [3]], outputs: 3)?.recording == 1)
    #expect(Loss.crossEntropy.problem(of: [[.nan]], outputs: 3) != nil)
    #expect(Loss.binaryCrossEntropy.problem(of: [[0, 1], [0, 1.5]], outputs: 2)?.recording == 1)
    #expect(Loss.squared.problem(of: [[1, 2], [1]], outputs: 2)?.recording == 1)
    #expect(Loss.huber(delta: 1).problem(of: [[.infinity]], outputs: 1) != nil)
  }
}
