import Foundation
import Reproducibility
import TestSupport
import Testing

@Suite struct DigestAndFileTests {
  /// FIPS 180-2's example.
  @Test func sha256OfAbcIsTheStandardsExample() {
    let digest = Digest(of: Array("abc".utf8))
    #expect(digest.hex == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(Digest(hex: digest.hex) == digest)
    #expect(Digest(hex: "zz") == nil)
  }

  @Test func lengthsKeepDifferentSequencesApart() {
    var first = ContentHasher()
    first.update("ab")
    first.update("c")
    var second = ContentHasher()
    second.update("a")
    second.update("bc")
    #expect(first.digest != second.digest)
  }

  @Test func anAtomicFileIsWholeAndLeavesNoTemporaryBehind() throws {
    let folder = try TemporaryFolder()
    try AtomicFile.write("one", to: folder.file("a.txt"))
    try AtomicFile.write("two", to: folder.file("a.txt"))
    #expect(try FileBytes.read(folder.file("a.txt")) == Array("two".utf8))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["a.txt"])
    #expect(try FileBytes.digest(ofFile: folder.file("a.txt")) == Digest(ofText: "two"))
  }

  @Test func ofManyThatCreateOneFileOneSucceedsAndIsNotReplaced() throws {
    let folder = try TemporaryFolder()
    let file = folder.file("plan.json")
    let made = try Workers(8).map(32) { try AtomicFile.create(Array("\($0)".utf8), at: file) }
    let first = try #require(made.firstIndex(of: true))
    #expect(made.filter { $0 }.count == 1)
    #expect(try FileBytes.read(file) == Array("\(first)".utf8))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["plan.json"])
    #expect(throws: ReproducibilityError.self) { try AtomicFile.create([1], at: folder.file("no/such/folder")) }
  }

  @Test func failuresNameTheFileAndWhatToDo() throws {
    let folder = try TemporaryFolder()
    let missing = folder.file("none.txt")
    let error = #expect(throws: ReproducibilityError.self) { try FileBytes.read(missing) }
    #expect(error?.code == .missingFile)
    #expect(
      error?.description == "\(missing): no such file; expected a readable file. "
        + "Check the path, or fetch the file again")
    #expect(throws: ReproducibilityError.self) { try AtomicFile.write("x", to: folder.file("no/such/folder")) }
  }

  @Test func jsonHasOneWrittenForm() throws {
    struct Value: Codable, Equatable { var b: Double; var a: [Int]; var path: String }
    let value = Value(b: 0.1, a: [1, 2], path: "x/y")
    #expect(String(decoding: try CanonicalJSON.compact(value), as: UTF8.self) == #"{"a":[1,2],"b":0.1,"path":"x/y"}"#)
    #expect(try CanonicalJSON.decode(Value.self, from: CanonicalJSON.pretty(value), named: "v") == value)
    let error = #expect(throws: ReproducibilityError.self) {
      try CanonicalJSON.decode(Value.self, from: Array(#"{"a":[1],"path":"x"}"#.utf8), named: "v.json")
    }
    #expect(error?.description.hasPrefix("v.json, top level: no key 'b'") == true)
  }

  @Test(arguments: [1, 2, 5]) func workersReturnResultsInIndexOrder(threads: Int) throws {
    let squares = try Workers(threads).map(100) { $0 * $0 }
    #expect(squares == (0..<100).map { $0 * $0 })
    struct Failure: Error, Equatable { let index: Int }
    #expect(throws: Failure(index: 3)) {
      try Workers(threads).map(50) { index in
        if index == 3 || index == 40 { throw Failure(index: index) }
        return index
      }
    }
  }
}
