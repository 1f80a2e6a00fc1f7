import Reproducibility

/// Decoded samples of some consecutive frames of one signal file, in file order.
struct FramePiece {
  enum Samples {
    case int16(UnsafePointer<Int16>)
    case int32(UnsafePointer<Int32>)
  }

  /// Frames of the record.
  let frames: Range<Int>
  /// `frames.count` frames, one after the other.
  let samples: Samples
}

/// The frames of one signal file, decoded piece by piece.
protocol FrameSource: AnyObject {
  /// Samples of all the file's signals in one frame.
  var samplesPerFrame: Int { get }
  /// Bytes of the file.
  var size: Int { get }
  /// Whole frames in the file, as far as it tells.
  var frameCount: Int { get }
  /// `wanted`, or how many frames there are where the file holds less. The answer can be relied on: memory is taken for
  /// so many frames.
  func available(of wanted: Int) throws(WFDBError) -> Int
  /// Bytes of a file that holds `frames` frames; nil where that depends on the samples.
  func byteCount(of frames: Int) -> Int?
  /// Decodes `frames`, which the caller knows to be ``available(of:)``, in pieces of bounded size and in order.
  func forEachPiece(of frames: Range<Int>, _ body: (FramePiece) throws(WFDBError) -> Void) throws(WFDBError)
}

/// A file of packed samples.
///
/// It is read into memory that stays in the second-level cache, some 200 kB at a time, so that the memory needed does
/// not depend on the record's length and a range costs its own bytes only. (First differences have to be summed from the
/// file's beginning.)
final class PackedFile: FrameSource {
  let samplesPerFrame: Int
  let frameCount: Int
  var size: Int { file.size }
  private let file: any RecordFile
  private let packing: SignalFormat.Packing
  private let byteOffset: Int
  private let contents: [UInt8]?
  private let bytes: UnsafeMutableRawPointer
  private let samples: UnsafeMutableRawPointer
  private let framesPerPiece: Int
  private let piecesPerRead: Int
  /// For first differences: each sample place's signal, the signals' last values and the frame that comes next.
  private let columns: [FrameColumn]
  private var lastValues: [Int32] = []
  private var nextFrame = Int.max
  /// The signals' values before every so many pieces, so that a range begins at most that far back.
  private var marks: [[Int32]] = []
  private static let piecesPerMark = 16

  /// The file's signals are `columns`, in order.
  init(file: any RecordFile, packing: SignalFormat.Packing, byteOffset: Int, columns: [FrameColumn]) {
    self.file = file
    self.packing = packing
    self.byteOffset = byteOffset
    self.columns = columns
    let samplesPerFrame = columns.reduce(0) { $0 + $1.width }
    self.samplesPerFrame = samplesPerFrame
    let available = max(0, file.size - byteOffset)
    let frameCount = packing.sampleCount(inBytes: available) / samplesPerFrame
    self.frameCount = frameCount
    // Pieces of decoded samples fit the first-level cache; formats that need no decoding come in one piece a read.
    let isDirect = packing.unpack.isDirect
    // What is in memory already is not copied, as long as its samples are aligned.
    contents = isDirect && byteOffset % 4 == 0 ? file.contents : nil
    framesPerPiece = max(1, min(frameCount, (isDirect ? 98_304 : 8192) / samplesPerFrame))
    piecesPerRead = isDirect ? 1 : 16
    // Never more memory than the file's size justifies, whatever the header says of its frames.
    let samplesPerPiece = frameCount == 0 ? 0 : framesPerPiece * samplesPerFrame + packing.samplesPerBlock
    samples = .allocate(byteCount: isDirect ? 64 : samplesPerPiece * 4 + 64, alignment: 64)
    let readBytes = packing.byteCount(ofSamples: samplesPerPiece * piecesPerRead) ?? available
    bytes = .allocate(byteCount: contents == nil ? min(readBytes, available) + 64 : 64, alignment: 64)
  }

  deinit {
    bytes.deallocate()
    samples.deallocate()
  }

  func available(of wanted: Int) -> Int { min(wanted, frameCount) }

  func byteCount(of frames: Int) -> Int? {
    let (samples, overflow) = frames.multipliedReportingOverflow(by: samplesPerFrame)
    return overflow ? nil : packing.byteCount(ofSamples: samples).map { $0 + byteOffset }
  }

  func forEachPiece(of frames: Range<Int>, _ body: (FramePiece) throws(WFDBError) -> Void) throws(WFDBError) {
    if case .differences = packing.unpack { return try forEachSummedPiece(of: frames, body) }
    if let contents { return try wholePiece(of: frames, in: contents, body) }
    var next = frames.lowerBound
    while next < frames.upperBound {
      let end = min(frames.upperBound, next + framesPerPiece * piecesPerRead)
      let first = try load(next..<end)
      var from = next
      while from < end {
        let to = min(end, from + framesPerPiece)
        try body(FramePiece(frames: from..<to, samples: decode(from..<to, loadedFrom: first)))
        from = to
      }
      next = end
    }
  }

