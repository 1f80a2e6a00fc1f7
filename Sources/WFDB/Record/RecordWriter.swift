import Reproducibility

/// Writes records of one segment in any format but the compressed ones.
///
/// ```swift
/// let signal = SignalSpecification(fileName: "r.dat", format: 212, gain: 200, description: "II")
/// let writer = RecordWriter(header: Header(recordName: "r", samplingFrequency: 360, signals: [signal]))
/// try writer.write([samples], to: "folder")
/// ```
public struct RecordWriter: Sendable {
  /// What is written; length, initial values and checksums are those of the samples.
  public let header: Header

  /// A writer of records with `header`.
  public init(header: Header) { self.header = header }

  /// A record's files by name.
  public struct Files: Sendable {
    /// The header with length, initial values and checksums filled in.
    public let header: Header
    /// Signal files.
    public let signals: [(name: String, bytes: [UInt8])]
  }

  /// The record of `samples`: digital values of each signal, frames times its samples per frame, as they are to stand in
  /// the file (a skewed signal is not shifted). O(samples).
  ///
  /// - Throws: ``WFDBError`` `not-writable` naming signal and sample: counts that do not fit, a value that the format
  ///   cannot hold, signals of one file that disagree, a compressed or unknown format, more than one segment.
  public func files(for samples: [[Int32]]) throws(WFDBError) -> Files {
    let frames = try frameCount(samples)
    var complete = header
    complete.sampleCount = frames
    complete.signalCount = header.signals.count
    for (index, values) in samples.enumerated() {
      complete.signals[index].initialValue = Int(values.first ?? 0)
      let sum = values.reduce(Int32(0)) { $0 &+ $1 }
      complete.signals[index].checksum = Int(Int16(truncatingIfNeeded: sum))
    }
    var files: [(String, [UInt8])] = []
    for group in header.signalFileGroups {
      files.append((group.name, try file(group.name, group.signals, samples, frames)))
    }
    return Files(header: complete, signals: files)
  }

  /// Writes the record's files into `folder`, the header last.
  ///
  /// - Throws: as ``files(for:)`` does; errors of the file system.
  public func write(_ samples: [[Int32]], to folder: String) throws {
    let files = try files(for: samples)
    let text = try files.header.text()
    for (name, bytes) in files.signals { try AtomicFile.write(bytes, to: folder + "/" + name) }
    try AtomicFile.write(text, to: "\(folder)/\(header.recordName).hea")
  }

  private func frameCount(_ samples: [[Int32]]) throws(WFDBError) -> Int {
    guard header.segmentCount == nil, samples.count == header.signals.count else {
      throw notWritable("\(samples.count) arrays of samples", "one for each of \(header.signals.count) signals")
    }
    guard header.recordName.isPlainFileName else { throw notWritable("name '\(header.recordName)'", "a file name") }
    guard let first = header.signals.first else { return header.sampleCount ?? 0 }
    let frames = samples[0].count / max(1, first.samplesPerFrame)
    for (signal, values) in zip(header.signals, samples) {
      guard (1...65_535).contains(signal.samplesPerFrame), (0...1 << 30).contains(signal.byteOffset) else {
        throw notWritable(
          "\(signal.samplesPerFrame) samples a frame behind \(signal.byteOffset) bytes",
          "1 to 65535 behind at most 2^30", .lead(signal.description))
      }
      guard values.count == frames * signal.samplesPerFrame else {
        throw notWritable(
          "\(values.count) samples", "\(frames) frames of \(signal.samplesPerFrame)", .lead(signal.description))
      }
    }
    return frames
  }

  private func file(
    _ name: String, _ members: [Int], _ samples: [[Int32]], _ frames: Int
  ) throws(WFDBError) -> [UInt8] {
    guard name.isPlainFileName else { throw notWritable("signal file '\(name)'", "a file in the record's folder") }
    let first = header.signals[members[0]]
    guard let format = SignalFormat.numbered(first.format), case .packed(let packing) = format.coding else {
      throw notWritable("format \(first.format)", "a format that is not compressed", .lead(first.description))
    }
    guard
      members.allSatisfy({
        header.signals[$0].format == first.format && header.signals[$0].byteOffset == first.byteOffset
      })
    else { throw notWritable("several formats or offsets in \(name)", "one of each in a file") }
    var interleaved: [Int32] = []
    interleaved.reserveCapacity(members.reduce(0) { $0 + samples[$1].count })
    let columns = try members.map { index throws(WFDBError) in
      try encodable(samples[index], header.signals[index], format, packing)
    }
    for frame in 0..<frames {
      for (column, index) in zip(columns, members) {
        let width = header.signals[index].samplesPerFrame
        interleaved += column[frame * width..<(frame + 1) * width]
      }
    }
    var bytes = [UInt8](repeating: 0, count: max(0, first.byteOffset))
    bytes.reserveCapacity(bytes.count + (packing.byteCount(ofSamples: interleaved.count, written: true) ?? 0))
    packing.pack(interleaved[...], &bytes)
    return bytes
  }

  /// What stands in the file for a signal: its values, all in the format's range, or their differences.
  private func encodable(
    _ values: [Int32], _ signal: SignalSpecification, _ format: SignalFormat, _ packing: SignalFormat.Packing
  ) throws(WFDBError) -> [Int32] {
    guard case .differences = packing.unpack else {
      for (index, value) in values.enumerated() where !format.range.contains(Int(value)) {
        throw notWritable(
          "\(value)", "\(format.range.lowerBound) to \(format.range.upperBound) in format \(format.number)",
          .lead(signal.description), .sample(index))
      }
      return values
    }
    var (differences, last): ([Int32], Int32) = ([], values.first ?? 0)
    differences.reserveCapacity(values.count)
    for (index, value) in values.enumerated() {
      let (difference, overflow) = value.subtractingReportingOverflow(last)
      guard !overflow, Int8(exactly: difference) != nil else {
        throw notWritable(
          "a step from \(last) to \(value)", "steps of -128 to 127 in format \(format.number)",
          .lead(signal.description), .sample(index))
      }
      differences.append(difference)
      last = value
    }
    return differences
  }

  private func notWritable(
    _ found: String, _ expected: String, _ coordinates: ErrorPlace.Coordinate...
  ) -> WFDBError {
    WFDBError(
      .notWritable, at: ErrorPlace(header.recordName, coordinates), found: found, expected: expected,
      advice: "Choose another format, or change the samples")
  }
}
