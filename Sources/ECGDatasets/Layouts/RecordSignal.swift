import ECGCore
import Reproducibility
import WFDB

/// A WFDB record as the rest of the program wants it: 16-bit digital samples in mV terms under standard lead names.
struct RecordSignal {
  let signal: DigitalSignal
  let header: Header
  /// SHA-256 over the digests of the header and of each signal file, in the header's order.
  let sourceDigest: Digest

  /// Reads the record at `path` (without extension), every sample checked.
  ///
  /// - Throws: `WFDBError`, or ``DatasetError`` `unexpected-signal`.
  init(path: String) throws {
    let reader = try RecordReader(path: path)
    header = reader.header
    let read = try reader.read().smoothed()
    if let surplus = try reader.surplus() {
      throw DatasetError(
        .unexpectedSignal, at: ErrorPlace(surplus.path, .byte(surplus.bytes.lowerBound)),
        found: "\(surplus.bytes.count) bytes behind the last sample",
        expected: "the end of the file, as the header says",
        advice: "The file is not as published: fetch it again")
    }
    guard let samplingFrequency = SamplingFrequency(hertz: header.samplingFrequency) else {
      throw Self.unexpected(path, "a sampling frequency of \(header.samplingFrequency) Hz", "one above 0 Hz")
    }
    let specifications = try reader.signals()
    var samples: [Int16] = []
    samples.reserveCapacity(specifications.count * read.frames.count)
    var gains: [Double] = []
    var baselines: [Int32] = []
    for (index, specification) in specifications.enumerated() {
      guard let values = read.int16(of: index) else {
        throw Self.unexpected(path, "samples of more than 16 bits", "at most 16 bits")
      }
      let missing = read.signals[index].missingValue.map { Int16(truncatingIfNeeded: $0) }
      if missing == nil || missing == DigitalSignal.missing {
        samples += values
      } else {
        samples += values.lazy.map { $0 == missing ? DigitalSignal.missing : $0 }
      }
      gains.append(try Self.unitsPerMillivolt(specification, path: path))
      guard let baseline = Int32(exactly: specification.baseline) else {
        throw Self.unexpected(path, "a baseline of \(specification.baseline)", "one of 32 bits")
      }
      baselines.append(baseline)
    }
    let leads = try LeadSet(specifications.map { Lead.standardised($0.description) })
    signal = try DigitalSignal(
      leads: leads, samplingFrequency: samplingFrequency, samples: samples, gain: gains, baseline: baselines)
    var hasher = ContentHasher()
    hasher.update(try FileBytes.digest(ofFile: path + ".hea"))
    for file in reader.signalFiles { hasher.update(try FileBytes.digest(ofFile: file)) }
    sourceDigest = hasher.digest
  }

  private static func unitsPerMillivolt(_ signal: SignalSpecification, path: String) throws(DatasetError) -> Double {
    switch signal.units.lowercased() {
    case "mv": return signal.gain
    case "uv": return signal.gain * 1000
    case "v": return signal.gain / 1000
    default: throw unexpected(path, "unit '\(signal.units)' of signal \(signal.description)", "mV, uV or V")
    }
  }

  private static func unexpected(_ path: String, _ found: String, _ expected: String) -> DatasetError {
    DatasetError(
      .unexpectedSignal, at: ErrorPlace(path + ".hea"), found: found, expected: expected,
      advice: "Check that this is the published record")
  }
}
