/// Looks at the outputs of a forward pass, layer by layer, for the first that is not finite. Only a pass that is repeated
/// because training diverged carries one.
final class Probe: ForwardObserver {
  /// The first output that is not finite.
  struct Finding: Equatable {
    /// The layer, by name, or by type and the layer before it.
    let layer: String
    /// The recording's place in the batch.
    let place: Int
    let channel: Int
    let time: Int
    let value: Float
  }

  private(set) var finding: Finding?
  private let recordings: Int
  private var lastName = "the input"

  /// For a batch of so many recordings: what the lanes after them hold does not matter.
  init(recordings: Int) { self.recordings = recordings }

  /// Looks at the output of the layer called `name`. O(numbers).
  func look(at output: TensorView, of name: String) {
    defer { lastName = name }
    guard finding == nil, let found = output.firstNotFinite(recordings: recordings) else { return }
    finding = Finding(layer: name, place: found.place, channel: found.channel, time: found.time, value: found.value)
  }

  /// Looks at the output of a layer without a name.
  func look(at output: TensorView, of layer: Any.Type) {
    guard finding == nil, let found = output.firstNotFinite(recordings: recordings) else { return }
    finding = Finding(
      layer: "\(layer) after \(lastName)", place: found.place, channel: found.channel, time: found.time,
      value: found.value)
  }
}

extension TensorView {
  /// The first number, recording by recording, that is not finite. O(numbers).
  func firstNotFinite(recordings: Int) -> (place: Int, channel: Int, time: Int, value: Float)? {
    for place in 0..<recordings {
      for channel in 0..<channels {
        for time in 0..<length {
          let value = self[recording: place, channel: channel, time: time]
          if !value.isFinite { return (place, channel, time, value) }
        }
      }
    }
    return nil
  }
}
