import ECGCore
import Reproducibility

/// One recording, ready to be written.
struct EncodedRecording: Sendable {
  /// What the shard keeps of its samples.
  enum Samples: Sendable {
    /// One whole chunk, encoded.
    case chunk([UInt8])
    /// One whole chunk that is stored as it is.
    case plainChunk([Int16])
    /// Lead after lead, not encoded: chunks of the variable layout do not end where recordings end.
    case plain([Int16])
  }

  let row: StoredRow
  let digest: Digest
  let steps: [String]
  let samples: Samples
}

/// Writes one shard under a temporary name; ``seal()`` syncs and renames it.
struct ShardWriter {
  /// Samples of each lead in one chunk of the variable layout.
  static let variableChunk = 65_536

  private let path: String
  private let temporary: String
  private let layout: SignalLayout
  private let codec: ChunkCodec
  private let workers: Workers
  private let file: HDF5File
  private var tables: ShardTables
  private var stream: SampleStream?

  init(
    _ path: String, layout: SignalLayout, columns: [ColumnDefinition], codec: ChunkCodec, workers: Workers
  ) throws(StoreError) {
    self.path = path
    self.layout = layout
    self.codec = codec
    self.workers = workers
    temporary = AtomicFile.temporaryName(for: path)
    file = try HDF5File.create(temporary)
    tables = ShardTables(columns: columns)
    switch layout {
    case .fixed(let leads, let sampleCount, _):
      try file.makeChunked(
        StoreNames.signal, dimensions: [0, leads.count, sampleCount], growing: 0,
        chunk: [1, leads.count, sampleCount], codec: codec)
    case .variable(let leadCount):
      stream = SampleStream(leadCount: leadCount)
    }
  }

  /// How many recordings it holds so far.
  var count: Int { tables.rows.count }

  /// Makes room for so many recordings, which ``seal()`` takes back where fewer came.
  func reserve(_ recordings: Int) throws(StoreError) {
    guard case .fixed(let leads, let sampleCount, _) = layout else { return }
    try file.resizeChunked(to: [recordings, leads.count, sampleCount])
  }

  /// Appends the next recording; room for it has been made.
  mutating func append(_ recording: EncodedRecording) throws {
    switch recording.samples {
    case .chunk(let bytes): try bytes.withUnsafeBytes { try file.writeChunk($0, at: [count, 0, 0]) }
    case .plainChunk(let samples): try samples.withUnsafeBytes { try file.writeChunk($0, at: [count, 0, 0]) }
    case .plain(let samples): try stream?.append(samples, to: file, codec: codec, workers: workers)
    }
    tables.append(recording.row, digest: recording.digest)
  }

  /// Writes the tables, closes, syncs and renames the file.
  mutating func seal() throws -> StoreDescription.Shard {
    try reserve(count)
    try stream?.finish(file, codec: codec, workers: workers)
    let leadCount: Int
    var attributes: [(String, RawArray)] = [("units", RawArray(scalar: "mV"))]
    switch layout {
    case .fixed(let leads, _, let samplingFrequency):
      leadCount = leads.count
      attributes.append(("layout", RawArray(scalar: "fixed")))
      attributes.append(("lead_names", RawArray(leads.names)))
      attributes.append(
        ("sampling_frequency", RawArray([samplingFrequency.hertz], .float64, dimensions: [])))
    case .variable(let count):
      leadCount = count
      attributes.append(("layout", RawArray(scalar: "variable")))
      let names = tables.rows.first?.leadNames ?? []
      // Where recordings differ, no one value is true of all; /record/lead_names and /record/sampling_frequency have
      // each one's own.
      if tables.rows.allSatisfy({ $0.leadNames == names }) { attributes.append(("lead_names", RawArray(names))) }
      let frequency = tables.rows.first?.samplingFrequency ?? 0
      if tables.rows.allSatisfy({ $0.samplingFrequency == frequency }) {
        attributes.append(("sampling_frequency", RawArray([frequency], .float64, dimensions: [])))
      }
      try file.write(RawArray(ShardTables.offsets(tables.rows.map(\.sampleCount)), .int64), to: StoreNames.offset)
    }
    for (name, value) in attributes { try file.writeAttribute(value, named: name, to: StoreNames.signal) }
    try tables.write(to: file, leadCount: leadCount, codec: codec.codec)
    try file.close()
    let sha256 = try FileBytes.digest(ofFile: temporary)
    try AtomicFile.publish(temporary, as: path)
    return StoreDescription.Shard(
      name: path.split(separator: "/").last.map(String.init) ?? path, recordings: tables.rows.count, sha256: sha256,
      contentDigest: ContentDigests.shard(tables.digests))
  }

