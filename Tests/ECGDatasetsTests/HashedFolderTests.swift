import Reproducibility
import TestSupport
import Testing

@testable import ECGDatasets

@Suite struct HashedFolderTests {
  /// A file that were read again would give what it holds by then.
  @Test func aFileThatIsOpenedAgainIsNotReadAgain() throws {
    let folder = try TemporaryFolder()
    try AtomicFile.write("first", to: folder.file("a.dat"))
    let hashed = HashedFolder(folder.path)
    let first = try hashed.open("a.dat")
    try AtomicFile.write("second", to: folder.file("a.dat"))
    let again = try hashed.open("a.dat")
    #expect(try again.readAll() == first.readAll())
    #expect(try hashed.digest(ofFile: again.path) == Digest(ofText: "first"))
  }

  @Test func everyFileHasItsOwnDigestInWhateverOrderFilesAreOpened() throws {
    let folder = try TemporaryFolder()
    for name in ["a.dat", "b.dat"] { try AtomicFile.write("contents of \(name)", to: folder.file(name)) }
    let hashed = HashedFolder(folder.path)
    for name in ["a.dat", "b.dat", "a.dat"] {
      let file = try hashed.open(name)
      #expect(try file.readAll() == Array("contents of \(name)".utf8))
      #expect(file.size == 17)
      #expect(try hashed.digest(ofFile: file.path) == Digest(ofText: "contents of \(name)"))
    }
  }
}
