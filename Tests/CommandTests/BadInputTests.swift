import Foundation
import TestSupport
import Testing

/// What goes wrong with files in the wild, and what a user is told.
@Suite struct BadInputTests {
  enum Damage: String, CaseIterable, Sendable {
    case missingSignal, missingHeader, truncatedSignal, wrongChecksum, malformedHeader

    /// Applies the damage to record 119 in `folder`.
    func apply(in folder: String) throws {
      let header = folder + "/119.hea"
      let signal = folder + "/119.dat"
      switch self {
      case .missingSignal: try FileManager.default.removeItem(atPath: signal)
      case .missingHeader: try FileManager.default.removeItem(atPath: header)
      case .truncatedSignal:
        let bytes = try Data(contentsOf: URL(fileURLWithPath: signal))
        try bytes.prefix(1_000_000).write(to: URL(fileURLWithPath: signal))
      case .wrongChecksum:
        var bytes = try Data(contentsOf: URL(fileURLWithPath: signal))
        bytes[500_001] ^= 1
        try bytes.write(to: URL(fileURLWithPath: signal))
      case .malformedHeader:
        let text = try String(contentsOfFile: header, encoding: .utf8)
        try text.replacing("119 2 360 650000", with: "119 two 360 650000")
          .write(toFile: header, atomically: true, encoding: .utf8)
      }
    }

    /// File and place that the message must name.
    var place: [String] {
      switch self {
      case .missingSignal: ["119.dat"]
      case .missingHeader: ["119.hea"]
      case .truncatedSignal: ["119.dat", "byte"]
      case .wrongChecksum: ["119.dat", "checksum"]
      case .malformedHeader: ["119.hea", "line 1"]
      }
    }
  }

  @Test(arguments: Damage.allCases) func aDamagedRecordEndsWithStatus1OneLineAndNoStore(damage: Damage) throws {
    let folder = try TemporaryFolder()
    try FileManager.default.copyItem(atPath: Repository.data + "/mitdb", toPath: folder.file("mitdb"))
    try damage.apply(in: folder.file("mitdb"))
    let outcome = try CommandRunner.run(
      ["convert", "mitdb", "--dataset", "mit-bih", "--out", "x.store"], in: folder.path)
    #expect(outcome.status == 1)
    let errors = outcome.errors.split(separator: "\n").filter { $0.hasPrefix("Error:") }
    #expect(errors.count == 1, "\(outcome.errors)")
    for part in damage.place { #expect(errors.first?.contains(part) == true, "\(outcome.errors)") }
    #expect(outcome.output.isEmpty)
    #expect(!FileManager.default.fileExists(atPath: folder.file("x.store/store.json")))
    let left = (try? FileManager.default.contentsOfDirectory(atPath: folder.file("x.store"))) ?? []
    #expect(left.isEmpty, "left behind: \(left)")
  }

  @Test func aPermittedSkipSealsTheStoreAndListsTheRecording() throws {
    let folder = try TemporaryFolder()
    try FileManager.default.copyItem(atPath: Repository.data + "/mitdb", toPath: folder.file("mitdb"))
    try Damage.wrongChecksum.apply(in: folder.file("mitdb"))
    let outcome = try CommandRunner.run(
      ["convert", "mitdb", "--dataset", "mit-bih", "--out", "x.store", "--allow-skipped", "1"], in: folder.path)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let description = try String(contentsOfFile: folder.file("x.store/store.json"), encoding: .utf8)
    #expect(description.contains("checksum"))
    #expect(description.contains("\"119\""))
  }

  @Test func wrongUseEndsWithStatus64AndSuggestsWhatWasMeant() throws {
    let wrong = try CommandRunner.run(["convert", "data/mitdb", "--out", "x"])
    #expect(wrong.status == 64)
    let folder = try TemporaryFolder()
    let unknown = try CommandRunner.run(
      ["convert", Repository.data + "/mitdb", "--dataset", "mitbih", "--out", folder.file("x")])
    #expect(unknown.status == 1)
    #expect(unknown.errors.contains("Did you mean 'mit-bih'?"))
    let task = try CommandRunner.run(["bench", "show", "synthetic-qr"])
    #expect(task.status == 1)
    #expect(task.errors.contains("Did you mean 'synthetic-qrs'?") || task.errors.contains("synthetic-pr"))
  }

  @Test func aStoreThatIsThereIsNotOverwrittenUnlessAsked() throws {
    let folder = try TemporaryFolder()
    let arguments = ["synthesize", "--count", "3", "--out", folder.file("s.store")]
    #expect(try CommandRunner.run(arguments).status == 0)
    let again = try CommandRunner.run(arguments)
    #expect(again.status == 1)
    #expect(again.errors.contains("--force"))
    #expect(try CommandRunner.run(arguments + ["--force"]).status == 0)
  }

  @Test func aDamagedShardFailsVerificationWithStatus3() throws {
    let folder = try TemporaryFolder()
    let store = folder.file("s.store")
    #expect(try CommandRunner.run(["synthesize", "--count", "3", "--out", store]).status == 0)
    #expect(try CommandRunner.run(["verify", store]).status == 0)
    let shard = store + "/shard-00000.h5"
    var bytes = try Data(contentsOf: URL(fileURLWithPath: shard))
    bytes[bytes.count / 2] ^= 0xFF
    try bytes.write(to: URL(fileURLWithPath: shard))
    let outcome = try CommandRunner.run(["verify", store])
    #expect(outcome.status == 3, "\(outcome.errors)")
    #expect(outcome.errors.contains("shard-00000.h5"))
  }
}
