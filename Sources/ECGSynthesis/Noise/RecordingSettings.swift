import ECGCore
import Reproducibility

/// How recordings are taken: what replaces the preset's noise, and what the recorder and the person who put on the
/// electrodes do to the signal. Fiducials and intervals do not depend on any of it.
public struct RecordingSettings: Sendable, Equatable {
  /// Signal over noise power in every recording, dB, as ``SyntheticRecordingModel/signalToNoiseInDecibels`` defines it;
  /// infinite for no noise; nil for what the preset draws.
  public var signalToNoiseInDecibels: Double?
  /// Kinds of noise, in shares drawn between a third and 1 and scaled to a sum of 1; nil for the preset's.
  public var noise: Set<NoiseKind>?
  /// Nil for what the preset draws.
  public var mains: Mains?
  /// The recorder's range: values beyond plus or minus this stay there, mV.
  public var clippingInMillivolts: Double?
  /// One digital unit, in microvolts.
  public var resolutionInMicrovolts = 1.0
  /// Electrodes in each other's place.
  public var swap: ElectrodeSwap?
  /// Leads that are not recorded: all their samples are missing.
  public var missingLeads: [Lead] = []

  /// The preset's noise, a recorder of 1 microvolt a unit, electrodes in place.
  public init() {}

  /// - Throws: ``SynthesisError`` `argument-out-of-range` for values that make no recording.
  func check(hertz: Double) throws(SynthesisError) {
    if let ratio = signalToNoiseInDecibels {
      guard ratio == .infinity || (-60...120).contains(ratio) else {
        throw Self.outOfRange("signal-to-noise ratio", "\(ratio) dB", "-60 to 120 dB, or none")
      }
    }
    if let range = clippingInMillivolts {
      guard range > 0, range <= 32 else { throw Self.outOfRange("clipping", "\(range) mV", "above 0, at most 32 mV") }
    }
    guard (0.1...1000).contains(resolutionInMicrovolts) else {
      throw Self.outOfRange("resolution", "\(resolutionInMicrovolts) microvolts", "0.1 to 1000 microvolts")
    }
    for lead in missingLeads where !Lead.standard12.contains(lead) {
      throw Self.outOfRange("missing lead", lead.name, Lead.standard12.map(\.name).joined(separator: " "))
    }
    if let noise, noise.isEmpty || (noise == [.mains] && !hasMains(hertz: hertz)) {
      throw SynthesisError(
        .argumentOutOfRange, at: ErrorPlace("synthesis", .item("noise")), found: "no noise that \(hertz) Hz can hold",
        expected: "one kind or more", advice: "Name another kind, or a higher sampling frequency than mains need")
    }
  }

  /// Whether any hum can be in a recording at `hertz`.
  private func hasMains(hertz: Double) -> Bool {
    switch mains {
    case .some(.none): false
    case .some(.sixty): RecordingNoise.holds(60, hertz: hertz)
    default: RecordingNoise.holds(50, hertz: hertz)
    }
  }

  private static func outOfRange(_ argument: String, _ found: String, _ expected: String) -> SynthesisError {
    SynthesisError(
      .argumentOutOfRange, at: ErrorPlace("synthesis", .item(argument)), found: found, expected: expected,
      advice: "Ask for a value within that range")
  }

  /// Clips digital samples of the twelve leads and takes missing leads out of them. O(samples).
  func distort(_ samples: inout [Int16], sampleCount: Int, gain: Double) {
    if let range = clippingInMillivolts {
      let limit = Int16(min((range * gain).rounded(.down), 32_767))
      for position in samples.indices { samples[position] = min(max(samples[position], -limit), limit) }
    }
    for (index, lead) in Lead.standard12.enumerated() where missingLeads.contains(lead) {
      for position in index * sampleCount..<(index + 1) * sampleCount { samples[position] = DigitalSignal.missing }
    }
  }

  /// One word for each setting that differs from the preset's, in a fixed order; empty where none does.
  var canonicalText: String {
    var words: [String] = []
    if let signalToNoiseInDecibels { words.append("snr=\(signalToNoiseInDecibels)") }
    if let noise {
      words.append("noise=" + NoiseKind.allCases.filter(noise.contains).map(\.rawValue).joined(separator: ","))
    }
    if let mains { words.append("mains=\(mains.rawValue)") }
    if let clippingInMillivolts { words.append("clip=\(clippingInMillivolts)") }
    if resolutionInMicrovolts != 1 { words.append("resolution=\(resolutionInMicrovolts)") }
    if let swap { words.append("swap=\(swap.rawValue)") }
    if !missingLeads.isEmpty {
      words.append("missing=" + Lead.standard12.filter(missingLeads.contains).map(\.name).joined(separator: ","))
    }
    return words.joined(separator: " ")
  }
}
