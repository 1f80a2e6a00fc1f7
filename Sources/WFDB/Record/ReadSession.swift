import Reproducibility

/// One reading of a selection: which segments it touches, what each signal's samples mean in them, and their decoders.
final class ReadSession {
  /// The frames selected.
  let frames: Range<Int>
  /// The signals selected.
  let signals: [ReadSignal]
  /// Whether 16 bits hold every sample.
  let fits16: Bool
  private let parts: [Part]

  /// The part of the selection that lies in one segment.
  private struct Part {
    /// Frames of the record.
    let frames: Range<Int>
    /// Frame of the record at which the segment begins.
    let start: Int
    /// Nil for a gap.
    let decoder: SegmentDecoder?
    /// For each of the decoder's signals, the selected signal that it is.
    let targets: [Int]
  }

  init(reader: RecordReader, selection: RecordSelection) throws(WFDBError) {
    let count = try reader.frameCount()
    frames = selection.frames ?? 0..<count
    guard frames.lowerBound >= 0, frames.upperBound <= count else {
      throw WFDBError(
        .outOfRange, at: ErrorPlace(reader.headerPath), found: "frames \(frames.lowerBound) to \(frames.upperBound)",
        expected: "frames from 0 to \(count)", advice: "Ask for less")
    }
    let all = try reader.signals()
    let chosen = selection.signals ?? Array(all.indices)
    guard
      selection.signals == nil || chosen.allSatisfy(all.indices.contains) && Set(chosen).count == chosen.count
    else {
      throw WFDBError(
        .outOfRange, at: ErrorPlace(reader.headerPath), found: "signals \(chosen.map(String.init))",
        expected: "different numbers below \(all.count)", advice: "Ask for signals that the record has")
    }
    let specifications = selection.signals == nil ? all : chosen.map { all[$0] }
    let plan =
      reader.header.segmentCount == nil
      ? try Self.single(reader, chosen, frames, selection)
      : try Self.segments(reader, chosen, specifications, frames, selection)
    parts = plan
    var signals: [ReadSignal] = []
    signals.reserveCapacity(chosen.count)
    var (fits16, offset) = (true, 0)
    for index in chosen.indices {
      let meaning = try Self.meaning(of: index, specifications[index].units, plan)
      let samplesPerFrame = specifications[index].samplesPerFrame
      signals.append(
        ReadSignal(
          name: specifications[index].description, units: meaning.units, samplesPerFrame: samplesPerFrame,
          missingValue: meaning.missing, runs: meaning.runs, offset: offset))
      fits16 = fits16 && meaning.fits16
      offset = offset &+ frames.count &* samplesPerFrame
    }
    self.signals = signals
    self.fits16 = fits16
  }

  // MARK: planning

  private static func single(
    _ reader: RecordReader, _ chosen: [Int], _ frames: Range<Int>, _ selection: RecordSelection
  ) throws(WFDBError) -> [Part] {
    let decoder = try SegmentDecoder(
      header: reader.header, headerPath: reader.headerPath, folder: reader.folder, wanted: chosen,
      alignsSkew: selection.alignsSkew)
    return [
      Part(
        frames: frames, start: 0, decoder: decoder, targets: Array(chosen.indices))
    ]
  }

  /// The segments that `frames` touch. In a fixed layout signals are the same by number, in a variable one by name.
  private static func segments(
    _ reader: RecordReader, _ chosen: [Int], _ specifications: [SignalSpecification], _ frames: Range<Int>,
    _ selection: RecordSelection
  ) throws(WFDBError) -> [Part] {
    var parts: [Part] = []
    var start = 0
    for segment in reader.header.segments {
      let (end, overflow) = start.addingReportingOverflow(segment.sampleCount)
      guard !overflow else {
        throw WFDBError(
          .malformedHeader, at: ErrorPlace(reader.headerPath), found: "segments whose lengths overflow",
          expected: "a record of fewer frames")
      }
      let part = frames.clamped(to: start..<end)
      if !part.isEmpty {
        parts.append(try Self.part(of: segment, part, start, reader, chosen, specifications, selection))
      }
      start = end
      if start >= frames.upperBound { break }
    }
    guard start >= frames.upperBound else {
      throw WFDBError(
        .malformedHeader, at: ErrorPlace(reader.headerPath), found: "segments of \(start) frames together",
        expected: "\(frames.upperBound)", advice: "Correct the header")
    }
    return parts
  }

