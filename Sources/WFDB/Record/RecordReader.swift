import Reproducibility

/// Which part of a record is read, and how.
public struct RecordSelection: Sendable {
  /// Frames; nil for all.
  public var frames: Range<Int>?
  /// Indexes of signals in the order wanted; nil for all.
  public var signals: [Int]?
  /// Whether skewed signals are lined up as their header says, which leaves them without samples at the end.
  public var alignsSkew = true
  /// Whether signals that are read whole are compared with the header's checksums.
  public var verifiesChecksums = true

  /// Everything, unless narrowed.
  public init(
    frames: Range<Int>? = nil, signals: [Int]? = nil, alignsSkew: Bool = true, verifiesChecksums: Bool = true
  ) {
    self.frames = frames
    self.signals = signals
    self.alignsSkew = alignsSkew
    self.verifiesChecksums = verifiesChecksums
  }
}

/// What is read, without its samples.
public struct RecordOutline: Sendable {
  /// The frames selected.
  public let frames: Range<Int>
  /// In the order asked for.
  public let signals: [ReadSignal]
  /// Whether ``RecordSamples/int16(of:)`` gives the samples: no format has more than 16 bits, and all segments have one
  /// value for a missing sample.
  public let fits16Bits: Bool
}

/// Reads a record of one or many segments: its header, then any range of frames of any signals.
///
/// Only the bytes of the wanted range are read, and of the files that hold wanted signals. Signals that are read from
/// their first frame to their last are checked against the header's checksums.
///
/// ```swift
/// let reader = try RecordReader(path: "data/mitdb/100")
/// let samples = try reader.read(RecordSelection(frames: 0..<3600))
/// samples.digital(of: 0)
/// ```
public struct RecordReader: Sendable {
  /// The record's header.
  public let header: Header
  /// The header file, as errors name it.
  public let headerPath: String
  let folder: any RecordFolder

  /// Reads the header of the record at `path` (without `.hea`).
  ///
  /// - Throws: ``WFDBError`` `missing-file`, `malformed-header` or `unsafe-path`.
  public init(path: String) throws(WFDBError) {
    let (folder, record) = Self.parts(ofPath: path)
    try self.init(record: record, in: DiskFolder(folder))
  }

  /// The folder of the record at `path`, with its slash or empty, and the record's name.
  public static func parts(ofPath path: String) -> (folder: String, record: String) {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return ("", path) }
    return (String(path[...slash]), String(path[path.utf8.index(after: slash)...]))
  }

  /// Reads the header of `record` in `folder`.
  ///
  /// - Throws: as the other initialiser does.
  public init(record: String, in folder: any RecordFolder) throws(WFDBError) {
    self.folder = folder
    headerPath = folder.path(of: record + ".hea")
    header = try Self.header(of: record, in: folder)
  }

  static func header(of record: String, in folder: any RecordFolder) throws(WFDBError) -> Header {
    let file = try folder.open(record + ".hea")
    return try Header(parsing: file.readAll(), path: file.path)
  }

  /// Files that hold the signals of a record of one segment, each once, in the header's order, as errors name them.
  public var signalFiles: [String] {
    header.signalFileGroups.map { folder.path(of: $0.name) }
  }

  /// The record's signals: its own, or those of a multi-segment record's layout or first segment.
  ///
  /// - Throws: ``WFDBError`` of that segment's header.
  public func signals() throws(WFDBError) -> [SignalSpecification] {
    guard header.segmentCount != nil else { return header.signals }
    guard let first = header.segments.first(where: { !$0.isGap }) else { return [] }
    return try segmentHeader(first).signals
  }

  /// Frames of the record: the header's number, or where it has none what the segments or the first signal file hold.
  ///
  /// - Throws: ``WFDBError`` of that file.
  public func frameCount() throws(WFDBError) -> Int {
    if let count = header.sampleCount, count > 0 { return count }
    // The parser has seen to it that this does not overflow.
    if header.segmentCount != nil { return header.segments.reduce(0) { $0 + $1.sampleCount } }
    guard !header.signals.isEmpty else { return 0 }
    let shape = try SegmentShape(
      header: header, headerPath: headerPath, wanted: [0], targets: [0], selected: 1, alignsSkew: false)
    return try SegmentDecoder(shape: shape, folder: folder).frameCount()
  }

  /// The header of a segment of this record.
  ///
  /// - Throws: ``WFDBError``; a segment must itself have one segment.
  func segmentHeader(_ segment: Segment) throws(WFDBError) -> Header {
    let found = try Self.header(of: segment.name, in: folder)
    guard found.segmentCount == nil else {
      throw WFDBError(
        .malformedHeader, at: ErrorPlace(folder.path(of: segment.name + ".hea"), .line(1)),
        found: "segments inside a segment", expected: "a record of one segment",
        advice: "Correct the header that names it")
    }
    return found
  }

  /// What reading `selection` would give, without its samples: only headers, and sizes of files, are read.
  ///
  /// - Throws: ``WFDBError`` of headers, `out-of-range`.
  public func outline(of selection: RecordSelection) throws(WFDBError) -> RecordOutline {
    let session = try ReadSession(reader: self, selection: selection)
    return RecordOutline(frames: session.frames, signals: session.signals, fits16Bits: session.fits16)
  }

  /// Digital samples of `selection`.
  ///
  /// - Throws: ``WFDBError`` `missing-file`, `truncated-signal`, `checksum-mismatch`, `out-of-range`,
  ///   `unsupported-format`, ... naming the file and the place in it; `out-of-range` too for more than 2^22 samples that
  ///   have fewer than a bit each in the files, such as long gaps, which ``forEachBlock(of:framesPerBlock:_:)`` reads.
  ///   O(samples).
  public func read(_ selection: RecordSelection = RecordSelection()) throws(WFDBError) -> RecordSamples {
    var samples = RecordSamples()
    try read(selection, into: &samples)
    return samples
  }

  /// Reads into `samples`, whose memory is used again where it suffices.
  ///
  /// - Throws: as ``read(_:)`` does.
  public func read(_ selection: RecordSelection, into samples: inout RecordSamples) throws(WFDBError) {
    let session = try ReadSession(reader: self, selection: selection)
    try session.read(session.frames, into: &samples)
  }

  /// Calls `body` with one range of at most `framesPerBlock` frames after the other, so that memory does not depend on the
  /// selection's length. A segment's checksums are verified with its last frames.
  ///
  /// - Throws: as ``read(_:)`` does, and what `body` throws.
  public func forEachBlock(
    of selection: RecordSelection, framesPerBlock: Int = 1 << 15, _ body: (RecordSamples) throws -> Void
  ) throws {
    precondition(framesPerBlock > 0)
    let session = try ReadSession(reader: self, selection: selection)
    // Frames without a sample are nothing to tell of, however many there are.
    guard session.samplesPerFrame > 0 else { return }
    let frames = min(framesPerBlock, max(1, ReadSession.samplesAlwaysRead / session.samplesPerFrame))
    var samples = RecordSamples()
    var next = session.frames.lowerBound
    while next < session.frames.upperBound {
      let end = next + min(frames, session.frames.upperBound - next)
      try session.read(next..<end, into: &samples)
      try body(samples)
      next = end
    }
  }
}
