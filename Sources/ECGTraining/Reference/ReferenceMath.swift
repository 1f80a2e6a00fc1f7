/// Numbers `[recordings][channels][length]` in double precision, for the slow and plain forms below.
public struct ReferenceSignal: Sendable, Equatable {
  /// Recordings.
  public let recordings: Int
  /// Channels of each.
  public let channels: Int
  /// Time steps of each channel.
  public let length: Int
  /// Row-major.
  public var values: [Double]

  /// Zeros in this shape, or `values` where given.
  public init(recordings: Int, channels: Int, length: Int, values: [Double]? = nil) {
    self.recordings = recordings
    self.channels = channels
    self.length = length
    self.values = values ?? Array(repeating: 0, count: recordings * channels * length)
  }

  /// One number; 0 outside the time axis.
  public subscript(recording: Int, channel: Int, time: Int) -> Double {
    get {
      guard time >= 0, time < length else { return 0 }
      return values[(recording * channels + channel) * length + time]
    }
    set { values[(recording * channels + channel) * length + time] = newValue }
  }

  /// The same shape with other numbers.
  func like(channels: Int? = nil, length: Int? = nil) -> ReferenceSignal {
    ReferenceSignal(recordings: recordings, channels: channels ?? self.channels, length: length ?? self.length)
  }
}

/// Every layer's forward and backward pass as plain loops in double precision: slow, true, and the oracle of the fast
/// ones. Formulas are those of the layer of the same name.
public enum ReferenceMath {
  /// y[o][t] = sum over i, k of w[o][i][k] x[i][t + k - (taps - 1) / 2]; `weights` is `[outputs][x.channels][taps]`.
  public static func convolution(_ x: ReferenceSignal, weights: [Double], outputs: Int, taps: Int) -> ReferenceSignal {
    var y = x.like(channels: outputs)
    for n in 0..<x.recordings {
      for o in 0..<outputs {
        for t in 0..<x.length {
          var sum = 0.0
          for i in 0..<x.channels {
            for k in 0..<taps {
              sum += weights[(o * x.channels + i) * taps + k] * x[n, i, t + k - (taps - 1) / 2]
            }
          }
          y[n, o, t] = sum
        }
      }
    }
    return y
  }

  /// Gradients of ``convolution(_:weights:outputs:taps:)`` to x and to the weights.
  public static func convolutionGradient(
    _ x: ReferenceSignal, weights: [Double], taps: Int, gradient dy: ReferenceSignal
  ) -> (input: ReferenceSignal, weights: [Double]) {
    var dx = x.like()
    var dw = Array(repeating: 0.0, count: weights.count)
    for n in 0..<x.recordings {
      for o in 0..<dy.channels {
        for t in 0..<x.length {
          for i in 0..<x.channels {
            for k in 0..<taps {
              let time = t + k - (taps - 1) / 2
              guard time >= 0, time < x.length else { continue }
              let at = (o * x.channels + i) * taps + k
              dx[n, i, time] += weights[at] * dy[n, o, t]
              dw[at] += x[n, i, time] * dy[n, o, t]
            }
          }
        }
      }
    }
    return (dx, dw)
  }

  /// Batch norm with the batch's own statistics.
  public static func batchNorm(_ x: ReferenceSignal, gamma: [Double], beta: [Double]) -> ReferenceSignal {
    var y = x.like()
    for c in 0..<x.channels {
      let (mean, inverse) = moments(x, c)
      for n in 0..<x.recordings {
        for t in 0..<x.length { y[n, c, t] = gamma[c] * (x[n, c, t] - mean) * inverse + beta[c] }
      }
    }
    return y
  }

  /// Gradients of ``batchNorm(_:gamma:beta:)`` to x, gamma and beta.
  public static func batchNormGradient(
    _ x: ReferenceSignal, gamma: [Double], gradient dy: ReferenceSignal
  ) -> (input: ReferenceSignal, gamma: [Double], beta: [Double]) {
    var dx = x.like()
    var dGamma: [Double] = []
    var dBeta: [Double] = []
    let count = Double(x.recordings * x.length)
    for c in 0..<x.channels {
      let (mean, inverse) = moments(x, c)
      var sum = 0.0
      var product = 0.0
      for n in 0..<x.recordings {
        for t in 0..<x.length {
          sum += dy[n, c, t]
          product += dy[n, c, t] * (x[n, c, t] - mean) * inverse
        }
      }
      dBeta.append(sum)
      dGamma.append(product)
      for n in 0..<x.recordings {
        for t in 0..<x.length {
          let normalised = (x[n, c, t] - mean) * inverse
          dx[n, c, t] = gamma[c] * inverse * (dy[n, c, t] - (sum + normalised * product) / count)
        }
      }
    }
    return (dx, dGamma, dBeta)
  }

