import Foundation
import Reproducibility
import TestSupport
import Testing
import WFDB

/// Bundled records, sample by sample and mark by mark, against wfdb-python; see Golden/MAKERS.md.
@Suite struct RecordTests {
  struct Golden: Decodable, Sendable {
    struct Marks: Decodable, Sendable {
      let count: Int
      let sha256: Digest
    }

    let samplingFrequency: Double
    let samples: Int
    let signals: [String]
    let gain: [Double]
    let baseline: [Int]
    let digital: Digest
    let annotations: [String: Marks]

    enum CodingKeys: String, CodingKey {
      case samplingFrequency = "sampling_frequency"
      case samples, signals, gain, baseline
      case digital = "digital_sha256"
      case annotations
    }
  }

  static func golden() throws -> [String: Golden] {
    try CanonicalJSON.read(
      [String: Golden].self, fromFile: Repository.root + "/Tests/WFDBTests/Golden/records.json")
  }

  @Test func headersSamplesAndAnnotationsEqualWfdbPython() throws {
    let golden = try Self.golden()
    #expect(golden.count == 12)
    for (name, expected) in golden {
      let path = Repository.root + "/" + name
      let reader = try RecordReader(path: path)
      #expect(reader.header.samplingFrequency == expected.samplingFrequency)
      #expect(reader.header.signals.map(\.description) == expected.signals)
      #expect(reader.header.signals.map(\.gain) == expected.gain)
      #expect(reader.header.signals.map(\.baseline) == expected.baseline)
      let read = try reader.read()
      let signals = try read.signals.indices.map { try #require(read.int16(of: $0)) }
      #expect(signals.allSatisfy { $0.count == expected.samples })
      let bytes = signals.flatMap { $0 }.withUnsafeBytes { Digest(of: $0) }
      #expect(bytes == expected.digital, "\(name)")
      for (annotator, marks) in expected.annotations {
        let read = try AnnotationFile.read("\(path).\(annotator)")
        #expect(read.count == marks.count, "\(name).\(annotator)")
        let text = read.map {
          "\($0.sample) \($0.symbol) \($0.subtype) \($0.channel) \($0.number) \($0.auxiliary)\n"
        }.joined()
        #expect(Digest(ofText: text) == marks.sha256, "\(name).\(annotator)")
      }
    }
  }

  private static func headers(under folder: String) -> [String] {
    let walker = FileManager.default.enumerator(atPath: folder)
    let names = (walker?.compactMap { $0 as? String } ?? []).filter { $0.hasSuffix(".hea") }
    return names.sorted().map { folder + "/" + $0.dropLast(4) }
  }

  @Test func everySampleOfEveryBundledRecordMatchesItsHeadersChecksum() throws {
    let records = Self.headers(under: Repository.data)
    #expect(records.count == 408)
    let failures = try Workers.all.map(records.count) { index -> Int in
      let reader = try RecordReader(path: records[index])
      // read throws where a checksum does not match; a header without one would prove nothing.
      _ = try reader.read()
      return reader.header.signals.count { $0.checksum == nil }
    }
    #expect(failures.reduce(0, +) == 0)
  }

  /// Not those that are there without their signals: 1003, 100-no-len, 100skew and most segments of p000878.
  @Test(.enabled(if: Repository.sharedData != nil, "needs the wider recordings beside the checkout"))
  func everyRecordBesideTheCheckoutMatchesItsChecksums() throws {
    let root = Repository.sharedData ?? ""
    let folders = ["mitdb", "qtdb", "ptb-xl", "ludb", "nstdb", "cinc2021", "wfdb-samples"]
    let records = folders.flatMap { Self.headers(under: "\(root)/\($0)") }
    #expect(records.count > 750)
    let failed = try Workers.all.map(records.count) { index -> String? in
      do throws(WFDBError) {
        _ = try RecordReader(path: records[index]).read()
        return nil
      } catch {
        // What has to be installed is not the record's fault.
        return error.code == .missingLibrary ? nil : "\(records[index].split(separator: "/").last ?? "")"
      }
    }.compactMap { $0 }
    #expect(Set(failed) == ["1003", "100-no-len", "100skew", "3269321_layout", "p000878-2137-10-26-16-57"])
  }
}

extension RecordReader {
  /// Every sample of every signal.
  func digital(_ selection: RecordSelection = RecordSelection()) throws -> [[Int32]] {
    let samples = try read(selection)
    return samples.signals.indices.map { samples.digital(of: $0) }
  }
}
