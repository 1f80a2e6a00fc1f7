import Foundation
import Reproducibility
import WFDB

/// Writes samples to stdout in one of the formats of `einthoven read`, block by block.
struct SampleOutput {
  private let reader: RecordReader
  private let selection: RecordSelection
  private let outline: RecordOutline
  private let isPhysical: Bool
  private let isExpanded: Bool

  /// - Throws: `WFDBError` of headers; `unsupported-format` where digital values are wanted that do not mean the same in
  ///   all segments.
  init(reader: RecordReader, selection: RecordSelection, isPhysical: Bool, isExpanded: Bool) throws(WFDBError) {
    self.reader = reader
    self.selection = selection
    self.isPhysical = isPhysical
    self.isExpanded = isExpanded
    outline = try reader.outline(of: selection)
    for signal in outline.signals where !isPhysical && signal.calibrations.count > 1 {
      throw WFDBError(
        .unsupportedFormat, at: ErrorPlace(reader.headerPath, .lead(signal.name)),
        found: "\(signal.calibrations.count) calibrations in this range", expected: "one, for digital values",
        advice: "Read physical values, or a smaller range")
    }
  }

  private var signals: [ReadSignal] { isExpanded ? outline.signals : outline.signals.map(\.smoothed) }

  private func forEachBlock(_ body: (RecordSamples) throws -> Void) throws {
    // As wfdb-python smooths, so that the two can be compared.
    try reader.forEachBlock(of: selection) { block in
      try body(isExpanded ? block : block.smoothed(.countingMissing))
    }
  }

  // MARK: raw

  private enum RawType: String {
    case int16, int32, float64
  }

  /// int16 where every value that is written fits, which formats of more bits have to be read for.
  private func rawType() throws -> RawType {
    if isPhysical { return .float64 }
    if outline.fits16Bits { return .int16 }
    do {
      try forEachBlock { block in
        for index in block.signals.indices where !block.digital(of: index).allSatisfy({ Int16(exactly: $0) != nil }) {
          throw TooLarge()
        }
      }
      return .int16
    } catch is TooLarge {
      return .int32
    }
  }

  /// A value that 16 bits do not hold: the rest need not be read.
  private struct TooLarge: Error {}

  /// Frames of little-endian numbers.
  func writeRaw() throws {
    let type = try rawType()
    try forEachBlock { block in
      switch type {
      case .int16: try write(frames(of: block, Int16(0)) { block, index in block.digital(of: index).map { Int16($0) } })
      case .int32: try write(frames(of: block, Int32(0)) { block, index in block.digital(of: index) })
      case .float64: try write(frames(of: block, 0.0) { block, index in block.physical(of: index) })
      }
    }
  }

  /// Frame after frame, in each the samples of every signal.
  private func frames<Number>(
    of block: RecordSamples, _ zero: Number, _ numbers: (RecordSamples, Int) -> [Number]
  ) -> [Number] {
    let width = block.signals.reduce(0) { $0 + $1.samplesPerFrame }
    var result = [Number](repeating: zero, count: width * block.frames.count)
    var first = 0
    for (index, signal) in block.signals.enumerated() {
      let values = numbers(block, index)
      let perFrame = signal.samplesPerFrame
      for frame in 0..<block.frames.count {
        for sample in 0..<perFrame { result[frame * width + first + sample] = values[frame * perFrame + sample] }
      }
      first += perFrame
    }
    return result
  }

  private func write<Number>(_ numbers: [Number]) throws {
    try numbers.withUnsafeBytes { try Console.data(Data($0)) }
  }

  // MARK: csv

  /// A line a frame; signals with several samples a frame have as many columns.
  func writeCSV() throws {
    let columns = signals.enumerated().flatMap { index, signal in
      let name = Self.field(signal.name.isEmpty ? "signal \(index)" : signal.name)
      return signal.samplesPerFrame == 1 ? [name] : (0..<signal.samplesPerFrame).map { "\(name)[\($0)]" }
    }
    // With the first block, so that a record that cannot be read leaves nothing.
    var head = Array((["sample"] + columns).joined(separator: ",").utf8 + [10])
    try forEachBlock { block in
      var text = head
      head = []
      let cells = block.signals.indices.map { texts(of: $0, in: block, missing: "") }
      for frame in 0..<block.frames.count {
        text += "\(block.frames.lowerBound + frame)".utf8
        for (index, signal) in block.signals.enumerated() {
          for sample in 0..<signal.samplesPerFrame {
            text.append(UInt8(ascii: ","))
            text += cells[index][frame * signal.samplesPerFrame + sample].utf8
          }
        }
        text.append(10)
      }
      try Console.data(Data(text))
    }
    try Console.data(Data(head))
  }

  private static func field(_ text: String) -> String {
    text.contains { $0 == "," || $0 == "\"" || $0.isNewline }
      ? "\"" + text.replacing("\"", with: "\"\"") + "\"" : text
  }

  private func texts(of index: Int, in block: RecordSamples, missing: String) -> [String] {
    // An absurd gain may give infinities, which neither csv nor JSON can say.
    if isPhysical { return block.physical(of: index).map { $0.isFinite ? "\($0)" : missing } }
    let none = block.signals[index].missingValue.map { Int32(truncatingIfNeeded: $0) }
    return block.digital(of: index).map { $0 == none ? missing : "\($0)" }
  }

  // MARK: json

  private struct Lead: Encodable {
    let name: String
    let units: String
    let samplesPerFrame: Int
    let missingValue: Int?
    let gain: Double?
    let baseline: Int?

    enum CodingKeys: String, CodingKey {
      case name, units
      case samplesPerFrame = "samples_per_frame"
      case missingValue = "missing_value"
      case gain, baseline
    }
  }

  private struct Document: Encodable {
    let record: String
    let samplingFrequency: Double
    let from: Int
    let to: Int
    let type: String
    let leads: [Lead]

    enum CodingKeys: String, CodingKey {
      case record
      case samplingFrequency = "sampling_frequency"
      case from, to, type, leads
    }
  }

  /// One document: what was read, and under `samples` an array for each lead.
  func writeJSON() throws {
    let leads = signals.map { signal in
      let only = signal.calibrations.count == 1 ? signal.calibrations.first : nil
      return Lead(
        name: signal.name, units: signal.units, samplesPerFrame: signal.samplesPerFrame,
        missingValue: signal.missingValue, gain: only?.gain, baseline: only?.baseline)
    }
    let document = Document(
      record: reader.header.recordName, samplingFrequency: reader.header.samplingFrequency,
      from: outline.frames.lowerBound, to: outline.frames.upperBound, type: try rawType().rawValue, leads: leads)
    var text = String(decoding: try CanonicalJSON.compact(document), as: UTF8.self)
    guard text.popLast() == "}" else { return }
    try Console.data(Data((text + ",\"samples\":[").utf8))
    let samples = try reader.read(selection)
    let read = isExpanded ? samples : samples.smoothed(.countingMissing)
    for index in leads.indices {
      let cells = texts(of: index, in: read, missing: "null").joined(separator: ",")
      try Console.data(Data(((index == 0 ? "[" : ",[") + cells + "]").utf8))
    }
    try Console.data(Data("]}\n".utf8))
  }
}

extension ReadSignal {
  /// The different calibrations of its frames.
  fileprivate var calibrations: [Calibration] {
    runs.compactMap(\.calibration).reduce(into: []) { different, calibration in
      if !different.contains(calibration) { different.append(calibration) }
    }
  }
}
