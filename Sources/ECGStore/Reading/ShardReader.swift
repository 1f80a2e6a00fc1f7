import ECGCore
import Reproducibility
import Synchronization

/// One open shard: what every read needs is loaded and checked at once, the rest when it is asked for.
final class ShardReader: Sendable {
  let path: String
  let identifiers: [String]
  let file: HDF5File
  let codec: ChunkCodec
  let leadCount: Int
  let chunkWidth: Int
  /// Variable layout only: where each recording starts; one more at the end.
  let offsets: [Int64]?
  private let gain: [Double]
  private let baseline: [Int32]
  private let frequencies: [Double]
  private let leadNames: [String]
  // Recordings of the variable layout share chunks, and are mostly read in order.
  private let lastChunk = Mutex<(index: Int, samples: [Int16])?>(nil)
  private let marks = Mutex<ShardMarks?>(nil)

  init(_ path: String, _ shard: StoreDescription.Shard, _ description: StoreDescription, codec: ChunkCodec)
    throws(StoreError)
  {
    self.path = path
    let file = try HDF5File.open(path)
    self.file = file
    let count = shard.recordings
    guard let shape = file.shape(of: StoreNames.signal) else {
      throw Self.malformed(path, StoreNames.signal, "no such array", "the recordings' samples")
    }
    let dimensions = shape.dimensions
    var offsets: [Int64]?
    switch description.layout {
    case .fixed:
      let expected = [count, description.leadNames?.count ?? 0, description.sampleCount ?? 0]
      guard dimensions == expected, shape.chunk == [1] + expected[1...], expected.allSatisfy({ $0 > 0 }) else {
        throw Self.malformed(path, StoreNames.signal, "size \(dimensions), chunks \(shape.chunk)", "size \(expected)")
      }
      leadCount = expected[1]
      chunkWidth = expected[2]
    case .variable:
      let starts = try Self.numbers(file, StoreNames.offset, .int64, Int64.self, [count + 1])
      guard dimensions.count == 2, shape.chunk.count == 2, shape.chunk[0] == dimensions[0], dimensions[0] > 0,
        shape.chunk[1] > 0, starts.first == 0, starts.last == Int64(dimensions[1]),
        zip(starts, starts.dropFirst()).allSatisfy({ $0 <= $1 })
      else {
        throw Self.malformed(
          path, StoreNames.offset, "offsets that do not fit size \(dimensions)",
          "rising from 0 to the number of samples")
      }
      leadCount = dimensions[0]
      chunkWidth = shape.chunk[1]
      offsets = starts
    }
    guard chunkWidth < (1 << 31) / leadCount else {
      throw Self.malformed(path, StoreNames.signal, "chunks \(shape.chunk)", "less than 4 GiB in a chunk")
    }
    self.codec = codec.forChunks(rows: leadCount, width: chunkWidth)
    self.offsets = offsets
    gain = try Self.numbers(file, StoreNames.gain, .float64, Double.self, [count, leadCount])
    baseline = try Self.numbers(file, StoreNames.baseline, .int32, Int32.self, [count, leadCount])
    frequencies = try Self.numbers(file, StoreNames.samplingFrequency, .float64, Double.self, [count])
    identifiers = try Self.texts(file, StoreNames.id, count)
    leadNames = try Self.texts(file, StoreNames.leadNames, count)
    try file.openChunked(StoreNames.signal)
  }

  var count: Int { identifiers.count }

  // MARK: Signal

  func signal(at row: Int) throws(StoreError) -> DigitalSignal {
    let samples = try samples(at: row)
    guard let frequency = SamplingFrequency(hertz: frequencies[row]) else {
      throw Self.malformed(path, StoreNames.samplingFrequency, "\(frequencies[row])", "a number above 0")
    }
    let calibration = row * leadCount..<(row + 1) * leadCount
    do {
      return try DigitalSignal(
        leads: LeadSet(StoreNames.split(leads: leadNames[row]).map { Lead($0) }), samplingFrequency: frequency,
        samples: samples, gain: Array(gain[calibration]), baseline: Array(baseline[calibration]))
    } catch {
      throw StoreError(
        .malformedStore, at: ErrorPlace(path, .record(identifiers[row])), found: "a signal that does not fit together",
        advice: "Fetch or convert this shard again", cause: error)
    }
  }