  /// Drops what was written.
  func abandon() {
    try? file.close()
    Folder.removeFile(temporary)
  }
}

/// Cuts recordings of any length into chunks of equal width, holding a few chunks at a time.
private struct SampleStream {
  let leadCount: Int
  private var pending: [[Int16]]
  private var full: [[Int16]] = []
  private var firstFull = 0
  private var total = 0
  private var made = false

  init(leadCount: Int) {
    self.leadCount = leadCount
    pending = Array(repeating: [], count: leadCount)
  }

  mutating func append(_ samples: [Int16], to file: HDF5File, codec: ChunkCodec, workers: Workers) throws {
    let count = samples.count / leadCount
    var done = 0
    while done < count {
      let taken = min(ShardWriter.variableChunk - pending[0].count, count - done)
      for lead in 0..<leadCount {
        pending[lead].append(contentsOf: samples[lead * count + done..<lead * count + done + taken])
      }
      done += taken
      total += taken
      guard pending[0].count == ShardWriter.variableChunk else { continue }
      cut()
      if full.count >= workers.count * 4 { try flush(file, width: ShardWriter.variableChunk, codec, workers) }
    }
  }

  mutating func finish(_ file: HDF5File, codec: ChunkCodec, workers: Workers) throws {
    // A shard that never filled one chunk gets a smaller one, which szip wants to hold a block at least.
    let width =
      full.isEmpty && firstFull == 0 ? max(SzipFilter.pixelsPerBlock, total) : ShardWriter.variableChunk
    if !pending[0].isEmpty {
      for lead in 0..<leadCount {
        pending[lead].append(contentsOf: repeatElement(0, count: width - pending[lead].count))
      }
      cut()
    }
    try flush(file, width: width, codec, workers)
    try file.resizeChunked(to: [leadCount, total])
  }

  private mutating func cut() {
    full.append(pending.flatMap { $0 })
    for lead in 0..<leadCount { pending[lead].removeAll(keepingCapacity: true) }
  }

  private mutating func flush(_ file: HDF5File, width: Int, _ codec: ChunkCodec, _ workers: Workers) throws {
    if !made {
      try file.makeChunked(
        StoreNames.signal, dimensions: [leadCount, 0], growing: 1, chunk: [leadCount, width], codec: codec)
      made = true
    }
    let chunks = full
    let codec = codec.forChunks(rows: leadCount, width: width)
    let encoded = try workers.map(chunks.count) { try codec.encoded(chunks[$0], for: file.path) }
    try file.resizeChunked(to: [leadCount, (firstFull + chunks.count) * width])
    for (index, bytes) in encoded.enumerated() {
      try bytes.withUnsafeBytes { try file.writeChunk($0, at: [0, (firstFull + index) * width]) }
    }
    firstFull += chunks.count
    full.removeAll(keepingCapacity: true)
  }
}

extension ChunkCodec {
  /// `encode`, with an error that names the file.
  func encoded(_ samples: [Int16], for path: String) throws(StoreError) -> [UInt8] {
    guard let bytes = encode(samples) else {
      throw StoreError(
        .damagedChunk, at: ErrorPlace(path), found: "a chunk could not be compressed: one of \(samples.count) samples",
        advice: "Free memory and convert again")
    }
    return bytes
  }
}
