import CKernels
import Reproducibility

/// Where a signal's samples go, from the first frame wanted on.
enum SampleDestination {
  case int16(UnsafeMutablePointer<Int16>)
  case int32(UnsafeMutablePointer<Int32>)
}

/// Decodes chosen signals of a record of one segment: opens their files when they are first needed, lines up skewed
/// signals, and sums up what it decodes for the header's checksums.
final class SegmentDecoder {
  let header: Header
  /// The header file, as errors name it.
  let headerPath: String
  private let folder: any RecordFolder
  private let alignsSkew: Bool
  /// Indexes of the signals in the header, in the order of the caller's destinations.
  private let wanted: [Int]
  /// The formats of these signals.
  let formats: [SignalFormat]
  private var files: [OpenFile]?
  private var sums: [UInt16]
  /// Frames of each wanted signal that have been summed without a gap from the first one.
  private var summedFrames: [Int]

  private struct OpenFile {
    let source: any FrameSource
    let path: String
    let size: Int
    /// The wanted signals of this file.
    let columns: [Column]
    /// Whether all signals of the file are wanted, in order, one 16-bit sample in a frame each.
    let isSplit: Bool
  }

  private struct Column {
    let place: FrameColumn
    /// Index in ``wanted``.
    let destination: Int
    let skew: Int
    let missing: Int32
  }

  /// A decoder of the signals `wanted` of `header`; nothing is opened yet.
  ///
  /// - Throws: ``WFDBError`` `unsupported-format` or `malformed-header` where one of them cannot be read at all.
  init(
    header: Header, headerPath: String, folder: any RecordFolder, wanted: [Int], alignsSkew: Bool
  ) throws(WFDBError) {
    self.header = header
    self.headerPath = headerPath
    self.folder = folder
    self.wanted = wanted
    self.alignsSkew = alignsSkew
    sums = Array(repeating: 0, count: wanted.count)
    summedFrames = sums.map { _ in 0 }
    var formats: [SignalFormat] = []
    formats.reserveCapacity(wanted.count)
    for index in wanted { formats.append(try Self.format(header, index, headerPath)) }
    self.formats = formats
  }

  private static func format(_ header: Header, _ index: Int, _ headerPath: String) throws(WFDBError) -> SignalFormat {
    if let format = SignalFormat.numbered(header.signals[index].format) { return format }
    throw WFDBError(
      .unsupportedFormat, at: ErrorPlace(headerPath, .lead(header.signals[index].description)),
      found: "format \(header.signals[index].format)",
      expected: "one of \(SignalFormat.all.map { String($0.number) }.joined(separator: ", "))",
      advice: "Check the header")
  }

  /// The calibration of wanted signal `place`.
  func calibration(_ place: Int) -> Calibration {
    Calibration(gain: header.signals[wanted[place]].gain, baseline: header.signals[wanted[place]].baseline)
  }

  /// Frames by which wanted signal `place` is shifted.
  func skew(_ place: Int) -> Int { alignsSkew ? header.signals[wanted[place]].skew : 0 }

  /// The unit of wanted signal `place`.
  func units(_ place: Int) -> String { header.signals[wanted[place]].units }

  /// Opens the files of the wanted signals and makes sure that they hold the whole record, and `needed` frames at least.
  ///
  /// - Throws: ``WFDBError`` `missing-file` or `truncated-signal`.
  func checkFiles(needed: Int) throws(WFDBError) {
    let count = max(needed, try frameCount())
    for file in try open() {
      let available = try file.source.available(of: count)
      guard available < count else { continue }
      let bytes = file.source.byteCount(of: count).map { ", \($0) bytes" } ?? ""
      throw WFDBError(
        .truncatedSignal, at: ErrorPlace(file.path, .byte(file.size)),
        found: "the end of the file after \(available) samples a signal",
        expected: "\(count) samples a signal\(bytes)", advice: "The file is truncated: fetch it again")
    }
  }

  /// Frames of the record: the header's, else those of the first file.
  ///
  /// - Throws: ``WFDBError`` of the file.
  func frameCount() throws(WFDBError) -> Int {
    if let count = header.sampleCount, count > 0 { return count }
    guard let first = try open().first else { return 0 }
    return first.source.frameCount
  }

