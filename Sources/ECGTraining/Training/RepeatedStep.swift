import Reproducibility

/// One batch of random numbers, trained on or predicted for again and again: what is timed when the engine is. The batch
/// lies ready in the engine's layout, as a tensor in memory does for other engines.
public final class RepeatedStep {
  private let network: any Layer
  private let compute: Compute
  private let signals = Tensor()
  private let slopes = Tensor()
  private let batch: TensorView
  private let targets: [Double]
  private var steps = 0

  /// `recordings` recordings of `leads` x `length` normal numbers for `network`, whose numbers are drawn from `seed`.
  public init(_ network: any Layer, leads: Int, length: Int, recordings: Int, seed: UInt64, _ compute: Compute) {
    self.network = network
    self.compute = compute
    for parameter in network.parameters { parameter.initialise(seed: seed) }
    let groups = (recordings + Tensor.lanes - 1) / Tensor.lanes
    batch = signals.view(groups: groups, channels: leads, length: length)
    batch.clear()
    for recording in 0..<recordings {
      var stream = RandomStream(seed: seed, purpose: "speed", index: UInt64(recording))
      for lead in 0..<leads {
        for time in 0..<length { batch[recording: recording, channel: lead, time: time] = Float(stream.normal()) }
      }
    }
    targets = (0..<recordings).map { Double($0 % 7) / 7 }
  }

  /// Forward, mean absolute error of the first output, backward, Adam at 0.001; returns the loss.
  public func train() -> Double {
    let pass = pass(isTraining: true)
    let outputs = network.forward(batch, pass)
    let gradient = slopes.view(groups: pass.groups, channels: outputs.channels, length: 1)
    let loss = Loss.absolute.evaluate(outputs: outputs, targets: targets.map { [$0] }, gradient: gradient)
    _ = network.backward(gradient, pass)
    steps += 1
    Optimizer.adam().update(network.parameters, step: steps, learningRate: 0.001, compute)
    return loss
  }

  /// Forward with running statistics and without dropout; returns the first output of the first recording.
  public func predict() -> Float {
    network.forward(batch, pass(isTraining: false))[recording: 0, channel: 0, time: 0]
  }

  private func pass(isTraining: Bool) -> Pass {
    Pass(compute: compute, isTraining: isTraining, recordings: Array(targets.indices), seed: 1, epoch: 0)
  }
}
