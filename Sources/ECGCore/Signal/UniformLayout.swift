import Reproducibility

/// Gives a source of variable layout a fixed one, where every recording has the same leads, length and sampling
/// frequency after the transforms before. Changes no recording.
public struct UniformLayout: RecordingTransform {
  private let layout: SignalLayout

  /// `uniform layout`: the layout itself stands beside it in a store and its plan.
  public var description: String { "uniform layout" }

  /// The fixed layout that the recordings of `source` have after `transforms`, or nil where they are not alike or the
  /// layout is fixed already. Reads every recording once; one that fails is left for the conversion to report.
  public init?(of source: any RecordingSource, after transforms: [any RecordingTransform], workers: Workers = .all) {
    guard case .variable = source.layout else { return nil }
    let layouts = try? workers.map(source.identifiers.count) { index -> SignalLayout? in
      guard var recording = try? source.recording(at: index) else { return nil }
      for transform in transforms {
        guard let next = try? transform.apply(to: recording) else { return nil }
        recording = next
      }
      let signal = recording.signal
      return .fixed(
        leads: signal.leads, sampleCount: signal.sampleCount, samplingFrequency: signal.samplingFrequency)
    }
    let known = (layouts ?? []).compactMap { $0 }
    guard let first = known.first, known.allSatisfy({ $0 == first }) else { return nil }
    layout = first
  }

  /// The fixed layout.
  public func layout(after layout: SignalLayout) throws -> SignalLayout { self.layout }

  /// The recording as it is; the conversion checks it against the layout.
  public func apply(to recording: Recording) throws -> Recording { recording }
}
