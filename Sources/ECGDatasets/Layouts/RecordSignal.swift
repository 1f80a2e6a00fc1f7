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
    let (place, record) = RecordReader.parts(ofPath: path)
    let folder = HashedFolder(place)
    let reader = try RecordReader(record: record, in: folder)
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
    guard var samples = read.int16() else {
      throw Self.unexpected(path, "samples of more than 16 bits", "at most 16 bits")
    }
    var gains: [Double] = []
    var baselines: [Int32] = []
    gains.reserveCapacity(specifications.count)
    baselines.reserveCapacity(specifications.count)
    for (index, specification) in specifications.enumerated() {
      let missing = read.signals[index].missingValue.map { Int16(truncatingIfNeeded: $0) }
      if let missing, missing != DigitalSignal.missing {
        let count = read.frames.count
        for place in index * count..<(index + 1) * count where samples[place] == missing {
          samples[place] = DigitalSignal.missing
        }
      }
      gains.append(try Self.unitsPerMillivolt(specification, path: path))
      guard let baseline = Int32(exactly: specification.baseline) else {
        throw Self.unexpected(path, "a baseline of \(specification.baseline)", "one of 32 bits")
      }
      baselines.append(baseline)
    }
    let leads = try LeadSet(specifications.map { Lead.standardised($0.description) })
    var hasher = ContentHasher()
    hasher.update(try folder.digest(ofFile: reader.headerPath))
    let files = reader.signalFiles
    for file in files { hasher.update(try folder.digest(ofFile: file)) }
    signal = try DigitalSignal(
      leads: leads, samplingFrequency: samplingFrequency, samples: samples, gain: gains, baseline: baselines,
      knownFrameDigest: Self.holdsTheFrames(header, read.frames.count)
        ? folder.digest(ofFile: files[0], ofSize: samples.count * 2) : nil)
    sourceDigest = hasher.digest
  }

  /// Whether the record's only signal file begins with its samples as they are, frame by frame.
  private static func holdsTheFrames(_ header: Header, _ frameCount: Int) -> Bool {
    header.segmentCount == nil && header.sampleCount == frameCount
      && header.signals.allSatisfy {
        $0.fileName == header.signals[0].fileName && $0.format == 16 && $0.samplesPerFrame == 1 && $0.skew == 0
          && $0.byteOffset == 0
      }
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