  func samples(at row: Int) throws(StoreError) -> [Int16] {
    guard let offsets else { return try decodedChunk(at: [row, 0, 0], row) }
    let start = Int(offsets[row])
    let count = Int(offsets[row + 1]) - start
    var samples = [Int16](repeating: 0, count: leadCount * count)
    var done = 0
    while done < count {
      let index = (start + done) / chunkWidth
      let place = (start + done) % chunkWidth
      let taken = min(chunkWidth - place, count - done)
      let chunk = try sharedChunk(index, row)
      for lead in 0..<leadCount {
        let source = lead * chunkWidth + place
        let target = lead * count + done
        samples.replaceSubrange(target..<target + taken, with: chunk[source..<source + taken])
      }
      done += taken
    }
    return samples
  }

  private func sharedChunk(_ index: Int, _ row: Int) throws(StoreError) -> [Int16] {
    if let known = lastChunk.withLock({ $0 }), known.index == index { return known.samples }
    let samples = try decodedChunk(at: [0, index * chunkWidth], row)
    lastChunk.withLock { $0 = (index, samples) }
    return samples
  }

  /// Only the bytes are fetched under HDF5's lock.
  private func decodedChunk(at origin: [Int], _ row: Int) throws(StoreError) -> [Int16] {
    guard let bytes = file.chunk(at: origin), let samples = codec.decode(bytes, count: leadCount * chunkWidth) else {
      throw StoreError(
        .damagedChunk, at: ErrorPlace(path, .record(identifiers[row])), found: "a chunk that does not decode",
        expected: "\(leadCount * chunkWidth) samples", advice: "Fetch or convert this shard again")
    }
    return samples
  }

  /// Gain and baseline of each lead of recording `row`.
  func calibration(of row: Int) -> (gain: ArraySlice<Double>, baseline: ArraySlice<Int32>) {
    let range = row * leadCount..<(row + 1) * leadCount
    return (gain[range], baseline[range])
  }

  /// Where each recording's chunk stands in the file; fixed layout only.
  func chunkPlaces() throws(StoreError) -> [(address: Int, size: Int)] {
    guard let places = file.chunkPlaces(at: (0..<count).map { [$0, 0, 0] }) else {
      throw Self.malformed(path, StoreNames.signal, "a chunk that is not there", "one for each recording")
    }
    return places
  }

  // MARK: Columns

  func texts(_ name: String) throws(StoreError) -> [String] { try Self.texts(file, name, count) }

  func numbers<Number: BitwiseCopyable>(
    _ name: String, _ type: ElementType, _ kind: Number.Type, width: Int? = nil
  ) throws(StoreError) -> [Number] {
    try Self.numbers(file, name, type, kind, [count] + (width.map { [$0] } ?? []))
  }

  /// Annotations and fiducials, loaded once.
  func loadedMarks() throws(StoreError) -> ShardMarks {
    if let known = marks.withLock({ $0 }) { return known }
    let loaded = try ShardMarks(self, file)
    marks.withLock { $0 = loaded }
    return loaded
  }

  static func texts(_ file: HDF5File, _ name: String, _ count: Int?) throws(StoreError) -> [String] {
    let array = try file.read(name)
    guard case .text = array.type, array.dimensions == [count ?? array.count] else {
      throw malformed(file.path, name, "\(array.type) of size \(array.dimensions)", "texts of size \(count ?? 0)")
    }
    return array.texts
  }

