import ECGCore
import Foundation
import Reproducibility
import TestSupport
import Testing

@testable import ECGDatasets

@Suite struct DatasetTests {
  private let registry = DatasetRegistry(manifestsFolder: Repository.root + "/manifests")

  private func open(_ id: String, _ folder: String) throws -> any RecordingSource {
    try registry.open(id: id, folder: Repository.data + "/" + folder)
  }

  @Test func listAndFolderOfManifestsAgree() throws {
    let folders = try FileManager.default.contentsOfDirectory(atPath: Repository.root + "/manifests").sorted()
    #expect(folders == DatasetRegistry.identifiers.sorted())
    for id in DatasetRegistry.identifiers {
      let manifest = try registry.manifest(of: id)
      #expect(manifest.id == id)
      #expect(!manifest.citation.isEmpty && !manifest.licence.isEmpty)
      if let records = manifest.records { #expect(records.count == manifest.expected.recordings) }
    }
  }

  @Test func bundledFilesAreThePublishersUnchanged() throws {
    let lines = String(decoding: try FileBytes.read(Repository.data + "/SHA256SUMS"), as: UTF8.self)
      .split(separator: "\n")
    #expect(lines.count > 800)
    for line in lines {
      let fields = line.split(separator: " ", maxSplits: 1)
      let name = fields[1].trimmingCharacters(in: .whitespaces)
      #expect(try FileBytes.digest(ofFile: Repository.data + "/" + name).hex == String(fields[0]), "\(name)")
    }
  }

  /// Counts from an independent computation over the same csv files (Python's csv and ast modules, 2026-11-24).
  @Test func superclassesOfTheBundledPTBXLRecordingsAreCountedRight() throws {
    let source = try open("ptb-xl", "ptb-xl")
    #expect(source.identifiers.count == 400)
    #expect(source.identifiers.first == RecordingID("1"))
    let single = try #require(source.columns.firstIndex { $0.name == "diagnostic_superclass" })
    let multiple = try #require(source.columns.firstIndex { $0.name == "diagnostic_superclasses" })
    var counts = Array(repeating: 0, count: 5)
    var none = 0
    var several = 0
    for index in source.identifiers.indices {
      let recording = try source.recording(at: index)
      guard case .category(let place) = recording.columns[single], case .flags(let flags) = recording.columns[multiple]
      else { Issue.record("columns of another kind"); return }
      let shown = flags.count { $0 }
      #expect((shown == 1) == (place >= 0))
      if place >= 0 { counts[place] += 1 } else if shown == 0 { none += 1 } else { several += 1 }
    }
    #expect(source.columns[single].vocabulary == ["NORM", "MI", "STTC", "CD", "HYP"])
    #expect(counts == [238, 23, 39, 29, 6])
    #expect((none, several) == (10, 55))
  }

  @Test func aPTBXLRecordingHasItsPatientsFactsAndStandardLeads() throws {
    let source = try open("ptb-xl", "ptb-xl")
    let recording = try source.recording(at: 0)
    #expect(recording.patient == PatientID("15709"))
    #expect(recording.ageInYears == 56)
    #expect(recording.sex == .female)
    #expect(recording.signal.leads == .standard12)
    #expect(recording.signal.sampleCount == 1000)
    #expect(Array(recording.signal.physicalInMillivolts(lead: 0).prefix(2)) == [-0.119, -0.116])
    #expect(recording.provenance.source == "records100/00000/00001_lr")
    let codes = try #require(source.columns.firstIndex { $0.name == "scp_codes" })
    #expect(recording.columns[codes] == .text(#"{"LVOLT":0,"NORM":100,"SR":0}"#))
  }

  @Test func mitBihRecordsHaveBeatsRhythmsAndPatients() throws {
    let source = try open("mit-bih", "mitdb")
    #expect(source.identifiers.map(\.text) == ["100", "119", "208", "223"])
    let recording = try source.recording(at: 2)
    #expect(recording.id.text == "208")
    #expect(recording.ageInYears == 23)
    #expect(recording.sex == .female)
    #expect(recording.signal.leads.names == ["MLII", "V1"])
    #expect(recording.signal.sampleCount == 650_000)
    // Beats of record 208 in the database's own directory: N 1586, V 992, F 373, S 2, Q 2.
    let counts = recording.columns.compactMap { value -> Int64? in
      if case .integer(let count) = value { count } else { nil }
    }
    #expect(counts == [1586, 2, 992, 373, 2])
    #expect(recording.columns.last == .text("(N (T"))
  }

  @Test func qtdbRecordsHaveBoundariesMarkedByHand() throws {
    let source = try open("qtdb", "qtdb")
    let recording = try source.recording(at: 0)
    let fiducials = try #require(recording.fiducials)
    #expect(fiducials.source == "manual")
    #expect(fiducials.beats.count == 30)
    for beat in fiducials.beats {
      let present = [Fiducial.pOnset, .pPeak, .pOffset, .qrsOnset, .rPeak, .qrsOffset, .tPeak, .tOffset]
        .map { beat[$0] }
      #expect(present.allSatisfy { $0 >= 0 })
      #expect(present == present.sorted())
    }
  }

  @Test func aDatasetThatNobodyKnowsOrThatIsNotThereIsAnErrorWithAdvice() throws {
    let unknown = #expect(throws: DatasetError.self) { try registry.open(id: "ptbxl", folder: Repository.data) }
    #expect(unknown?.description.contains("Did you mean 'ptb-xl'?") == true)
    #expect(throws: DatasetError.self) { try registry.open(id: "mit-bih", folder: Repository.data + "/none") }
    #expect(throws: DatasetError.self) { try registry.open(id: "mit-bih", folder: Repository.data + "/ptb-xl") }
    #expect(throws: DatasetError.self) {
      try registry.open(
        id: "ptb-xl", folder: Repository.data + "/ptb-xl", options: DatasetOptions(samplingFrequency: 250))
    }
  }

