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

  @Test func annotationsThatAreCutShortOrLostAreErrors() throws {
    for (dataset, folderName, file, isLost) in [
      ("mit-bih", "mitdb", "119.atr", false), ("mit-bih", "mitdb", "119.atr", true),
      ("qtdb", "qtdb", "sel100.q1c", false),
      ("qtdb", "qtdb", "sel100.q1c", true),
    ] {
      let folder = try TemporaryFolder()
      try FileManager.default.copyItem(atPath: "\(Repository.data)/\(folderName)", toPath: folder.file("d"))
      if isLost {
        try FileManager.default.removeItem(atPath: folder.file("d/\(file)"))
      } else {
        let bytes = try Data(contentsOf: URL(fileURLWithPath: folder.file("d/\(file)")))
        try bytes.prefix(bytes.count / 4 * 2).write(to: URL(fileURLWithPath: folder.file("d/\(file)")))
      }
      let outcome = try CommandRunner.run(["convert", "d", "--dataset", dataset, "--out", "x.store"], in: folder.path)
      #expect(outcome.status == 1 && outcome.errors.contains(file), "\(outcome.errors)")
      #expect(!FileManager.default.fileExists(atPath: folder.file("x.store")))
    }
  }

  @Test(arguments: [16, 100, 1000]) func aFullDiskEndsWithStatus1AndNoStore(blocks: Int) throws {
    let program = try #require(CommandRunner.program)
    let folder = try TemporaryFolder()
    // A limit on the size of files stands for a full disk; its signal is ignored, so that writing fails instead.
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = [
      "-c", "trap '' XFSZ; ulimit -f \(blocks); exec \"$0\" \"$@\" 2>err", program, "convert",
      Repository.data + "/mitdb", "--dataset",
      "mit-bih", "--out", "x.store",
    ]
    process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
    process.environment = ProcessInfo.processInfo.environment.merging(["EINTHOVEN_HOME": Repository.root]) { $1 }
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    let errors = try String(contentsOfFile: folder.file("err"), encoding: .utf8)
    #expect(process.terminationReason == .exit && process.terminationStatus == 1, "\(errors)")
    #expect(errors.split(separator: "\n").count { $0.hasPrefix("Error:") } == 1, "\(errors)")
    #expect(!FileManager.default.fileExists(atPath: folder.file("x.store")))
  }

  @Test func aResultThatIsLostIsAnError() throws {
    guard FileManager.default.fileExists(atPath: "/dev/full") else { return print("not tested: there is no /dev/full") }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: try #require(CommandRunner.program))
    process.arguments = ["bench", "list"]
    process.environment = ProcessInfo.processInfo.environment.merging(["EINTHOVEN_HOME": Repository.root]) { $1 }
    process.standardOutput = FileHandle(forWritingAtPath: "/dev/full")
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 1)
  }

  @Test func aPatientOnTwoSidesStopsSplitAndRun() throws {
    let folder = try TemporaryFolder()
    try FileManager.default.copyItem(atPath: Repository.data + "/ptb-xl", toPath: folder.file("d"))
    // The patient of a recording of fold 10 gets one of fold 1 too.
    let file = folder.file("d/ptbxl_database.csv")
    var lines = try String(contentsOfFile: file, encoding: .utf8).components(separatedBy: "\n")
    let head = lines[0].components(separatedBy: ",")
    let (patient, fold) = (
      try #require(head.firstIndex(of: "patient_id")), try #require(head.firstIndex(of: "strat_fold"))
    )
    let foldFromEnd = head.count - fold
    func foldOf(_ line: String) -> String { line.components(separatedBy: ",").suffix(foldFromEnd).first ?? "" }
    func patientOf(_ line: String) -> String { line.components(separatedBy: ",")[patient] }
    let test = try #require(lines.first { foldOf($0) == "10" })
    let train = try #require(lines.firstIndex { foldOf($0) == "1" })
    var fields = lines[train].components(separatedBy: ",")
    fields[patient] = patientOf(test)
    lines[train] = fields.joined(separator: ",")
    try lines.joined(separator: "\n").write(toFile: file, atomically: true, encoding: .utf8)
    let convert = ["convert", "d", "--dataset", "ptb-xl", "--rate", "100", "--out", "x.store"]
    #expect(try CommandRunner.run(convert, in: folder.path).status == 0)
    let split = try CommandRunner.run(
      ["split", "x.store", "--protocol", "ptb-xl-folds", "--out", "s.json"], in: folder.path)
    #expect(split.status == 3 && split.errors.contains("more than one side: 1"))
    #expect(!FileManager.default.fileExists(atPath: folder.file("s.json")))
    let run = try CommandRunner.run(
      [
        "bench", "run", "ptb-xl-superclass", "--store", "x.store", "--recipe", "short", "--start", "baseline", "--out",
        "r",
      ],
      in: folder.path)
    #expect(run.status == 3 && run.errors.contains("more than one side: 1"), "\(run.errors)")
  }

  @Test func aFigureThatDoesNotFollowFromThePredictionsIsNotPublished() throws {
    let folder = try TemporaryFolder()
    #expect(try CommandRunner.run(["synthesize", "--count", "60", "--out", "s.store"], in: folder.path).status == 0)
    let run = try CommandRunner.run(
      ["bench", "run", "synthetic-qt", "--store", "s.store", "--recipe", "short", "--start", "baseline", "--out", "r"],
      in: folder.path)
    #expect(run.status == 0, "\(run.errors)")
    #expect(try CommandRunner.run(["leaderboard", "build", "r"], in: folder.path).status == 0)
    let file = folder.file(run.output.trimmingCharacters(in: .whitespacesAndNewlines) + "/result.json")
    let text = try String(contentsOfFile: file, encoding: .utf8)
    let value = try #require(text.firstMatch(of: /"value" : [0-9.]+/))
    try text.replacingCharacters(in: value.range, with: "\"value\" : 0.5").write(
      toFile: file, atomically: true, encoding: .utf8)
    let board = try CommandRunner.run(["leaderboard", "build", "r"], in: folder.path)
    #expect(board.status == 1 && board.errors.contains("metrics.mae"), "\(board.errors)")
  }
}
