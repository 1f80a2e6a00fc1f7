import ECGCore
import Foundation
import Reproducibility
import TestSupport
import Testing

@testable import ECGStore

/// What h5py finds is what the source gave: the file format, seen without this package's reader.
@Suite struct PythonReaderTests {
  private enum Cell: Decodable, Equatable {
    case number(Double)
    case text(String)
    case absent

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if container.decodeNil() {
        self = .absent
      } else if let number = try? container.decode(Double.self) {
        self = .number(number)
      } else {
        self = .text(try container.decode(String.self))
      }
    }

    init(_ number: Double) { self = number.isNaN ? .absent : .number(number) }
    init(_ number: some BinaryInteger) { self = .number(Double(number)) }
    init(_ text: String) { self = .text(text) }
  }

  private struct Dataset: Decodable, Equatable {
    let shape: [Int]
    let type: String
    let values: [Cell]
    let attributes: [String: [Cell]]

    init(_ type: String, _ values: [Cell], shape: [Int]? = nil, attributes: [String: [Cell]] = [:]) {
      self.shape = shape ?? [values.count]
      self.type = type
      self.values = values
      self.attributes = attributes
    }
  }

  @Test(.enabled(if: PythonEnvironment.interpreter != nil, "no Python with h5py"), arguments: Codec.allCases)
  func plainPythonReadsEverything(_ codec: Codec) throws {
    try expectEverythingIsRead(by: try #require(PythonEnvironment.interpreter), [], codec)
  }

  @Test(.enabled(if: PythonEnvironment.interpreterWithTorch != nil, "no Python with PyTorch and h5py"))
  func pyTorchReadsEverything() throws {
    try expectEverythingIsRead(by: try #require(PythonEnvironment.interpreterWithTorch), ["--torch"], .deflate)
  }

  private func expectEverythingIsRead(by python: String, _ options: [String], _ codec: Codec) throws {
    let sources = [
      try InMemorySource.fixed(count: 6, sampleCount: 50), .variable(count: 6, longest: 70_000),
      .variable(count: 3, longest: 30, marks: false), .variable(count: 1, longest: 30),
    ]
    for source in sources {
      let folder = try TemporaryFolder()
      let store = try convert(source, folder, codec: codec)
      let script = Repository.root + "/Tests/ECGStoreTests/Python/read_store.py"
      let shards = try JSONDecoder().decode(
        [[String: Dataset]].self, from: PythonEnvironment.output(of: python, [script, store.path] + options))
      #expect(shards.count == store.description.shards.count)
      for (index, shard) in shards.enumerated() {
        let recordings = try store.recordings(ofShard: index).map { try source.recording(at: $0) }
        let expected = try expectation(recordings, source, digests: store, index)
        #expect(shard.keys.sorted() == expected.keys.sorted())
        for (name, dataset) in expected {
          #expect(shard[name] == dataset, "\(name)")
        }
      }
    }
  }

  private func expectation(_ recordings: [Recording], _ source: InMemorySource, digests store: Store, _ index: Int)
    throws -> [String: Dataset]
  {
    let signals = recordings.map(\.signal)
    let leads = signals[0].leads.count
    let table = [recordings.count, leads]
    var all: [String: Dataset] = [:]
    all["/gain"] = Dataset("float64", signals.flatMap(\.gain).map { Cell($0) }, shape: table)
    all["/baseline"] = Dataset("int32", signals.flatMap(\.baseline).map { Cell($0) }, shape: table)
    all["/missing"] = Dataset("int32", signals.flatMap(\.missingCounts).map { Cell($0) }, shape: table)
    all["/record/id"] = texts(recordings.map(\.id.text))
    all["/record/sampling_frequency"] = Dataset("float64", signals.map { Cell($0.samplingFrequency.hertz) })
    all["/record/patient_id"] = texts(recordings.map { $0.patient?.text ?? "" })
    all["/record/age"] = Dataset("float64", recordings.map { Cell($0.ageInYears ?? .nan) })
    all["/record/sex"] = texts(recordings.map(\.sex.rawValue))
    all["/record/source"] = texts(recordings.map(\.provenance.source))
    all["/record/source_sha256"] = texts(recordings.map(\.provenance.sourceDigest.hex))
    all["/record/lead_names"] = texts(signals.map { StoreNames.join(leads: $0.leads.names) })
    all["/record/content_sha256"] = texts(
      recordings.map { StoredRow($0).contentDigest(samples: $0.signal.samples).hex })
    addSignal(signals, source, &all)
    addMarks(recordings, &all)
    for kind in IntervalKind.allCases {
      let values = recordings.map { Cell(Double(Float($0.intervals[kind] ?? .nan))) }
      all["/interval/\(kind.rawValue)"] = Dataset("float32", values)
    }
    all["/interval/source"] = texts(recordings.map(\.intervals.source))
    for (place, column) in source.columns.enumerated() {
      let values = recordings.map { $0.columns[place] }
      all["/\(column.group.rawValue)/\(column.name)"] = dataset(values, column)
    }
    return all
  }

  private func addSignal(_ signals: [DigitalSignal], _ source: InMemorySource, _ all: inout [String: Dataset]) {
    let leads = signals[0].leads
    var attributes = ["units": [Cell("mV")], "layout": [Cell("fixed")]]
    if signals.allSatisfy({ $0.leads == leads }) { attributes["lead_names"] = leads.names.map { Cell($0) } }
    switch source.layout {
    case .fixed(_, let sampleCount, let frequency):
      attributes["sampling_frequency"] = [Cell(frequency.hertz)]
      all["/signal"] = Dataset(
        "int16", signals.flatMap(\.samples).map { Cell($0) }, shape: [signals.count, leads.count, sampleCount],
        attributes: attributes)
    case .variable:
      attributes["layout"] = [Cell("variable")]
      let frequency = signals[0].samplingFrequency
      if signals.allSatisfy({ $0.samplingFrequency == frequency }) {
        attributes["sampling_frequency"] = [Cell(frequency.hertz)]
      }
      let samples = (0..<leads.count).flatMap { lead in signals.flatMap { Array($0.lead(lead)) } }
      all["/signal"] = Dataset(
        "int16", samples.map { Cell($0) }, shape: [leads.count, samples.count / leads.count], attributes: attributes)
      all["/offset"] = offsets(signals.map(\.sampleCount))
    }
  }

  private func addMarks(_ recordings: [Recording], _ all: inout [String: Dataset]) {
    let marks = recordings.flatMap(\.annotations)
    all["/annotation/offset"] = offsets(recordings.map(\.annotations.count))
    all["/annotation/sample"] = Dataset("int64", marks.map { Cell($0.sample) })
    all["/annotation/symbol"] = texts(marks.map(\.symbol))
    all["/annotation/subtype"] = Dataset("int8", marks.map { Cell($0.subtype) })
    all["/annotation/channel"] = Dataset("uint8", marks.map { Cell($0.channel) })
    all["/annotation/number"] = Dataset("int8", marks.map { Cell($0.number) })
    all["/annotation/auxiliary"] = texts(marks.map(\.auxiliary))
    all["/fiducial/offset"] = offsets(recordings.map { $0.fiducials?.beats.count ?? 0 })
    all["/fiducial/source"] = texts(recordings.map { $0.fiducials?.source ?? "" })
    let beats = recordings.flatMap { $0.fiducials?.beats ?? [] }
    for fiducial in Fiducial.allCases {
      all["/fiducial/\(fiducial.rawValue)"] = Dataset("int32", beats.map { Cell($0[fiducial]) })
    }
  }

  private func texts(_ values: [String]) -> Dataset { Dataset("text", values.map { Cell($0) }) }

  private func offsets(_ counts: [Int]) -> Dataset {
    Dataset("int64", counts.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1) }.map { Cell($0) })
  }

  private func dataset(_ values: [ColumnValue], _ column: ColumnDefinition) -> Dataset {
    let cells = values.flatMap { value -> [Cell] in
      switch value {
      case .integer(let number): [Cell(number)]
      case .real(let number): [Cell(number)]
      case .text(let text): [Cell(text)]
      case .category(let index): [Cell(index)]
      case .flags(let flags): flags.map { Cell($0 ? 1 : 0) }
      }
    }
    let vocabulary = ["vocabulary": column.vocabulary.map { Cell($0) }]
    switch column.kind {
    case .integer: return Dataset("int64", cells)
    case .real: return Dataset("float64", cells)
    case .text: return Dataset("text", cells)
    case .category: return Dataset("int32", cells, attributes: vocabulary)
    case .flags(let classes):
      return Dataset("uint8", cells, shape: [values.count, classes.count], attributes: vocabulary)
    }
  }
}