  @Test(arguments: ["", "{", "{'A'}", "{'A': }", "{'A': 1", "{'A': 1} x", "{'A': 1, 'A': 2}", "{'A: 1}", "['A']"])
  func codesThatAreNoDictionaryAreAnErrorAtTheirLine(text: String) {
    let place = ErrorPlace("t.csv", .line(7))
    let error = #expect(throws: DatasetError.self) { try SCPStatements.parse(text, at: place) }
    #expect(error?.place == place)
  }

  @Test func codesAreReadWhateverTheirBlanks() throws {
    let place = ErrorPlace("t.csv")
    #expect(try SCPStatements.parse("{}", at: place).isEmpty)
    #expect(try SCPStatements.parse("{ 'A' : 1.5,'B':0 }", at: place) == ["A": 1.5, "B": 0])
  }

  @Test func codesAreWrittenAsCanonicalJSON() throws {
    let cases: [[String: Double]] = [
      [:], ["SR": 0], ["ISC_": 100, "ISCAL": 15, "ISCAS": 35, "ISCA": 1],
      ["3AVB": 100, "2AVB": 50, "1AVB": 0, "10A": 1],
      ["A": 1.5, "B": 0], ["A": -0.0], ["a b": 1], ["\u{e9}": 100], ["NORM": 1e9],
    ]
    for codes in cases {
      #expect(try Array(SCPStatements.text(of: codes).utf8) == CanonicalJSON.compact(codes), "\(codes)")
    }
  }

  @Test func theDigestOfAFormat16FileIsThatOfItsFrames() throws {
    let recording = try open("ptb-xl", "ptb-xl").recording(at: 3)
    let signal = recording.signal
    var hasher = ContentHasher()
    for sample in 0..<signal.sampleCount {
      for lead in 0..<signal.leads.count { hasher.update(signal.samples[lead * signal.sampleCount + sample]) }
    }
    let file = Repository.data + "/ptb-xl/" + recording.provenance.source + ".dat"
    #expect(signal.knownFrameDigest == hasher.digest)
    #expect(try FileBytes.digest(ofFile: file) == hasher.digest)
    // Format 212 holds the samples in another form.
    #expect(try open("mit-bih", "mitdb").recording(at: 0).signal.knownFrameDigest == nil)
  }
}