  private static func part(
    of segment: Segment, _ frames: Range<Int>, _ start: Int, _ reader: RecordReader, _ chosen: [Int],
    _ specifications: [SignalSpecification], _ selection: RecordSelection
  ) throws(WFDBError) -> Part {
    guard !segment.isGap else { return Part(frames: frames, start: start, decoder: nil, targets: []) }
    let header = try reader.segmentHeader(segment)
    let path = reader.folder.path(of: segment.name + ".hea")
    var (wanted, targets): ([Int], [Int]) = ([], [])
    for (target, index) in chosen.enumerated() {
      let found =
        reader.header.hasVariableLayout
        ? header.signals.firstIndex { $0.description == specifications[target].description }
        : header.signals.indices.contains(index) ? index : nil
      guard let found else {
        if reader.header.hasVariableLayout { continue }
        throw WFDBError(
          .malformedHeader, at: ErrorPlace(path), found: "\(header.signals.count) signals",
          expected: "as many as the record's first segment has", advice: "Correct the header")
      }
      guard header.signals[found].samplesPerFrame == specifications[target].samplesPerFrame else {
        throw WFDBError(
          .malformedHeader, at: ErrorPlace(path, .lead(header.signals[found].description)),
          found: "\(header.signals[found].samplesPerFrame) samples a frame",
          expected: "\(specifications[target].samplesPerFrame), as in the record", advice: "Correct the header")
      }
      wanted.append(found)
      targets.append(target)
    }
    if let count = header.sampleCount, count > 0, count < segment.sampleCount {
      throw WFDBError(
        .malformedHeader, at: ErrorPlace(path, .line(1)), found: "\(count) frames",
        expected: "\(segment.sampleCount), as \(reader.headerPath) says", advice: "Correct one of the headers")
    }
    let decoder = try SegmentDecoder(
      header: header, headerPath: path, folder: reader.folder, wanted: wanted, alignsSkew: selection.alignsSkew)
    return Part(frames: frames, start: start, decoder: decoder, targets: targets)
  }

  private struct Meaning {
    var runs: [SignalRun] = []
    var units: String
    var missing: Int?
    var fits16: Bool
  }

  /// What selected signal `index` means over all parts.
  private static func meaning(
    of index: Int, _ units: String, _ parts: [Part]
  ) throws(WFDBError) -> Meaning {
    var meaning = Meaning(units: units, missing: nil, fits16: true)
    var format: SignalFormat?
    var isMixed = false
    for part in parts {
      guard let place = part.targets.firstIndex(of: index), let decoder = part.decoder else {
        meaning.runs.append(SignalRun(frames: part.frames, calibration: nil))
        continue
      }
      let units = decoder.units(place)
      guard format == nil || units == meaning.units else {
        throw WFDBError(
          .malformedHeader, at: ErrorPlace(decoder.headerPath, .lead("\(place)")), found: "unit \(units)",
          expected: "\(meaning.units), as in segments before", advice: "Read these segments apart")
      }
      meaning.units = units
      let calibration = decoder.calibration(place)
      if let last = meaning.runs.last, last.calibration == calibration {
        meaning.runs[meaning.runs.count - 1] = SignalRun(
          frames: last.frames.lowerBound..<part.frames.upperBound, calibration: calibration)
      } else {
        meaning.runs.append(SignalRun(frames: part.frames, calibration: calibration))
      }
      let own = decoder.formats[place]
      if let format, format !== own { isMixed = true }
      format = own
      meaning.fits16 = meaning.fits16 && own.fits16
      if own.missingValue == nil, decoder.skew(place) > 0 { isMixed = true }
    }
    let hasGaps = meaning.runs.contains { $0.calibration == nil }
    if isMixed || hasGaps && format != nil && format?.missingValue == nil {
      // Formats of different stand-ins for missing samples, or of none where some are missing: 32 bits have room for one.
      (meaning.missing, meaning.fits16) = (Int(Int32.min), false)
    } else {
      meaning.missing = format == nil ? Int(Int16.min) : format?.missingValue
    }
    return meaning
  }

