import CKernels
import Reproducibility

/// Where a signal's samples go, from the first frame wanted on.
enum SampleDestination {
  case int16(UnsafeMutablePointer<Int16>)
  case int32(UnsafeMutablePointer<Int32>)
}

/// Decodes the wanted signals of one segment: opens their files when they are first needed, lines up skewed signals, and
/// sums up what it decodes for the header's checksums.
final class SegmentDecoder {
  let shape: SegmentShape
  private let folder: any RecordFolder
  private var sources: [any FrameSource]?
  private var sums: [UInt16]
  /// Frames of each wanted signal that have been summed without a gap from the first one.
  private var summedFrames: [Int]

  /// Nothing is opened yet.
  init(shape: SegmentShape, folder: any RecordFolder) {
    self.shape = shape
    self.folder = folder
    sums = Array(repeating: 0, count: shape.wanted.count)
    summedFrames = Array(repeating: 0, count: shape.wanted.count)
  }

  /// Opens the files of the wanted signals and makes sure that they hold the whole record, and `needed` frames at least.
  ///
  /// - Throws: ``WFDBError`` `missing-file` or `truncated-signal`.
  func checkFiles(needed: Int) throws(WFDBError) {
    guard needed > shape.checkedFrames || shape.checkedFrames == 0 else { return }
    let count = max(needed, try frameCount())
    for (file, source) in zip(shape.files, try open()) {
      shape.fileSizes[file.name] = source.size
      let available = try source.available(of: count)
      guard available < count else { continue }
      let bytes = source.byteCount(of: count).map { ", \($0) bytes" } ?? ""
      throw WFDBError(
        .truncatedSignal, at: ErrorPlace(folder.path(of: file.name), .byte(source.size)),
        found: "the end of the file after \(available) frames", expected: "\(count) frames\(bytes)",
        advice: "The file is truncated: fetch it again")
    }
    shape.checkedFrames = count
  }

  /// Frames of the record: the header's, else those of the first file.
  ///
  /// - Throws: ``WFDBError`` of the file.
  func frameCount() throws(WFDBError) -> Int {
    if let count = shape.header.sampleCount, count > 0 { return count }
    return try open().first?.frameCount ?? 0
  }

  /// Decodes `frames`, of those that ``checkFiles(needed:)`` has found, to `destinations`, one for each wanted signal. What
  /// a skewed signal lacks at the end is missing.
  ///
  /// - Throws: what the files throw.
  func decode(_ frames: Range<Int>, to destinations: [SampleDestination]) throws(WFDBError) {
    guard !frames.isEmpty else { return }
    let count = shape.checkedFrames
    precondition(frames.upperBound <= count, "frames that no file is known to hold")
    for (file, source) in zip(shape.files, try open()) {
      if file.isSplit {
        try split(file, source, frames, destinations)
      } else {
        try decode(file.columns, of: source, frames, count, destinations)
      }
      for column in file.columns where column.skew > 0 {
        let present = max(frames.lowerBound, min(frames.upperBound, count - column.skew))
        fill(column, present..<frames.upperBound, from: frames.lowerBound, destinations[column.destination])
      }
    }
  }

  /// Skewed signals lie further on in the file. All are decoded in one pass where that reads little more than the frames
  /// themselves, else those of each skew in a pass of their own.
  private func decode(
    _ columns: [SegmentShape.Column], of source: any FrameSource, _ frames: Range<Int>, _ count: Int,
    _ destinations: [SampleDestination]
  ) throws(WFDBError) {
    let skews = Set(columns.map(\.skew)).sorted()
    let isOnePass = (skews.last ?? 0) - (skews.first ?? 0) <= frames.count
    for skew in isOnePass ? [skews.last ?? 0] : skews {
      let members = isOnePass ? columns : columns.filter { $0.skew == skew }
      let least = members.map(\.skew).min() ?? 0
      // From the file's beginning on the first time, since checksums are over the whole signal.
      let first = frames.lowerBound == 0 ? 0 : min(count, frames.lowerBound + least)
      let span = first..<max(first, min(count, frames.upperBound + skew))
      try source.forEachPiece(of: span) { piece throws(WFDBError) in
        for column in members {
          take(column, of: piece, source.samplesPerFrame, frames, destinations[column.destination])
        }
      }
    }
  }

  /// Lets go of open files and their memory; they are opened again where they are needed again.
  func close() { sources = nil }

  /// Compares what was summed with the header's checksums: signals that were decoded whole, from the first frame to the
  /// last.
  ///
  /// - Throws: ``WFDBError`` `checksum-mismatch` naming file and signal.
  func verifyChecksums() throws(WFDBError) {
    guard shape.header.statesChecksums else { return }
    for file in shape.files {
      for column in file.columns {
        guard let checksum = shape.header.signals[column.place.signal].checksum,
          summedFrames[column.destination] == shape.checkedFrames
        else { continue }
        let sum = Int16(bitPattern: sums[column.destination])
        guard sum == Int16(truncatingIfNeeded: checksum) else {
          throw WFDBError(
            .checksumMismatch, at: ErrorPlace(folder.path(of: file.name), .lead(shape.name(column.destination))),
            found: "samples with checksum \(sum)",
            expected: "\(Int16(truncatingIfNeeded: checksum)), as the header says",
            advice: "The file is damaged or not the header's: fetch both again")
        }
      }
    }
  }

  private func open() throws(WFDBError) -> [any FrameSource] {
    if let sources { return sources }
    let opened = try shape.files.map { layout throws(WFDBError) -> any FrameSource in
      let file = try folder.open(layout.name)
      switch layout.format.coding {
      case .packed(let packing):
        return PackedFile(file: file, packing: packing, byteOffset: layout.byteOffset, columns: layout.places)
      case .flac:
        return try FLACFile(
          file: file, bits: layout.format.bitsPerSample, byteOffset: layout.byteOffset, columns: layout.places)
      }
    }
    sources = opened
    return opened
  }

  // MARK: samples

  /// The quick way for a whole file of 16-bit signals.
  private func split(
    _ file: SegmentShape.File, _ source: any FrameSource, _ frames: Range<Int>, _ destinations: [SampleDestination]
  ) throws(WFDBError) {
    var pointers: [UnsafeMutablePointer<Int16>?] = []
    for column in file.columns {
      guard case .int16(let pointer) = destinations[column.destination] else { break }
      pointers.append(pointer)
    }
    guard pointers.count == file.columns.count else {
      return try decode(file.columns, of: source, frames, shape.checkedFrames, destinations)
    }
    var pieceSums = [UInt16](repeating: 0, count: pointers.count)
    try source.forEachPiece(of: frames) { piece throws(WFDBError) in
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
    _ column: SegmentShape.Column, of piece: FramePiece, _ stride: Int, _ frames: Range<Int>,
    _ destination: SampleDestination
  ) {
    // Frame f of the record is frame f + skew of the file.
    let wanted = frames.clamped(to: piece.frames.lowerBound - column.skew..<piece.frames.upperBound - column.skew)
    let place = column.place
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
    _ column: SegmentShape.Column, _ frames: Range<Int>, from first: Int, _ destination: SampleDestination
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