  /// Decodes `frames`, which are frames of the record, to `destinations`, one for each wanted signal. What a skewed
  /// signal lacks at the end is missing. ``checkFiles(needed:)`` comes first.
  ///
  /// - Throws: ``WFDBError`` `missing-file`, `truncated-signal` and what the files throw.
  func decode(_ frames: Range<Int>, to destinations: [SampleDestination]) throws(WFDBError) {
    guard !frames.isEmpty else { return }
    let count = try frameCount()
    for file in try open() {
      // Skewed signals lie further on; what lies before is read too, since checksums are over the whole signal.
      let last = min(count, frames.upperBound + (file.columns.map(\.skew).max() ?? 0))
      let span = min(frames.lowerBound, last)..<last
      if file.isSplit {
        try split(file, span, frames, destinations)
      } else {
        try file.source.forEachPiece(of: span) { piece throws(WFDBError) in
          for column in file.columns { take(column, of: piece, in: file, frames, destinations[column.destination]) }
        }
      }
      for column in file.columns where column.skew > 0 {
        let present = max(frames.lowerBound, min(frames.upperBound, count - column.skew))
        fill(column, present..<frames.upperBound, from: frames.lowerBound, destinations[column.destination])
      }
    }
  }

  /// Compares what was summed with the header's checksums: signals that were decoded whole, from the first frame to the
  /// last.
  ///
  /// - Throws: ``WFDBError`` `checksum-mismatch` naming file and signal.
  func verifyChecksums() throws(WFDBError) {
    guard header.statesChecksums, let files else { return }
    let count = try frameCount()
    for file in files {
      for column in file.columns {
        guard let checksum = header.signals[column.place.signal].checksum, summedFrames[column.destination] == count
        else { continue }
        let sum = Int16(bitPattern: sums[column.destination])
        guard sum == Int16(truncatingIfNeeded: checksum) else {
          let signal = header.signals[column.place.signal]
          let name = signal.description.isEmpty ? "\(column.place.signal)" : signal.description
          throw WFDBError(
            .checksumMismatch, at: ErrorPlace(file.path, .lead(name)), found: "samples with checksum \(sum)",
            expected: "\(Int16(truncatingIfNeeded: checksum)), as the header says",
            advice: "The file is damaged or not the header's: fetch both again")
        }
      }
    }
  }

  // MARK: files

  private func open() throws(WFDBError) -> [OpenFile] {
    if let files { return files }
    var opened: [OpenFile] = []
    var names: [String] = []
    for index in wanted where !names.contains(header.signals[index].fileName) {
      names.append(header.signals[index].fileName)
    }
    for name in names { opened.append(try open(name)) }
    files = opened
    return opened
  }

  private func open(_ name: String) throws(WFDBError) -> OpenFile {
    let members = header.signals.indices.filter { header.signals[$0].fileName == name }
    let first = header.signals[members[0]]
    let format = try Self.format(header, members[0], headerPath)
    guard members.allSatisfy({ header.signals[$0].format == format.number }) else {
      throw WFDBError(
        .malformedHeader, at: ErrorPlace(headerPath), found: "several formats in \(name)",
        expected: "one format a file", advice: "Correct the header")
    }
    var places: [FrameColumn] = []
    var width = 0
    for index in members {
      let samplesPerFrame = header.signals[index].samplesPerFrame
      places.append(
        FrameColumn(
          signal: index, first: width, width: samplesPerFrame,
          initialValue: Int32(clamping: header.signals[index].initialValue ?? 0)))
      width += samplesPerFrame
    }
    let file = try folder.open(name)
    let source: any FrameSource
    switch format.coding {
    case .packed(let packing):
      source = PackedFile(file: file, packing: packing, byteOffset: first.byteOffset, columns: places)
    case .flac:
      source = try FLACFile(file: file, bits: format.bitsPerSample, byteOffset: first.byteOffset, columns: places)
    }
    var columns: [Column] = []
    for (destination, index) in wanted.enumerated() {
      guard let place = places.first(where: { $0.signal == index }) else { continue }
      columns.append(
        Column(
          place: place, destination: destination, skew: skew(destination),
          missing: Int32(format.missingValue ?? Int(Int32.min))))
    }
    let isSplit =
      format.fits16 && !format.isCompressed && columns.map(\.place.signal) == members
      && columns.allSatisfy { $0.place.width == 1 && $0.skew == 0 }
    return OpenFile(source: source, path: file.path, size: file.size, columns: columns, isSplit: isSplit)
  }

  // MARK: samples

