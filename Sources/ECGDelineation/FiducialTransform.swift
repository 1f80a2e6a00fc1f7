import ECGCore
import Reproducibility

/// Puts the delineator's fiducials and intervals into recordings on their way to a store. Manual or true ones that a
/// recording brings are replaced, so that all of a store are of one kind.
///
/// A recording without beats keeps no fiducials and no intervals; a line of provenance says why.
public struct FiducialTransform: RecordingTransform {
  private let source = Delineator.source

  /// `delineate with` the delineator's name and version.
  public var description: String { "delineate with \(source)" }

  /// The usual transform.
  public init() {}

  /// The same layout.
  public func layout(after layout: SignalLayout) throws -> SignalLayout { layout }

  /// The recording with the fiducials and intervals of all its leads together. O(leads * samples).
  ///
  /// - Throws: ``DelineationError`` `unsupported-frequency`.
  public func apply(to recording: Recording) throws -> Recording {
    let signal = recording.signal
    let delineator = try Delineator(samplingFrequency: signal.samplingFrequency.hertz)
    let leads = signal.leads.leads.indices.map { signal.physicalInMillivolts(lead: $0).map { Float($0) } }
    let delineation = try delineator.delineate(leads)
    var result = recording
    result.provenance.steps.append(description)
    if let rejection = delineation.rejection {
      result.fiducials = nil
      result.intervals = .unknown
      result.provenance.steps.append("no beats: \(rejection)")
    } else {
      result.fiducials = delineation.fiducials
      result.intervals = Intervals(delineation.fiducials, samplingFrequency: signal.samplingFrequency)
    }
    return result
  }
}
