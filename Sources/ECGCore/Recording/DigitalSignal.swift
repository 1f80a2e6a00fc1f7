import Reproducibility

/// Samples as digitised, `[leads, samples]`, with what turns them into millivolts:
/// physical = (digital - baseline) / gain. Digital values are the truth; millivolts are computed at the edge.
public struct DigitalSignal: Sendable, Equatable {
  /// The digital value that stands for a missing sample: that of WFDB's format 16.
  public static let missing = Int16.min

  /// One or more different leads.
  public let leads: LeadSet
  /// Samples in each lead.
  public let sampleCount: Int
  /// Samples per second.
  public let samplingFrequency: SamplingFrequency
  /// Digital values, lead after lead: sample t of lead l is `samples[l * sampleCount + t]`.
  public let samples: [Int16]
  /// Digital units per millivolt, for each lead; finite and above or below 0, never 0.
  public let gain: [Double]
  /// The digital value of 0 mV, for each lead.
  public let baseline: [Int32]
  /// SHA-256 of the samples frame by frame (sample 0 of every lead, then sample 1, ..., little-endian), where the source
  /// knows it: it is that of a signal file of format 16. Nil where nobody has computed it.
  public let knownFrameDigest: Digest?

  /// A signal of `samples.count / leads.count` samples a lead.
  ///
  /// - Throws: ``ECGCoreError`` `inconsistent-signal`.
  public init(
    leads: LeadSet, samplingFrequency: SamplingFrequency, samples: [Int16], gain: [Double], baseline: [Int32],
    knownFrameDigest: Digest? = nil
  ) throws(ECGCoreError) {
    guard samples.count.isMultiple(of: leads.count), gain.count == leads.count, baseline.count == leads.count,
      gain.allSatisfy({ $0.isFinite && $0 != 0 })
    else {
      throw ECGCoreError(
        .inconsistentSignal, at: .init("signal"),
        found: "\(leads.count) leads, \(samples.count) samples, gains \(gain), \(baseline.count) baselines",
        expected: "as many samples in each lead, one baseline and one gain other than 0 for each")
    }
    self.leads = leads
    self.sampleCount = samples.count / leads.count
    self.samplingFrequency = samplingFrequency
    self.samples = samples
    self.gain = gain
    self.baseline = baseline
    self.knownFrameDigest = knownFrameDigest
  }

  /// The digital samples of the lead at `index`.
  public func lead(_ index: Int) -> ArraySlice<Int16> {
    samples[index * sampleCount..<(index + 1) * sampleCount]
  }

  /// The lead at `index` in mV, a missing sample as NaN. O(samples).
  public func physicalInMillivolts(lead index: Int) -> [Double] {
    let offset = Double(baseline[index])
    let unitsPerMillivolt = gain[index]
    return lead(index).map { $0 == Self.missing ? .nan : (Double($0) - offset) / unitsPerMillivolt }
  }

  /// Missing samples in each lead. O(leads * samples).
  public var missingCounts: [Int32] {
    (0..<leads.count).map { index in
      lead(index).withUnsafeBufferPointer { samples in
        var count: Int32 = 0
        for sample in samples { count &+= sample == Self.missing ? 1 : 0 }
        return count
      }
    }
  }

  /// Whether two signals are the same; what is known of their digests does not count.
  public static func == (one: DigitalSignal, other: DigitalSignal) -> Bool {
    (one.leads, one.sampleCount, one.samplingFrequency) == (other.leads, other.sampleCount, other.samplingFrequency)
      && (one.samples, one.gain, one.baseline) == (other.samples, other.gain, other.baseline)
  }
}
