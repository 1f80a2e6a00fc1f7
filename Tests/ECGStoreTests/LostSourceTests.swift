import ECGCore
import Foundation
import Reproducibility
import TestSupport
import Testing

@testable import ECGStore

/// Files of a source that go, or go bad, while they are being converted.
@Suite struct LostSourceTests {
  /// Recordings of which each has a file of its own; something happens to the files once recording `trigger` is read.
  private final class FileSource: RecordingSource {
    let inner: InMemorySource
    let folder: String
    private let trigger: Int
    private let event: @Sendable (_ file: (Int) -> String) throws -> Void

    init(
      _ inner: InMemorySource, _ folder: String, at trigger: Int,
      _ event: @escaping @Sendable (_ file: (Int) -> String) throws -> Void
    ) {
      (self.inner, self.folder, self.trigger, self.event) = (inner, folder, trigger, event)
    }

    var description: SourceDescription { inner.description }
    var identifiers: [RecordingID] { inner.identifiers }
    var layout: SignalLayout { inner.layout }
    var columns: [ColumnDefinition] { inner.columns }
    func file(_ index: Int) -> String { "\(folder)/r\(index)" }

    func writeFiles() throws {
      try AtomicFile.makeFolder(folder)
      for index in identifiers.indices { try AtomicFile.write(Digest(ofText: "\(index)").hex, to: file(index)) }
    }

    func recording(at index: Int) throws -> Recording {
      let bytes = try FileBytes.read(file(index))
      let expected = Digest(ofText: "\(index)").hex
      guard bytes == Array(expected.utf8) else {
        throw StoreError(
          .inconsistentRecording, at: ErrorPlace(file(index)), found: "other bytes", expected: expected)
      }
      if index == trigger { try event(file) }
      return try inner.recording(at: index)
    }
  }

  private static let events: [(name: String, damage: @Sendable (_ file: (Int) -> String) throws -> Void)] = [
    ("lost", { try FileManager.default.removeItem(atPath: $0(5)) }),
    ("damaged", { try AtomicFile.write("something else", to: $0(5)) }),
    (
      "replaced by a folder",
      {
        try FileManager.default.removeItem(atPath: $0(5))
        try AtomicFile.makeFolder($0(5))
      }
    ),
  ]

  @Test(arguments: events.indices, [true, false])
  func isReportedLeavesNoStoreAndIsGoneOnWith(_ event: Int, resumes: Bool) throws {
    for inner in [try InMemorySource.fixed(count: 9), .variable(count: 9, longest: 500)] {
      let folder = try TemporaryFolder()
      func contents(_ path: String) throws -> [String: [UInt8]] {
        try FileManager.default.contentsOfDirectory(atPath: path).reduce(into: [:]) {
          $0[$1] = try FileBytes.read(path + "/" + $1)
        }
      }
      let (store, whole) = (folder.file("store"), folder.file("whole"))
      func convert(_ source: any RecordingSource, _ path: String, resume: Bool = false) throws -> ConversionReport {
        let options = ConversionOptions(recordingsPerShard: 2, workers: Workers(1), resume: resume)
        return try Conversion(source: source, options: options).run(into: path)
      }
      let expected = try convert(inner, whole)
      let source = FileSource(inner, folder.file("source"), at: 2, Self.events[event].damage)
      try source.writeFiles()
      let error = #expect(throws: (any Error).self) { try convert(source, store, resume: resumes) }
      #expect((error as? any LocatedError)?.place.file == source.file(5), "\(Self.events[event].name): \(error as Any)")
      let left = (try? contents(store).keys.sorted()) ?? []
      #expect(!left.contains { $0 == "store.json" || $0.contains(".tmp-") }, "\(left)")
      // Without --resume nothing is left to go on with.
      #expect(left.isEmpty == !resumes)
      try? FileManager.default.removeItem(atPath: source.file(5))
      let mended = FileSource(inner, folder.file("source"), at: -1) { _ in }
      try mended.writeFiles()
      #expect(try convert(mended, store, resume: true) == expected)
      #expect(try contents(store) == contents(whole))
    }
  }
}
