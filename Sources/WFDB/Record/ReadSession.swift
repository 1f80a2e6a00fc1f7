import Reproducibility

/// One reading of a selection: which segments it touches, what each signal's samples mean in them, and their decoders.
final class ReadSession {
  /// The frames selected.
  let frames: Range<Int>
  /// The signals selected.
  let signals: [ReadSignal]
  /// Whether 16 bits hold every sample.
  let fits16: Bool
  /// Samples of all selected signals in a frame.
  let samplesPerFrame: Int
  private let reader: RecordReader
  private let verifiesChecksums: Bool
  private let parts: [Part]
  /// Decoders of parts that are not finished, by the part's place.
  private var decoders: [Int: SegmentDecoder] = [:]

  /// The part of the selection that lies in one segment.
  private struct Part {
    /// Frames of the record.
    let frames: Range<Int>
    /// Frame of the record at which the segment begins.
    let start: Int
    /// Nil for a gap.
    let shape: SegmentShape?
  }

  init(reader: RecordReader, selection: RecordSelection) throws(WFDBError) {
    self.reader = reader
    verifiesChecksums = selection.verifiesChecksums
    let count = try reader.frameCount()
    frames = selection.frames ?? 0..<count
    guard frames.lowerBound >= 0, frames.upperBound <= count else {
      throw WFDBError(
        .outOfRange, at: ErrorPlace(reader.headerPath), found: "frames \(frames.lowerBound) to \(frames.upperBound)",
        expected: "a range within 0 to \(count)", advice: "The record has \(count) frames")
    }
    let all = try reader.signals()
    let chosen = selection.signals ?? Array(all.indices)
    guard
      selection.signals == nil || chosen.allSatisfy(all.indices.contains) && Set(chosen).count == chosen.count
    else {
      throw WFDBError(
        .outOfRange, at: ErrorPlace(reader.headerPath),
        found: "signals \(chosen.map(String.init).joined(separator: ", "))",
        expected: "numbers below \(all.count), none twice", advice: "Name each signal once")
    }
    let specifications = selection.signals == nil ? all : chosen.map { all[$0] }
    let plan =
      reader.header.segmentCount == nil
      ? try Self.single(reader, chosen, frames, selection)
      : try Self.segments(reader, chosen, specifications, frames, selection)
    parts = plan
    var signals: [ReadSignal] = []
    signals.reserveCapacity(chosen.count)
    var (fits16, offset, perFrame) = (true, 0, 0)
    for index in chosen.indices {
      let meaning = try Self.meaning(of: index, specifications[index].units, plan)
      let samplesPerFrame = specifications[index].samplesPerFrame
      signals.append(
        ReadSignal(
          name: specifications[index].description, units: meaning.units, samplesPerFrame: samplesPerFrame,
          missingValue: meaning.missing, runs: meaning.runs, offset: offset))
      fits16 = fits16 && meaning.fits16
      // What overflows is more than anybody may have at once: see `refuseTooMuch`.
      offset = offset &+ frames.count &* samplesPerFrame
      perFrame += samplesPerFrame
    }
    self.signals = signals
    self.fits16 = fits16
    samplesPerFrame = perFrame
  }

  // MARK: planning

  private static func single(
    _ reader: RecordReader, _ chosen: [Int], _ frames: Range<Int>, _ selection: RecordSelection
  ) throws(WFDBError) -> [Part] {
    let shape = try SegmentShape(
      header: reader.header, headerPath: reader.headerPath, wanted: chosen, targets: Array(chosen.indices),
      selected: chosen.count, alignsSkew: selection.alignsSkew)
    return [Part(frames: frames, start: 0, shape: shape)]
  }

