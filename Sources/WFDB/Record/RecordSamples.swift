import Reproducibility

/// How digital values of a signal become physical ones: (digital - baseline) / gain.
public struct Calibration: Sendable, Equatable {
  /// Digital units for one physical unit.
  public let gain: Double
  /// Digital value of physical 0.
  public let baseline: Int

  /// A calibration.
  public init(gain: Double, baseline: Int) {
    self.gain = gain
    self.baseline = baseline
  }
}

/// Frames of a signal that share a calibration, or a gap, in which nothing was recorded.
public struct SignalRun: Sendable, Equatable {
  /// Frames of the record.
  public let frames: Range<Int>
  /// Nil for a gap.
  public let calibration: Calibration?
}

/// One signal of what was read.
public struct ReadSignal: Sendable, Equatable {
  /// The signal's name; empty where the header has none.
  public let name: String
  /// Its physical unit.
  public let units: String
  /// Samples in each frame.
  public let samplesPerFrame: Int
  /// The digital value of a missing sample; nil where the format has none.
  public let missingValue: Int?
  /// Its calibrations, in order, covering all frames that were read.
  public let runs: [SignalRun]
  /// Where its samples begin.
  let offset: Int

  /// The signal with one sample a frame.
  public var smoothed: ReadSignal { ReadSignal(self, samplesPerFrame: 1, offset: offset) }

  init(name: String, units: String, samplesPerFrame: Int, missingValue: Int?, runs: [SignalRun], offset: Int) {
    self.name = name
    self.units = units
    self.samplesPerFrame = samplesPerFrame
    self.missingValue = missingValue
    self.runs = runs
    self.offset = offset
  }

  /// `signal` with its samples elsewhere.
  init(_ signal: ReadSignal, samplesPerFrame: Int, offset: Int) {
    self.init(
      name: signal.name, units: signal.units, samplesPerFrame: samplesPerFrame, missingValue: signal.missingValue,
      runs: signal.runs, offset: offset)
  }
}

/// Digital samples of some signals over some frames, signal after signal.
///
/// ```swift
/// let samples = try RecordReader(path: "data/mitdb/100").read()
/// let lead = samples.physical(of: 0)   // mV; NaN where a sample is missing
/// ```
public struct RecordSamples: Sendable {
  /// Frames of the record.
  public internal(set) var frames: Range<Int>
  /// In the order asked for.
  public internal(set) var signals: [ReadSignal]
  var storage: Storage

  /// 16 bits where every format read has no more, else 32. The array may be longer than what was read.
  enum Storage: Sendable {
    case int16([Int16])
    case int32([Int32])
  }

  /// Nothing read yet: memory for ``RecordReader/read(_:into:)``.
  public init() {
    (frames, signals, storage) = (0..<0, [], .int16([]))
  }

  /// Samples of signal `index`: frames times samples per frame.
  public func count(of index: Int) -> Int { frames.count * signals[index].samplesPerFrame }

  private func range(_ index: Int) -> Range<Int> {
    signals[index].offset..<signals[index].offset + count(of: index)
  }

  /// The 16-bit samples of signal `index`; nil where a format of more bits was read. O(1).
  public func int16(of index: Int) -> ArraySlice<Int16>? {
    if case .int16(let values) = storage { values[range(index)] } else { nil }
  }

  /// The 16-bit samples of all signals, signal after signal, which have one a frame; nil where they have more or a format
  /// of more bits was read. O(1) unless memory was used again.
  public func int16() -> [Int16]? {
    guard case .int16(let values) = storage, signals.allSatisfy({ $0.samplesPerFrame == 1 }) else { return nil }
    let count = signals.count * frames.count
    return values.count == count ? values : Array(values.prefix(count))
  }

  /// The samples of signal `index`. O(samples).
  public func digital(of index: Int) -> [Int32] {
    switch storage {
    case .int16(let values): values[range(index)].map { Int32($0) }
    case .int32(let values): Array(values[range(index)])
    }
  }

  /// Sample `sample` of signal `index`, counted over the samples of its frames.
  public subscript(index: Int, sample: Int) -> Int32 {
    switch storage {
    case .int16(let values): Int32(values[signals[index].offset + sample])
    case .int32(let values): values[signals[index].offset + sample]
    }
  }

  /// The samples of signal `index` in its unit: (digital - baseline) / gain in double precision, NaN where a sample is
  /// missing. O(samples).
  public func physical(of index: Int) -> [Double] {
    [Double](unsafeUninitializedCapacity: count(of: index)) { buffer, initialized in
      physical(of: index, into: buffer)
      initialized = count(of: index)
    }
  }

  /// Writes what ``physical(of:)`` gives to `buffer`, which holds at least as many numbers.
  public func physical(of index: Int, into buffer: UnsafeMutableBufferPointer<Double>) {
    let signal = signals[index]
    precondition(buffer.count >= count(of: index))
    guard let out = buffer.baseAddress else { return }
    let missing = Int64(signal.missingValue ?? .max)
    for run in signal.runs {
      let first = (run.frames.lowerBound - frames.lowerBound) * signal.samplesPerFrame
      let count = run.frames.count * signal.samplesPerFrame
      guard let calibration = run.calibration else {
        (out + first).update(repeating: .nan, count: count)
        continue
      }
      let (baseline, gain) = (Double(calibration.baseline), calibration.gain)
      switch storage {
      case .int16(let values):
        values.withUnsafeBufferPointer { samples in
          guard let base = samples.baseAddress else { return }
          SignalFormat.kernels.physical16(base + signal.offset + first, count, baseline, gain, missing, out + first)
        }
      case .int32(let values):
        values.withUnsafeBufferPointer { samples in
          guard let base = samples.baseAddress else { return }
          SignalFormat.kernels.physical32(base + signal.offset + first, count, baseline, gain, missing, out + first)
        }
      }
    }
  }

  /// What becomes of a missing sample when a frame's samples are averaged.
  public enum Smoothing: Sendable {
    /// It is left out; a frame in which all are missing is missing.
    case leavingOutMissing
    /// Its stand-in is averaged with the others, as wfdb-python does, which gives a value that nobody measured.
    case countingMissing
  }

  /// One sample a frame for every signal: the mean of the frame's samples, rounded towards 0. O(samples).
  public func smoothed(_ smoothing: Smoothing = .leavingOutMissing) -> RecordSamples {
    guard signals.contains(where: { $0.samplesPerFrame > 1 }) else { return self }
    var result: [Int32] = []
    result.reserveCapacity(signals.count * frames.count)
    var smoothed: [ReadSignal] = []
    for (index, signal) in signals.enumerated() {
      smoothed.append(ReadSignal(signal, samplesPerFrame: 1, offset: result.count))
      let width = signal.samplesPerFrame
      let values = digital(of: index)
      let missing = signal.missingValue.map { Int32(truncatingIfNeeded: $0) }
      let left = smoothing == .leavingOutMissing && width > 1 ? missing : nil
      for first in stride(from: 0, to: values.count, by: width) {
        var (sum, present) = (0, 0)
        for value in values[first..<first + width] where value != left {
          sum += Int(value)
          present += 1
        }
        result.append(present == 0 ? missing ?? 0 : Int32(truncatingIfNeeded: sum / present))
      }
    }
    var copy = self
    copy.signals = smoothed
    if case .int16 = storage {
      copy.storage = .int16(result.map { Int16(truncatingIfNeeded: $0) })
    } else {
      copy.storage = .int32(result)
    }
    return copy
  }
}
