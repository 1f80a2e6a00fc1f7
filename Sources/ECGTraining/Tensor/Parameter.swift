import Reproducibility

/// What a parameter's numbers are before training.
public enum InitialNumbers: Sendable, Equatable {
  /// All the same.
  case constant(Float)
  /// Uniform in ± the bound.
  case uniform(bound: Float)
  /// Normal with mean 0 and this standard deviation.
  case normal(deviation: Float)
}

/// Trained numbers of one layer under PyTorch's name and shape: value, gradient and the optimiser's moments.
public final class Parameter: @unchecked Sendable {
  /// `blocks.0.neck.weight`, ...
  public let name: String
  /// PyTorch's: `[out, in, taps]`, `[out, in]`, `[channels]`.
  public let shape: [Int]
  /// Numbers in it.
  public let count: Int
  let value: UnsafeMutablePointer<Float>
  let gradient: UnsafeMutablePointer<Float>
  let firstMoment: UnsafeMutablePointer<Float>
  let secondMoment: UnsafeMutablePointer<Float>
  /// What ``Trainer/initialise(seed:)`` draws. Layers set PyTorch's default; a model may ask for something else.
  public var initial: InitialNumbers

  /// A parameter that starts uniform in ±`initialBound`, or at `initialConstant`.
  init(name: String, shape: [Int], initialBound: Float? = nil, initialConstant: Float = 0) {
    self.name = name
    self.shape = shape
    count = shape.reduce(1, *)
    initial = initialBound.map { .uniform(bound: $0) } ?? .constant(initialConstant)
    func zeros(_ count: Int) -> UnsafeMutablePointer<Float> {
      let memory = UnsafeMutablePointer<Float>.allocate(capacity: max(1, count))
      memory.initialize(repeating: 0, count: max(1, count))
      return memory
    }
    value = zeros(count)
    gradient = zeros(count)
    firstMoment = zeros(count)
    secondMoment = zeros(count)
    value.update(repeating: initialConstant, count: count)
  }

  deinit {
    for memory in [value, gradient, firstMoment, secondMoment] { memory.deallocate() }
  }

  /// Draws the initial numbers from the stream named after the parameter, so that they do not depend on which other
  /// layers there are.
  func initialise(seed: UInt64) {
    var stream = RandomStream(seed: seed, purpose: "init:" + name)
    switch initial {
    case .constant(let number): value.update(repeating: number, count: count)
    case .uniform(let bound): for index in 0..<count { value[index] = bound * Float(2 * stream.uniform() - 1) }
    case .normal(let deviation): for index in 0..<count { value[index] = deviation * Float(stream.normal()) }
    }
  }

  /// The numbers as an array.
  public var values: [Float] { Array(UnsafeBufferPointer(start: value, count: count)) }
  /// The gradient of the last backward pass as an array.
  public var gradients: [Float] { Array(UnsafeBufferPointer(start: gradient, count: count)) }
}

/// Numbers that a layer keeps but no optimiser changes: batch norm's running statistics.
public final class RunningStatistic: @unchecked Sendable {
  /// PyTorch's name: `head.0.running_mean`, ...
  public let name: String
  let initial: Float
  /// One number a channel.
  public internal(set) var values: [Float]

  init(name: String, count: Int, initial: Float) {
    self.name = name
    self.initial = initial
    values = Array(repeating: initial, count: count)
  }
}