  /// The segments that `frames` touch. In a fixed layout signals are the same by number, in a variable one by name.
  private static func segments(
    _ reader: RecordReader, _ chosen: [Int], _ specifications: [SignalSpecification], _ frames: Range<Int>,
    _ selection: RecordSelection
  ) throws(WFDBError) -> [Part] {
    var parts: [Part] = []
    // One segment may be named many times.
    var shapes: [String: SegmentShape] = [:]
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
        var shape = shapes[segment.name]
        if shape == nil, !segment.isGap {
          shape = try Self.shape(of: segment, reader, chosen, specifications, selection)
          shapes[segment.name] = shape
        }
        if let shape, let count = shape.header.sampleCount, count > 0, count < segment.sampleCount {
          throw WFDBError(
            .malformedHeader, at: ErrorPlace(shape.headerPath, .line(1)), found: "\(count) frames",
            expected: "\(segment.sampleCount), as \(reader.headerPath) says", advice: "Correct one of the headers")
        }
        parts.append(Part(frames: part, start: start, shape: shape))
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

  private static func shape(
    of segment: Segment, _ reader: RecordReader, _ chosen: [Int], _ specifications: [SignalSpecification],
    _ selection: RecordSelection
  ) throws(WFDBError) -> SegmentShape {
    let header = try reader.segmentHeader(segment)
    let path = reader.folder.path(of: segment.name + ".hea")
    var (wanted, targets): ([Int], [Int]) = ([], [])
    let byName = Dictionary(header.signals.enumerated().map { ($1.description, $0) }) { first, _ in first }
    for (target, index) in chosen.enumerated() {
      let found =
        reader.header.hasVariableLayout
        ? byName[specifications[target].description]
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
    return try SegmentShape(
      header: header, headerPath: path, wanted: wanted, targets: targets, selected: chosen.count,
      alignsSkew: selection.alignsSkew)
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
      guard let shape = part.shape, let place = shape.placeOfTarget[index] else {
        meaning.runs.append(SignalRun(frames: part.frames, calibration: nil))
        continue
      }
      let units = shape.units(place)
      guard format == nil || units == meaning.units else {
        throw WFDBError(
          .malformedHeader, at: ErrorPlace(shape.headerPath, .lead(shape.name(place))), found: "unit \(units)",
          expected: "\(meaning.units), as in segments before", advice: "Read these segments apart")
      }
      meaning.units = units
      let calibration = shape.calibration(place)
      if let last = meaning.runs.last, last.calibration == calibration {
        meaning.runs[meaning.runs.count - 1] = SignalRun(
          frames: last.frames.lowerBound..<part.frames.upperBound, calibration: calibration)
      } else {
        meaning.runs.append(SignalRun(frames: part.frames, calibration: calibration))
      }
      let own = shape.formats[place]
      if let format, format !== own { isMixed = true }
      format = own
      meaning.fits16 = meaning.fits16 && own.fits16
      if own.missingValue == nil, shape.skew(place) > 0 { isMixed = true }
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

  // MARK: reading

  /// Reads `range`, which lies in ``frames``.
  func read(_ range: Range<Int>, into samples: inout RecordSamples) throws(WFDBError) {
    var storage = samples.storage
    // Where this fails nothing is left that tells of samples which are not there.
    samples = RecordSamples()
    // Before any memory is taken for what they may not hold.
    var files: [String: Int] = [:]
    for place in parts.indices where !parts[place].frames.clamped(to: range).isEmpty {
      guard let shape = parts[place].shape else { continue }
      let decoder = decoder(of: place, shape)
      try decoder.checkFiles(needed: parts[place].frames.upperBound - parts[place].start)
      for (name, size) in shape.fileSizes { files[name] = size }
      if parts.count > 1 { decoder.close() }
    }
    let count = try refuseTooMuch(range, files.values.reduce(0) { $0.addingReportingOverflow($1).partialValue })
    let signals = range == frames ? signals : signals(over: range)
    storage = storage.taken(fits16: fits16, count: count)
    switch storage {
    case .int16(var values):
      storage = .int16([])
      try write(range, signals, &values) { .int16($0) }
      samples.storage = .int16(values)
    case .int32(var values):
      storage = .int16([])
      try write(range, signals, &values) { .int32($0) }
      samples.storage = .int32(values)
    }
    (samples.frames, samples.signals) = (range, signals)
  }

  /// Samples that are read at once however small the files are.
  static let samplesAlwaysRead = 1 << 22

  /// Gaps, signals that a segment lacks and segments that are named again cost a few bytes in a header and any amount of
  /// memory, as do streams that compress too well: real samples take a bit or more each.
  ///
  /// - Returns: samples in `range`.
  private func refuseTooMuch(_ range: Range<Int>, _ fileBytes: Int) throws(WFDBError) -> Int {
    let (count, overflow) = range.count.multipliedReportingOverflow(by: samplesPerFrame)
    guard !overflow, count <= Self.samplesAlwaysRead || count / 64 <= fileBytes else {
      throw WFDBError(
        .outOfRange, at: ErrorPlace(reader.headerPath),
        found: "\(range.count) frames of \(samplesPerFrame) samples in files of \(fileBytes) bytes",
        expected: "at most \(Self.samplesAlwaysRead) samples at once, or 64 for each byte",
        advice: "Read fewer frames at once")
    }
    return count
  }

  private func decoder(of place: Int, _ shape: SegmentShape) -> SegmentDecoder {
    if let decoder = decoders[place] { return decoder }
    let decoder = SegmentDecoder(shape: shape, folder: reader.folder)
    decoders[place] = decoder
    return decoder
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
      for (index, part) in parts.enumerated() {
        let frames = part.frames.clamped(to: range)
        guard !frames.isEmpty else { continue }
        func start(_ target: Int) -> UnsafeMutablePointer<Sample> {
          base + places[target].offset + (frames.lowerBound - range.lowerBound) * places[target].samplesPerFrame
        }
        if let shape = part.shape {
          let decoder = decoder(of: index, shape)
          let destinations = shape.targets.map { destination(start($0)) }
          try decoder.decode(frames.lowerBound - part.start..<frames.upperBound - part.start, to: destinations)
          if frames.upperBound == part.frames.upperBound {
            if verifiesChecksums { try decoder.verifyChecksums() }
            decoders[index] = nil
          }
        }
        for target in places.indices {
          let signal = places[target]
          let missing = Sample(truncatingIfNeeded: signal.missingValue ?? 0)
          let count = frames.count * signal.samplesPerFrame
          guard let shape = part.shape, let place = shape.placeOfTarget[target] else {
            start(target).update(repeating: missing, count: count)
            continue
          }
          guard let own = shape.formats[place].missingValue, own != signal.missingValue else { continue }
          let samples = start(target)
          for index in 0..<count where samples[index] == Sample(truncatingIfNeeded: own) { samples[index] = missing }
        }
      }
    }
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
