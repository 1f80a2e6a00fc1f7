import CKernels

/// Batch norm over recordings and time, with a rectifier where asked:
///
///     y = gamma (x - mean) / sqrt(variance + 1e-5) + beta,  then max(y, 0)
///
/// `[channels, length]`. In training, mean and (biased) variance are the batch's, lanes without a recording left out,
/// and the running ones move a tenth of the way towards them (the variance unbiased), as in PyTorch; else the running
/// ones are used. Ioffe and Szegedy 2015, algorithm 1.
public final class BatchNorm1D: Layer {
  /// gamma and beta.
  public let parameters: [Parameter]
  /// Running mean and variance.
  public let statistics: [RunningStatistic]
  private let channels: Int
  private let rectify: Bool
  private static let epsilon = 1e-5
  private static let momentum: Float = 0.1

  private let output = Tensor()
  private let inputGradient = Tensor()
  private let sums = SumStorage()
  private var input: TensorView?
  private var result: TensorView?
  private var means: [Double] = []
  private var inverseDeviations: [Double] = []
  private var count = 0.0

  /// Batch norm of `channels` channels under `name`.
  public init(name: String, channels: Int, rectify: Bool = false) {
    self.channels = channels
    self.rectify = rectify
    parameters = [
      Parameter(name: name + ".weight", shape: [channels], initialConstant: 1),
      Parameter(name: name + ".bias", shape: [channels]),
    ]
    statistics = [
      RunningStatistic(name: name + ".running_mean", count: channels, initial: 0),
      RunningStatistic(name: name + ".running_var", count: channels, initial: 1),
    ]
  }

  /// y as above. O(numbers).
  public func forward(_ input: TensorView, _ pass: Pass) -> TensorView {
    let result = output.view(groups: input.groups, channels: channels, length: input.length)
    self.input = input
    self.result = result
    if pass.isTraining { measure(input, pass) } else { recall() }
    let scales = (0..<channels).map { Float(Double(parameters[0].value[$0]) * inverseDeviations[$0]) }
    let shifts = (0..<channels).map {
      Float(Double(parameters[1].value[$0]) - Double(parameters[0].value[$0]) * inverseDeviations[$0] * means[$0])
    }
    let flag: Int32 = rectify ? 1 : 0
    pass.forEachChannel(channels) { channel, group in
      pass.kernels.scale_shift(
        input.channel(channel, group: group), input.length, scales[channel], shifts[channel], flag,
        result.channel(channel, group: group))
    }
    return result
  }

  /// With g the gradient that passes the rectifier, x^ = (x - mean) / deviation and N the numbers of a channel:
  ///
  ///     d gamma = sum g x^,  d beta = sum g,  dx = gamma / deviation (g - (d beta + x^ d gamma) / N)
  ///
  /// It has to follow a forward pass in training.
  public func backward(_ gradient: TensorView, _ pass: Pass) -> TensorView {
    guard let input, let result else { preconditionFailure("backward without forward") }
    let groups = input.groups
    let sums = sums.reserve(2 * channels * groups)
    let flag: Int32 = rectify ? 1 : 0
    pass.forEachChannel(channels) { channel, group in
      pass.kernels.gradient_moments(
        gradient.channel(channel, group: group), result.channel(channel, group: group),
        input.channel(channel, group: group), input.length, flag, sums.base + 2 * (channel * groups + group))
    }
    var a: [Float] = []
    var b: [Float] = []
    var c: [Float] = []
    for channel in 0..<channels {
      let (sum, product) = sums.total(channel: channel, groups: groups)
      let (mean, inverse) = (means[channel], inverseDeviations[channel])
      let dBeta = sum
      let dGamma = (product - mean * sum) * inverse
      parameters[0].gradient[channel] = Float(dGamma)
      parameters[1].gradient[channel] = Float(dBeta)
      let scale = Double(parameters[0].value[channel]) * inverse
      let slope = -scale * inverse * dGamma / count
      a.append(Float(scale))
      b.append(Float(slope))
      c.append(Float(-scale * dBeta / count - slope * mean))
    }
    let target = inputGradient.view(groups: groups, channels: channels, length: input.length)
    let (factors, slopes, offsets) = (a, b, c)
    pass.forEachChannel(channels) { channel, group in
      pass.kernels.scale_shift_gradient(
        gradient.channel(channel, group: group), result.channel(channel, group: group),
        input.channel(channel, group: group), input.length, flag, factors[channel], slopes[channel], offsets[channel],
        pass.mask(group: group), target.channel(channel, group: group))
    }
    return target
  }

  private func measure(_ input: TensorView, _ pass: Pass) {
    let groups = input.groups
    let sums = sums.reserve(2 * channels * groups)
    pass.forEachChannel(channels) { channel, group in
      pass.kernels.moments(
        input.channel(channel, group: group), input.length, pass.mask(group: group),
        sums.base + 2 * (channel * groups + group))
    }
    count = Double(input.length * pass.recordings.count)
    means = []
    inverseDeviations = []
    for channel in 0..<channels {
      let (sum, squares) = sums.total(channel: channel, groups: groups)
      let mean = sum / count
      let variance = max(0, squares / count - mean * mean)
      means.append(mean)
      inverseDeviations.append(1 / (variance + Self.epsilon).squareRoot())
      let unbiased = count > 1 ? variance * count / (count - 1) : variance
      move(statistics[0], channel, towards: mean)
      move(statistics[1], channel, towards: unbiased)
    }
  }

  private func move(_ statistic: RunningStatistic, _ channel: Int, towards value: Double) {
    statistic.values[channel] = (1 - Self.momentum) * statistic.values[channel] + Self.momentum * Float(value)
  }

  private func recall() {
    means = statistics[0].values.map(Double.init)
    inverseDeviations = statistics[1].values.map { 1 / (Double($0) + Self.epsilon).squareRoot() }
  }
}

/// Pairs of sums, one for each group of each channel, filled by threads and added in order of the groups.
private final class SumStorage: @unchecked Sendable {
  private(set) var base = UnsafeMutablePointer<Double>.allocate(capacity: 1)
  private var capacity = 1

  func reserve(_ count: Int) -> SumStorage {
    if count > capacity {
      base.deallocate()
      base = .allocate(capacity: count)
      capacity = count
    }
    base.initialize(repeating: 0, count: count)
    return self
  }

  func total(channel: Int, groups: Int) -> (first: Double, second: Double) {
    var sums = (0.0, 0.0)
    for group in 0..<groups {
      sums.0 += base[2 * (channel * groups + group)]
      sums.1 += base[2 * (channel * groups + group) + 1]
    }
    return sums
  }

  deinit { base.deallocate() }
}
