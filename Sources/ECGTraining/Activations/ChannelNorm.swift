/// Batch norm over recordings and time without its pass over memory:
///
///     y = gamma (z - mean) / sqrt(variance + 1e-5) + beta = z scale + shift
///
/// From sums that whoever wrote z has made on the way, it works out what has to be multiplied and added; whoever reads z
/// does so (``Activation``). In training, mean and (biased) variance are the batch's and the running ones move a tenth of
/// the way towards them (the variance unbiased), as in PyTorch; else the running ones are used. Ioffe and Szegedy 2015,
/// algorithm 1.
public final class ChannelNorm: @unchecked Sendable {
  /// gamma and beta.
  public let parameters: [Parameter]
  /// Running mean and variance.
  public let statistics: [RunningStatistic]
  /// As in messages.
  let name: String
  /// How many channels.
  public let channels: Int
  /// One number a channel each, for the kernels: of the forward pass ...
  let scale, shift, mean: UnsafeMutablePointer<Float>
  /// ... and of the backward pass: dz = g factor + (z - mean) slope + offset.
  let factor, slope, offset: UnsafeMutablePointer<Float>

  private var means: [Double]
  private var inverseDeviations: [Double]
  private var count = 1.0
  private static let epsilon = 1e-5
  private static let momentum: Float = 0.1

  /// Batch norm of `channels` channels; parameters and statistics are `<name>.weight`, `.bias`, `.running_mean` and
  /// `.running_var`.
  public init(name: String, channels: Int) {
    self.name = name
    self.channels = channels
    parameters = [
      Parameter(name: name + ".weight", shape: [channels], initialConstant: 1),
      Parameter(name: name + ".bias", shape: [channels]),
    ]
    statistics = [
      RunningStatistic(name: name + ".running_mean", count: channels, initial: 0),
      RunningStatistic(name: name + ".running_var", count: channels, initial: 1),
    ]
    means = Array(repeating: 0, count: channels)
    inverseDeviations = Array(repeating: 1, count: channels)
    func zeros() -> UnsafeMutablePointer<Float> {
      let numbers = UnsafeMutablePointer<Float>.allocate(capacity: max(1, channels))
      numbers.initialize(repeating: 0, count: max(1, channels))
      return numbers
    }
    (scale, shift, mean) = (zeros(), zeros(), zeros())
    (factor, slope, offset) = (zeros(), zeros(), zeros())
  }

  deinit { for numbers in [scale, shift, mean, factor, slope, offset] { numbers.deallocate() } }

  /// `signal` as the activation behind this norm and a rectifier. In training the statistics come from the sums of z and
  /// of z^2 that those have made who wrote its channels, one after the other.
  public func activation(of signal: TensorView, _ sums: [ChannelSums], _ pass: Pass) -> Activation {
    prepare(sums, length: signal.length, pass)
    return Activation(normalised: signal, by: self)
  }

  /// Takes the statistics of the batch, or in inference the running ones.
  public func prepare(_ sums: [ChannelSums], length: Int, _ pass: Pass) {
    if pass.isTraining { measure(sums, count: length * pass.recordings.count) } else { recall() }
  }

  /// Takes the batch's statistics from the sums of z and of z^2 over `count` numbers a channel.
  func measure(_ sums: [ChannelSums], count: Int) {
    self.count = Double(max(1, count))
    var channel = 0
    for part in sums {
      for index in 0..<part.channels {
        measure(channel, part.total(index))
        channel += 1
      }
    }
  }

  private func measure(_ channel: Int, _ sums: (first: Double, second: Double)) {
    let mean = sums.first / count
    let variance = max(0, sums.second / count - mean * mean)
    let unbiased = count > 1 ? variance * count / (count - 1) : variance
    move(statistics[0], channel, towards: mean)
    move(statistics[1], channel, towards: unbiased)
    set(channel, mean: mean, variance: variance)
  }

  /// Takes the running statistics.
  func recall() {
    for channel in 0..<channels {
      set(channel, mean: Double(statistics[0].values[channel]), variance: Double(statistics[1].values[channel]))
    }
  }

  private func set(_ channel: Int, mean: Double, variance: Double) {
    let inverse = 1 / (variance + Self.epsilon).squareRoot()
    let (gamma, beta) = (Double(parameters[0].value[channel]), Double(parameters[1].value[channel]))
    means[channel] = mean
    inverseDeviations[channel] = inverse
    self.mean[channel] = Float(mean)
    scale[channel] = Float(gamma * inverse)
    shift[channel] = Float(beta - gamma * inverse * mean)
  }

  private func move(_ statistic: RunningStatistic, _ channel: Int, towards value: Double) {
    statistic.values[channel] = (1 - Self.momentum) * statistic.values[channel] + Self.momentum * Float(value)
  }

  /// Sets the parameters' gradients and the numbers for dz from the sums of g, the gradient to y, and of g (z - mean),
  /// the mean in single precision. With N the numbers of a channel and x^ = (z - mean) / deviation:
  ///
  ///     d gamma = sum g x^,  d beta = sum g,  dz = gamma / deviation (g - (d beta + x^ d gamma) / N)
  ///
  /// It has to follow a forward pass in training.
  func differentiate(_ sums: ChannelSums) {
    for channel in 0..<channels {
      let (sum, product) = sums.total(channel)
      let inverse = inverseDeviations[channel]
      let rounding = Double(mean[channel]) - means[channel]
      let dGamma = (product + rounding * sum) * inverse
      parameters[0].gradient[channel] = Float(dGamma)
      parameters[1].gradient[channel] = Float(sum)
      let factor = Double(parameters[0].value[channel]) * inverse
      let slope = -factor * inverse * dGamma / count
      self.factor[channel] = Float(factor)
      self.slope[channel] = Float(slope)
      offset[channel] = Float(slope * rounding - factor * sum / count)
    }
  }
}
