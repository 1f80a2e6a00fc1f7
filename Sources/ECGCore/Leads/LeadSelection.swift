/// Keeps the named leads, in the order named.
public struct LeadSelection: RecordingTransform {
  /// The leads to keep.
  public let leads: LeadSet

  /// `leads V1 I`
  public var description: String { "leads " + leads.names.joined(separator: " ") }

  /// Keeps `leads`.
  public init(_ leads: LeadSet) { self.leads = leads }

  /// The same layout with these leads.
  public func layout(after layout: SignalLayout) throws -> SignalLayout {
    switch layout {
    case .fixed(let present, let sampleCount, let samplingFrequency):
      _ = try present.indexes(of: leads)
      return .fixed(leads: leads, sampleCount: sampleCount, samplingFrequency: samplingFrequency)
    case .variable:
      return .variable(leadCount: leads.count)
    }
  }

  /// The recording with these leads only; annotations and fiducials stay.
  public func apply(to recording: Recording) throws -> Recording {
    var result = recording
    result.signal = try recording.signal.selecting(leads)
    result.provenance.steps.append(description)
    return result
  }
}

extension DigitalSignal {
  /// The same signal with only `wanted`, in that order.
  ///
  /// - Throws: ``ECGCoreError`` `missing-lead`.
  public func selecting(_ wanted: LeadSet) throws(ECGCoreError) -> DigitalSignal {
    if wanted == leads { return self }
    let indexes = try leads.indexes(of: wanted)
    var selected: [Int16] = []
    selected.reserveCapacity(indexes.count * sampleCount)
    for index in indexes { selected.append(contentsOf: lead(index)) }
    return try DigitalSignal(
      leads: wanted, samplingFrequency: samplingFrequency, samples: selected,
      gain: indexes.map { gain[$0] }, baseline: indexes.map { baseline[$0] })
  }
}