  private static func moments(_ x: ReferenceSignal, _ channel: Int) -> (mean: Double, inverse: Double) {
    let count = Double(x.recordings * x.length)
    var mean = 0.0
    var variance = 0.0
    for n in 0..<x.recordings { for t in 0..<x.length { mean += x[n, channel, t] / count } }
    for n in 0..<x.recordings {
      for t in 0..<x.length { variance += (x[n, channel, t] - mean) * (x[n, channel, t] - mean) / count }
    }
    return (mean, 1 / (variance + 1e-5).squareRoot())
  }

  /// max(x, 0).
  public static func rectifier(_ x: ReferenceSignal) -> ReferenceSignal {
    var y = x
    y.values = x.values.map { max($0, 0) }
    return y
  }

  /// Gradient of ``rectifier(_:)``.
  public static func rectifierGradient(_ x: ReferenceSignal, gradient dy: ReferenceSignal) -> ReferenceSignal {
    var dx = dy
    dx.values = zip(x.values, dy.values).map { $0 > 0 ? $1 : 0 }
    return dx
  }

  /// Maximum of three neighbours.
  public static func maxPool3(_ x: ReferenceSignal) -> ReferenceSignal {
    var y = x.like()
    for n in 0..<x.recordings {
      for c in 0..<x.channels { for t in 0..<x.length { y[n, c, t] = x[n, c, first(x, n, c, t)] } }
    }
    return y
  }

  /// Gradient of ``maxPool3(_:)``.
  public static func maxPool3Gradient(_ x: ReferenceSignal, gradient dy: ReferenceSignal) -> ReferenceSignal {
    var dx = x.like()
    for n in 0..<x.recordings {
      for c in 0..<x.channels { for t in 0..<x.length { dx[n, c, first(x, n, c, t)] += dy[n, c, t] } }
    }
    return dx
  }

  /// The first of the largest among t - 1, t and t + 1.
  private static func first(_ x: ReferenceSignal, _ n: Int, _ c: Int, _ t: Int) -> Int {
    let window = max(0, t - 1)...min(x.length - 1, t + 1)
    return window.reduce(window.lowerBound) { x[n, c, $1] > x[n, c, $0] ? $1 : $0 }
  }

  /// Maximum and mean over time, one after the other.
  public static func concatenatedPooling(_ x: ReferenceSignal) -> ReferenceSignal {
    var y = x.like(channels: 2 * x.channels, length: 1)
    for n in 0..<x.recordings {
      for c in 0..<x.channels {
        y[n, c, 0] = x[n, c, largest(x, n, c)]
        y[n, x.channels + c, 0] = (0..<x.length).reduce(0) { $0 + x[n, c, $1] } / Double(x.length)
      }
    }
    return y
  }

  /// Gradient of ``concatenatedPooling(_:)``.
  public static func concatenatedPoolingGradient(_ x: ReferenceSignal, gradient dy: ReferenceSignal) -> ReferenceSignal
  {
    var dx = x.like()
    for n in 0..<x.recordings {
      for c in 0..<x.channels {
        for t in 0..<x.length { dx[n, c, t] = dy[n, x.channels + c, 0] / Double(x.length) }
        dx[n, c, largest(x, n, c)] += dy[n, c, 0]
      }
    }
    return dx
  }

  private static func largest(_ x: ReferenceSignal, _ n: Int, _ c: Int) -> Int {
    (0..<x.length).reduce(0) { x[n, c, $1] > x[n, c, $0] ? $1 : $0 }
  }

  /// y = W x + b for signals of length 1; `weights` is `[outputs][x.channels]`.
  public static func linear(_ x: ReferenceSignal, weights: [Double], biases: [Double]) -> ReferenceSignal {
    var y = convolution(x, weights: weights, outputs: biases.count, taps: 1)
    for n in 0..<x.recordings { for o in biases.indices { y[n, o, 0] += biases[o] } }
    return y
  }

  /// Gradients of ``linear(_:weights:biases:)`` to x, the weights and the biases.
  public static func linearGradient(
    _ x: ReferenceSignal, weights: [Double], gradient dy: ReferenceSignal
  ) -> (input: ReferenceSignal, weights: [Double], biases: [Double]) {
    let (input, dw) = convolutionGradient(x, weights: weights, taps: 1, gradient: dy)
    let db = (0..<dy.channels).map { o in (0..<x.recordings).reduce(0.0) { $0 + dy[$1, o, 0] } }
    return (input, dw, db)
  }
}
