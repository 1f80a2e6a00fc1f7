import Reproducibility
import TestSupport
import Testing

@testable import ECGTraining

/// Between equal values, and at 0, gradients go where PyTorch sends them, to the last bit; see Golden/MAKERS.md.
@Suite struct TieGoldenTests {
  private static let (recordings, channels, length) = (18, 5, 41)

  private let golden: [String: [Float]]
  private let pass = Pass(
    compute: Compute(workers: Workers(2)), isTraining: true, recordings: Array(0..<18), seed: 1, epoch: 0)
  private let signalMemory = Tensor()
  private let slopeMemory = Tensor()

  init() throws {
    golden = try CanonicalJSON.read(
      [String: [Float]].self, fromFile: Repository.root + "/Tests/ECGTrainingTests/Golden/ties.json")
  }

  /// The golden script's signals: from -2 to 2.
  private func signals() -> TensorView {
    filled(signalMemory, channels: Self.channels, length: Self.length) { Float($0 * 7919 % 2003 % 5 - 2) }
  }

  /// The golden script's gradients: from 1 to 1009.
  private func slopes(_ channels: Int, _ length: Int) -> TensorView {
    filled(slopeMemory, channels: channels, length: length) { Float($0 * 104_729 % 1009 + 1) }
  }

  private func filled(
    _ tensor: Tensor, channels: Int, length: Int, _ number: (Int) -> Float
  ) -> TensorView {
    let view = tensor.view(groups: pass.groups, channels: channels, length: length)
    view.clear()
    for recording in 0..<Self.recordings {
      for channel in 0..<channels {
        for time in 0..<length {
          view[recording: recording, channel: channel, time: time] = number(
            (recording * channels + channel) * length + time)
        }
      }
    }
    return view
  }

  static let layers: [(name: String, make: @Sendable () -> any Layer)] = [
    ("rectifier", { Rectifier() }), ("maximum_of_three", { MaxPool3() }),
    ("maximum_pool", { MaxPool1D(window: 3, stride: 2, padding: 1) }),
  ]

  @Test(arguments: layers.map(\.name)) func ofEqualValuesTheFirstHasTheGradient(name: String) throws {
    let layer = try #require(Self.layers.first { $0.name == name }).make()
    let y = layer.forward(signals(), pass)
    let dx = layer.backward(slopes(y.channels, y.length), pass)
    #expect(dx.numbers(recordings: Self.recordings) == golden[name])
  }

  @Test func ofEqualValuesInTimeTheFirstHasTheGradient() {
    let pool = ConcatenatedPooling()
    let y = pool.forward(signals(), pass)
    // Maxima come before means, whose gradients are 0 here.
    let slopes = filled(slopeMemory, channels: y.channels, length: 1) { index in
      let (recording, channel) = (index / y.channels, index % y.channels)
      return channel < Self.channels ? Float((recording * Self.channels + channel) * 104_729 % 1009 + 1) : 0
    }
    #expect(pool.backward(slopes, pass).numbers(recordings: Self.recordings) == golden["maximum_over_time"])
  }

  /// The maxima that 1x1 convolutions work out on the way: one filter for each channel, which takes that channel alone.
  @Test func ofEqualValuesWorkedOutOnTheWayTheFirstHasTheGradient() throws {
    let layer = PointwiseConvolutions(
      inputs: Self.channels, branches: [.init(name: "m", outputs: Self.channels, onMaxima: true)])
    for channel in 0..<Self.channels { layer.parameters[0].value[channel * Self.channels + channel] = 1 }
    let x = Activation(signals())
    _ = layer.forward(x, into: [pass.tensor(channels: Self.channels, length: Self.length)], pass)
    let slopes = SignalGradient(slopes(Self.channels, Self.length))
    let dx = try #require(layer.backward([slopes], of: x, needsInputGradient: true, pass)).gradient
    #expect(dx.numbers(recordings: Self.recordings) == golden["maximum_of_three"])
  }
}
