/// What a layer read in a forward pass, worked out number by number: the sides that rectifiers and maxima took follow
/// from it. For comparisons with other implementations.
package struct RecordedActivation {
  /// The layer that reads it, "pool" for the pooling over time, "rectifier" for the output of a rectifier of its own; with
  /// " before the shortcut" where a residual block adds to it.
  package let name: String
  /// Channels and time steps of each recording.
  package let channels, length: Int
  /// `[recordings, channels, length]`.
  package let values: [Float]
}

extension Trainer {
  /// One forward pass in training over all `examples`, its activations shown to `body` one after the other. Batch norm's
  /// running statistics move, nothing else does.
  package func trainingPass(
    on examples: some TrainingExamples, settings: TrainingSettings, showing body: (RecordedActivation) -> Void
  ) {
    withoutActuallyEscaping(body) { body in
      let batch = Array(0..<examples.count)
      var pass = Pass(compute: compute, isTraining: true, recordings: batch, seed: settings.seed, epoch: 0)
      pass.probe = ActivationRecorder(recordings: batch.count, body)
      _ = forward(examples, at: batch, pass)
      pass.probe = nil
    }
  }
}

private final class ActivationRecorder: ForwardObserver {
  private let recordings: Int
  private let body: (RecordedActivation) -> Void

  init(recordings: Int, _ body: @escaping (RecordedActivation) -> Void) {
    self.recordings = recordings
    self.body = body
  }

  func look(at output: TensorView, of name: String) {}

  func look(at output: TensorView, of layer: Any.Type) {
    if layer == Rectifier.self { show(output, "rectifier") }
  }

  func look(at activation: Activation, readBy name: String, _ pass: Pass) {
    show(activation.workedOut(pass), name)
    if activation.hasShortcut { show(activation.withoutShortcut.workedOut(pass), name + " before the shortcut") }
  }

  private func show(_ view: TensorView, _ name: String) {
    let values = view.numbers(recordings: recordings)
    body(RecordedActivation(name: name, channels: view.channels, length: view.length, values: values))
  }
}

extension TensorView {
  /// The numbers of the first so many recordings, `[recordings, channels, length]`. O(numbers).
  package func numbers(recordings: Int) -> [Float] {
    var values: [Float] = []
    values.reserveCapacity(recordings * channels * length)
    for recording in 0..<recordings {
      for channel in 0..<channels {
        for time in 0..<length { values.append(self[recording: recording, channel: channel, time: time]) }
      }
    }
    return values
  }
}

extension Activation {
  /// The same before `shortcut` is added and the sum rectified.
  fileprivate var withoutShortcut: Activation {
    guard let norm else { return self }
    return Activation(normalised: signal, by: norm)
  }

  /// All its numbers, by the kernel that readers use.
  fileprivate func workedOut(_ pass: Pass) -> TensorView {
    let result = pass.tensor(channels: channels, length: length)
    for group in 0..<groups {
      var source = self.group(group)
      pass.kernels.activate(
        &source, 0, channels, 0, length, 0, result.channel(0, group: group), length * Tensor.lanes)
    }
    return result
  }
}