  /// The quick way for a whole file of 16-bit signals.
  private func split(
    _ file: OpenFile, _ span: Range<Int>, _ frames: Range<Int>, _ destinations: [SampleDestination]
  ) throws(WFDBError) {
    var pointers: [UnsafeMutablePointer<Int16>?] = []
    for column in file.columns {
      guard case .int16(let pointer) = destinations[column.destination] else { break }
      pointers.append(pointer)
    }
    guard pointers.count == file.columns.count else {
      return try file.source.forEachPiece(of: span) { piece throws(WFDBError) in
        for column in file.columns { take(column, of: piece, in: file, frames, destinations[column.destination]) }
      }
    }
    var pieceSums = [UInt16](repeating: 0, count: pointers.count)
    try file.source.forEachPiece(of: span) { piece throws(WFDBError) in
      guard case .int16(let samples) = piece.samples else { return }
      for index in pieceSums.indices { pieceSums[index] = 0 }
      SignalFormat.kernels.split16(samples, piece.frames.count, pointers.count, &pointers, &pieceSums)
      for (index, column) in file.columns.enumerated() {
        pointers[index] = pointers[index].map { $0 + piece.frames.count }
        add(pieceSums[index], over: piece.frames, to: column.destination)
      }
    }
  }

  /// Copies one signal's part of a piece and sums it up.
  private func take(
    _ column: Column, of piece: FramePiece, in file: OpenFile, _ frames: Range<Int>, _ destination: SampleDestination
  ) {
    // Frame f of the record is frame f + skew of the file.
    let wanted = frames.clamped(to: piece.frames.lowerBound - column.skew..<piece.frames.upperBound - column.skew)
    let (stride, place) = (file.source.samplesPerFrame, column.place)
    let kernels = SignalFormat.kernels
    func copy(_ range: Range<Int>, to target: SampleDestination?) -> UInt16 {
      let offset = (range.lowerBound - piece.frames.lowerBound) * stride
      switch (piece.samples, target) {
      case (.int16(let samples), .int16(let out)):
        return kernels.column16(samples + offset, range.count, stride, place.first, place.width, out)
      case (.int16(let samples), .int32(let out)):
        return kernels.column16to32(samples + offset, range.count, stride, place.first, place.width, out)
      case (.int32(let samples), .int32(let out)):
        return kernels.column32(samples + offset, range.count, stride, place.first, place.width, out)
      case (.int32(let samples), .int16(let out)):
        // A FLAC stream of 16 bits at most.
        for index in 0..<range.count * place.width {
          let (frame, sample) = index.quotientAndRemainder(dividingBy: place.width)
          out[index] = Int16(truncatingIfNeeded: samples[offset + frame * stride + place.first + sample])
        }
        return kernels.column32(samples + offset, range.count, stride, place.first, place.width, nil)
      case (.int16(let samples), nil):
        return kernels.column16(samples + offset, range.count, stride, place.first, place.width, nil)
      case (.int32(let samples), nil):
        return kernels.column32(samples + offset, range.count, stride, place.first, place.width, nil)
      }
    }
    var copied: UInt16?
    if !wanted.isEmpty {
      let source = wanted.lowerBound + column.skew..<wanted.upperBound + column.skew
      let target = destination.advanced(by: (wanted.lowerBound - frames.lowerBound) * place.width)
      let sum = copy(source, to: target)
      if source == piece.frames { copied = sum }
    }
    // Ranges of skewed signals overlap from call to call: only what follows what has been summed counts.
    let summed = summedFrames[column.destination]
    guard piece.frames.contains(summed) else { return }
    let fresh = summed..<piece.frames.upperBound
    if let copied, fresh == piece.frames { return add(copied, over: fresh, to: column.destination) }
    add(copy(fresh, to: nil), over: fresh, to: column.destination)
  }

  private func add(_ sum: UInt16, over frames: Range<Int>, to destination: Int) {
    guard summedFrames[destination] == frames.lowerBound else { return }
    sums[destination] &+= sum
    summedFrames[destination] = frames.upperBound
  }

  private func fill(
    _ column: Column, _ frames: Range<Int>, from first: Int, _ destination: SampleDestination
  ) {
    let count = frames.count * column.place.width
    switch destination.advanced(by: (frames.lowerBound - first) * column.place.width) {
    case .int16(let out): out.update(repeating: Int16(truncatingIfNeeded: column.missing), count: count)
    case .int32(let out): out.update(repeating: column.missing, count: count)
    }
  }
}

extension SampleDestination {
  /// The destination `count` samples further on.
  func advanced(by count: Int) -> SampleDestination {
    switch self {
    case .int16(let pointer): .int16(pointer + count)
    case .int32(let pointer): .int32(pointer + count)
    }
  }
}
