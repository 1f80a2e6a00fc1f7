import ECGReport
import WFDB

/// What `info` says of a WFDB record: every field of its header, defaults filled in.
struct RecordFacts: Facts {
  /// A field that stands in the document whether the header has it or not.
  struct Field<Value: Encodable>: Encodable {
    let value: Value?

    func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      if let value { try container.encode(value) } else { try container.encodeNil() }
    }
  }

  struct Document: Encodable {
    let name: String
    let segmentCount: Field<Int>
    let signalCount: Int
    let samplingFrequency: Double
    let counterFrequency: Field<Double>
    let baseCounter: Field<Double>
    let sampleCount: Field<Int>
    let baseTime: Field<String>
    let baseDate: Field<String>
    let signals: [Signal]
    let segments: [RecordSegment]
    let comments: [String]

    enum CodingKeys: String, CodingKey {
      case name
      case segmentCount = "segment_count"
      case signalCount = "signal_count"
      case samplingFrequency = "sampling_frequency"
      case counterFrequency = "counter_frequency"
      case baseCounter = "base_counter"
      case sampleCount = "sample_count"
      case baseTime = "base_time"
      case baseDate = "base_date"
      case signals, segments, comments
    }
  }

  struct RecordSegment: Encodable {
    let name: String
    let sampleCount: Int

    enum CodingKeys: String, CodingKey {
      case name
      case sampleCount = "sample_count"
    }
  }

  struct Signal: Encodable {
    let name: String
    let file: String
    let format: Int
    let samplesPerFrame: Int
    let skew: Int
    let byteOffset: Int
    let gain: Double
    let baseline: Int
    let units: String
    let adcResolution: Int
    let adcZero: Int
    let initialValue: Field<Int>
    let checksum: Field<Int>
    let blockSize: Int

    enum CodingKeys: String, CodingKey {
      case name, file, format
      case samplesPerFrame = "samples_per_frame"
      case skew
      case byteOffset = "byte_offset"
      case gain, baseline, units
      case adcResolution = "adc_resolution"
      case adcZero = "adc_zero"
      case initialValue = "initial_value"
      case checksum
      case blockSize = "block_size"
    }
  }

  let document: Document

  init(_ header: Header) {
    document = Document(
      name: header.recordName, segmentCount: Field(value: header.segmentCount), signalCount: header.signalCount,
      samplingFrequency: header.samplingFrequency, counterFrequency: Field(value: header.counterFrequency),
      baseCounter: Field(value: header.baseCounter), sampleCount: Field(value: header.sampleCount),
      baseTime: Field(value: header.baseTime), baseDate: Field(value: header.baseDate),
      signals: header.signals.map {
        Signal(
          name: $0.description, file: $0.fileName, format: $0.format, samplesPerFrame: $0.samplesPerFrame,
          skew: $0.skew, byteOffset: $0.byteOffset, gain: $0.gain, baseline: $0.baseline, units: $0.units,
          adcResolution: $0.adcResolution, adcZero: $0.adcZero, initialValue: Field(value: $0.initialValue),
          checksum: Field(value: $0.checksum), blockSize: $0.blockSize)
      },
      segments: header.segments.map { RecordSegment(name: $0.name, sampleCount: $0.sampleCount) },
      comments: header.comments)
  }

  var lines: [(name: String, value: String)] {
    var lines = [
      ("kind", "WFDB record"), ("record", document.name), ("sampling frequency", "\(document.samplingFrequency) Hz"),
    ]
    if let count = document.sampleCount.value, count > 0 {
      lines.append(("length", "\(count) frames, \((Double(count) / document.samplingFrequency).fixed(2)) s"))
    }
    let start = [document.baseDate.value, document.baseTime.value].compactMap(\.self).joined(separator: " ")
    if !start.isEmpty { lines.append(("begins", start)) }
    for signal in document.signals {
      let several = signal.samplesPerFrame > 1 ? ", \(signal.samplesPerFrame) samples a frame" : ""
      let late = signal.skew > 0 ? ", skew \(signal.skew)" : ""
      lines.append(
        (
          "signal \(signal.name)",
          "format \(signal.format) in \(signal.file), gain \(signal.gain) per \(signal.units), baseline "
            + "\(signal.baseline)\(several)\(late)"
        ))
    }
    for segment in document.segments {
      lines.append(
        (segment.name == "~" ? "gap" : "segment \(segment.name)", "\(segment.sampleCount) frames"))
    }
    return lines + document.comments.map { ("comment", $0) }
  }
}