  static func numbers<Number: BitwiseCopyable>(
    _ file: HDF5File, _ name: String, _ type: ElementType, _ kind: Number.Type, _ dimensions: [Int]?
  ) throws(StoreError) -> [Number] {
    let array = try file.read(name)
    guard array.type == type, array.dimensions == dimensions ?? [array.count] else {
      throw malformed(
        file.path, name, "\(array.type) of size \(array.dimensions)", "\(type) of size \(dimensions ?? [])")
    }
    return array.numbers(kind)
  }

  static func malformed(_ path: String, _ item: String, _ found: String, _ expected: String) -> StoreError {
    StoreError(
      .malformedStore, at: ErrorPlace(path, .item(item)), found: found, expected: expected,
      advice: "Fetch or convert this shard again")
  }
}

/// Annotations and fiducials of one shard.
struct ShardMarks: Sendable {
  private let annotations: [Annotation]
  private let annotationOffsets: [Int]
  private let positions: [[Int32]]
  private let beatOffsets: [Int]
  let fiducialSources: [String]

  fileprivate init(_ shard: ShardReader, _ file: HDF5File) throws(StoreError) {
    annotationOffsets = try Self.offsets(file, StoreNames.annotationOffset, shard.count)
    let count = annotationOffsets[shard.count]
    let sample = try ShardReader.numbers(file, StoreNames.annotationSample, .int64, Int64.self, [count])
    let symbol = try ShardReader.texts(file, StoreNames.annotationSymbol, count)
    let subtype = try ShardReader.numbers(file, StoreNames.annotationSubtype, .int8, Int8.self, [count])
    let channel = try ShardReader.numbers(file, StoreNames.annotationChannel, .uint8, UInt8.self, [count])
    let number = try ShardReader.numbers(file, StoreNames.annotationNumber, .int8, Int8.self, [count])
    let auxiliary = try ShardReader.texts(file, StoreNames.annotationAuxiliary, count)
    annotations = (0..<count).map { index in
      Annotation(
        sample: sample[index], symbol: symbol[index], subtype: subtype[index], channel: channel[index],
        number: number[index], auxiliary: auxiliary[index])
    }
    beatOffsets = try Self.offsets(file, StoreNames.fiducialOffset, shard.count)
    var positions: [[Int32]] = []
    for fiducial in Fiducial.allCases {
      positions.append(
        try ShardReader.numbers(
          file, StoreNames.fiducial(fiducial), .int32, Int32.self, [beatOffsets[shard.count]]))
    }
    self.positions = positions
    fiducialSources = try shard.texts(StoreNames.fiducialSource)
  }

  /// The annotations of recording `row`, as numbers of the shard's.
  func annotationRange(of row: Int) -> Range<Int> { annotationOffsets[row]..<annotationOffsets[row + 1] }

  /// The beats of recording `row`, as numbers of the shard's.
  func beatRange(of row: Int) -> Range<Int> { beatOffsets[row]..<beatOffsets[row + 1] }

  func annotations(of row: Int) -> [Annotation] { Array(annotations[annotationRange(of: row)]) }

  /// Nine positions to a beat.
  func beats(of row: Int) -> [Int32] {
    beatRange(of: row).flatMap { beat in positions.map { $0[beat] } }
  }

  func fiducials(of row: Int) -> Fiducials? {
    let beats = beatRange(of: row).map { beat in
      Beat(Dictionary(uniqueKeysWithValues: zip(Fiducial.allCases, positions.map { $0[beat] })))
    }
    if beats.isEmpty && fiducialSources[row].isEmpty { return nil }
    return Fiducials(beats: beats, source: fiducialSources[row])
  }

  private static func offsets(_ file: HDF5File, _ name: String, _ rows: Int) throws(StoreError) -> [Int] {
    let offsets = try ShardReader.numbers(file, name, .int64, Int64.self, [rows + 1])
    guard offsets.first == 0, zip(offsets, offsets.dropFirst()).allSatisfy({ $0 <= $1 }) else {
      throw ShardReader.malformed(file.path, name, "offsets that fall", "offsets that rise from 0")
    }
    return offsets.map { Int($0) }
  }
}