  /// Frames of a file that is in memory and needs no decoding, all in one piece.
  private func wholePiece(
    of frames: Range<Int>, in contents: [UInt8], _ body: (FramePiece) throws(WFDBError) -> Void
  ) throws(WFDBError) {
    let start = frames.lowerBound * samplesPerFrame * packing.bytesPerBlock + byteOffset
    let count = frames.count * samplesPerFrame * packing.bytesPerBlock
    guard count > 0 else { return }
    guard start <= contents.count, count <= contents.count - start else {
      throw WFDBError(
        .truncatedSignal, at: ErrorPlace(file.path, .byte(contents.count)), found: "the end of the file",
        expected: "\(count) bytes from byte \(start)")
    }
    try contents.withUnsafeBufferPointer { bytes throws(WFDBError) in
      guard let base = bytes.baseAddress.map({ UnsafeRawPointer($0 + start) }) else { return }
      let is16 = if case .none16 = packing.unpack { true } else { false }
      try body(
        FramePiece(
          frames: frames,
          samples: is16
            ? .int16(base.assumingMemoryBound(to: Int16.self)) : .int32(base.assumingMemoryBound(to: Int32.self))))
    }
  }

  /// Reads the blocks that hold `frames` and returns the first sample of the first block.
  private func load(_ frames: Range<Int>) throws(WFDBError) -> Int {
    let last = frames.upperBound * samplesPerFrame
    let wanted = frames.lowerBound * samplesPerFrame
    let first = wanted - wanted % packing.samplesPerBlock
    let start = byteOffset + first / packing.samplesPerBlock * packing.bytesPerBlock
    guard let count = packing.byteCount(ofSamples: last - first) else {
      throw WFDBError(.truncatedSignal, at: ErrorPlace(file.path), found: "\(last) samples", expected: "fewer")
    }
    try file.read(at: start, into: UnsafeMutableRawBufferPointer(start: bytes, count: count))
    return first
  }

  /// Decodes `frames` out of the bytes that begin with sample `first`.
  private func decode(_ frames: Range<Int>, loadedFrom first: Int) -> FramePiece.Samples {
    let wanted = frames.lowerBound * samplesPerFrame
    let block = (wanted - first) / packing.samplesPerBlock
    let skipped = wanted - first - block * packing.samplesPerBlock
    let count = frames.count * samplesPerFrame + skipped
    let start = UnsafeRawPointer(bytes + block * packing.bytesPerBlock)
    switch packing.unpack {
    case .none16: return .int16(start.assumingMemoryBound(to: Int16.self))
    case .none32: return .int32(start.assumingMemoryBound(to: Int32.self))
    case .to16(let unpack):
      let out = samples.assumingMemoryBound(to: Int16.self)
      unpack(start.assumingMemoryBound(to: UInt8.self), count, out)
      return .int16(UnsafePointer(out + skipped))
    case .to32(let unpack), .differences(let unpack):
      let out = samples.assumingMemoryBound(to: Int32.self)
      unpack(start.assumingMemoryBound(to: UInt8.self), count, out)
      return .int32(UnsafePointer(out + skipped))
    }
  }

  /// First differences: frames before the wanted ones are decoded too, from where the sums are known.
  private func forEachSummedPiece(
    of frames: Range<Int>, _ body: (FramePiece) throws(WFDBError) -> Void
  ) throws(WFDBError) {
    if marks.isEmpty { marks.append(columns.map(\.initialValue)) }
    let framesPerMark = framesPerPiece * Self.piecesPerMark
    if nextFrame > frames.lowerBound {
      let mark = min(marks.count - 1, frames.lowerBound / framesPerMark)
      (nextFrame, lastValues) = (mark * framesPerMark, marks[mark])
    }
    while nextFrame < frames.upperBound {
      let end = nextFrame < frames.lowerBound ? frames.lowerBound : frames.upperBound
      let mark = (nextFrame / framesPerMark + 1) * framesPerMark
      let piece = nextFrame..<min(end, mark, nextFrame + framesPerPiece)
      _ = decode(piece, loadedFrom: try load(piece))
      let values = samples.assumingMemoryBound(to: Int32.self)
      sum(values, frames: piece.count)
      nextFrame = piece.upperBound
      if nextFrame == mark, marks.count == mark / framesPerMark { marks.append(lastValues) }
      if piece.lowerBound >= frames.lowerBound { try body(FramePiece(frames: piece, samples: .int32(values))) }
    }
  }

  /// Turns differences into values in place; sums wrap as 32-bit integers do.
  private func sum(_ values: UnsafeMutablePointer<Int32>, frames: Int) {
    for (index, column) in columns.enumerated() {
      var last = lastValues[index]
      for frame in 0..<frames {
        let place = frame * samplesPerFrame + column.first
        for sample in place..<place + column.width {
          last &+= values[sample]
          values[sample] = last
        }
      }
      lastValues[index] = last
    }
  }
}

/// Where the samples of one signal stand in a frame of its file.
struct FrameColumn {
  /// Index of the signal in the header.
  let signal: Int
  /// Place of its first sample.
  let first: Int
  /// Its samples per frame.
  let width: Int
  /// The header's first sample, from which differences are summed.
  let initialValue: Int32
}

extension SignalFormat.Unpacking {
  /// Whether the bytes of the file are the samples in memory (on a little-endian machine, as all supported ones are).
  fileprivate var isDirect: Bool {
    switch self {
    case .none16, .none32: true
    default: false
    }
  }
}