  /// Gaps cost a few bytes in a header and any amount of memory: whoever wants more than this reads block by block.
  func refuseUnjustifiedGaps() throws(WFDBError) {
    let perFrame = signals.reduce(0) { $0 + $1.samplesPerFrame }
    let gaps = parts.reduce(0) { $0 + ($1.decoder == nil ? $1.frames.count : 0) }
    let (samples, overflow) = gaps.multipliedReportingOverflow(by: perFrame)
    guard overflow || samples > 1 << 22 else { return }
    throw WFDBError(
      .outOfRange, at: ErrorPlace(parts.first?.decoder?.headerPath ?? "record"),
      found: "gaps of \(gaps) frames", expected: "less than that at once", advice: "Read it block by block")
  }

  // MARK: reading

  /// Reads `range`, which lies in ``frames``.
  func read(_ range: Range<Int>, into samples: inout RecordSamples) throws(WFDBError) {
    samples.frames = range
    samples.signals = range == frames ? signals : signals(over: range)
    let count = signals.reduce(0) { $0 + range.count * $1.samplesPerFrame }
    // Before any memory is taken for what they may not hold.
    for part in parts where !part.frames.clamped(to: range).isEmpty {
      try part.decoder?.checkFiles(needed: part.frames.upperBound - part.start)
    }
    // The array leaves the value while it is written, so that it is not copied.
    switch samples.storage.taken(fits16: fits16, count: count) {
    case .int16(var values):
      samples.storage = .int16([])
      try write(range, samples.signals, &values) { .int16($0) }
      samples.storage = .int16(values)
    case .int32(var values):
      samples.storage = .int16([])
      try write(range, samples.signals, &values) { .int32($0) }
      samples.storage = .int32(values)
    }
  }

  private func signals(over range: Range<Int>) -> [ReadSignal] {
    var offset = 0
    return signals.map { signal in
      let runs = signal.runs.compactMap { run in
        let frames = run.frames.clamped(to: range)
        return frames.isEmpty ? nil : SignalRun(frames: frames, calibration: run.calibration)
      }
      defer { offset += range.count * signal.samplesPerFrame }
      return ReadSignal(
        name: signal.name, units: signal.units, samplesPerFrame: signal.samplesPerFrame,
        missingValue: signal.missingValue, runs: runs, offset: offset)
    }
  }

  private func write<Sample: FixedWidthInteger & Sendable>(
    _ range: Range<Int>, _ places: [ReadSignal], _ values: inout [Sample],
    _ destination: (UnsafeMutablePointer<Sample>) -> SampleDestination
  ) throws(WFDBError) {
    try values.withUnsafeMutableBufferPointer { buffer throws(WFDBError) in
      guard let base = buffer.baseAddress else { return }
      for part in parts {
        let frames = part.frames.clamped(to: range)
        guard !frames.isEmpty else { continue }
        func start(_ target: Int) -> UnsafeMutablePointer<Sample> {
          base + places[target].offset + (frames.lowerBound - range.lowerBound) * places[target].samplesPerFrame
        }
        let destinations = part.targets.map { destination(start($0)) }
        try part.decoder?.decode(frames.lowerBound - part.start..<frames.upperBound - part.start, to: destinations)
        for target in places.indices {
          let signal = places[target]
          let missing = Sample(truncatingIfNeeded: signal.missingValue ?? 0)
          let count = frames.count * signal.samplesPerFrame
          guard let place = part.targets.firstIndex(of: target) else {
            start(target).update(repeating: missing, count: count)
            continue
          }
          guard let own = part.decoder?.formats[place].missingValue, own != signal.missingValue else { continue }
          let samples = start(target)
          for index in 0..<count where samples[index] == Sample(truncatingIfNeeded: own) { samples[index] = missing }
        }
      }
    }
  }

  /// Compares every segment that was read whole with its checksums.
  ///
  /// - Throws: ``WFDBError`` `checksum-mismatch`.
  func verifyChecksums() throws(WFDBError) {
    for part in parts { try part.decoder?.verifyChecksums() }
  }
}

extension RecordSamples.Storage {
  /// An array of the wanted kind with at least `count` elements: this one where it is, else a new one.
  fileprivate consuming func taken(fits16: Bool, count: Int) -> RecordSamples.Storage {
    if fits16 {
      if case .int16(let values) = self, values.count >= count { return .int16(values) }
      return .int16([Int16](unsafeUninitializedCapacity: count) { $1 = count })
    }
    if case .int32(let values) = self, values.count >= count { return .int32(values) }
    return .int32([Int32](unsafeUninitializedCapacity: count) { $1 = count })
  }
}
