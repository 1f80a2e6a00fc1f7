import ECGCore
import Foundation
import Reproducibility
import TestSupport
import Testing

@testable import ECGStore

/// Processes that make parts of one store at the same time, among them attempts that a scheduler took for dead.
@Suite struct ConcurrentPartsTests {
  /// Does something when a recording is asked for, once.
  private final class InterruptedSource: RecordingSource {
    let inner: InMemorySource
    private let index: Int
    private let interruption: @Sendable () throws -> Void

    init(_ inner: InMemorySource, at index: Int, _ interruption: @escaping @Sendable () throws -> Void) {
      (self.inner, self.index, self.interruption) = (inner, index, interruption)
    }

    var description: SourceDescription { inner.description }
    var identifiers: [RecordingID] { inner.identifiers }
    var layout: SignalLayout { inner.layout }
    var columns: [ColumnDefinition] { inner.columns }

    func recording(at index: Int) throws -> Recording {
      if index == self.index { try interruption() }
      return try inner.recording(at: index)
    }
  }

  private static func convert(_ source: any RecordingSource, _ path: String, part: String? = nil) throws
    -> ConversionReport
  {
    let part = part.flatMap { ConversionPart($0) }
    return try Conversion(
      source: source, options: ConversionOptions(recordingsPerShard: 2, workers: Workers(1), part: part)
    ).run(into: path)
  }

  private func contents(_ path: String) throws -> [String: [UInt8]] {
    try FileManager.default.contentsOfDirectory(atPath: path).reduce(into: [:]) {
      $0[$1] = try FileBytes.read(path + "/" + $1)
    }
  }

  @Test func anAttemptTakenForDeadLeavesWhatAnotherHasFinished() throws {
    let folder = try TemporaryFolder()
    let (store, whole) = (folder.file("store"), folder.file("whole"))
    let good = try InMemorySource.fixed(count: 7)
    let expected = try Self.convert(good, whole)
    // The late attempt cannot read recording 3, which the other one could.
    let late = InterruptedSource(try .fixed(count: 7, failing: [3]), at: 2) {
      _ = try Self.convert(good, store, part: "0/2")
    }
    #expect(try Self.convert(late, store, part: "0/2").skipped.isEmpty)
    _ = try Self.convert(good, store, part: "1/2")
    #expect(try StoreMerge.run(store) == expected)
    #expect(try contents(store) == contents(whole))
  }

  @Test func anAttemptTakenForDeadLeavesASealedStore() throws {
    let folder = try TemporaryFolder()
    let (store, whole) = (folder.file("store"), folder.file("whole"))
    let good = try InMemorySource.fixed(count: 7)
    let expected = try Self.convert(good, whole)
    let late = InterruptedSource(try .fixed(count: 7, failing: [3]), at: 2) {
      for part in ["0/2", "1/2"] { _ = try Self.convert(good, store, part: part) }
      _ = try StoreMerge.run(store)
    }
    #expect(try Self.convert(late, store, part: "0/2") == expected)
    #expect(try contents(store) == contents(whole))
  }

  @Test func partsThatBeginTogetherAgreeOnOnePlan() throws {
    let folder = try TemporaryFolder()
    let (store, whole) = (folder.file("store"), folder.file("whole"))
    let source = InMemorySource.variable(count: 40)
    let expected = try Self.convert(source, whole)
    _ = try Workers(8).map(8) { try Self.convert(source, store, part: "\(7 - $0)/8") }
    #expect(try StoreMerge.run(store) == expected)
    #expect(try contents(store) == contents(whole))
  }
}
