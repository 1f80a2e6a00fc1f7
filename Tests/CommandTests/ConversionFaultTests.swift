import Foundation
import TestSupport
import Testing

/// Conversions that fail on the way, and what is there afterwards: no broken store, and the bytes of an uninterrupted
/// conversion once the cause is gone.
@Suite struct ConversionFaultTests {
  private func files(in folder: String) throws -> [String: Data] {
    try FileManager.default.contentsOfDirectory(atPath: folder).reduce(into: [:]) {
      $0[$1] = try Data(contentsOf: URL(fileURLWithPath: folder + "/" + $1))
    }
  }

  private let convert = [
    "convert", "mitdb", "--dataset", "mit-bih", "--recordings-per-shard", "1", "--jobs", "1", "--out",
  ]

  /// A folder with a copy of the MIT-BIH sample and the store made of it.
  private func prepared() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try FileManager.default.copyItem(atPath: Repository.data + "/mitdb", toPath: folder.file("mitdb"))
    let whole = try CommandRunner.run(convert + ["whole.store"], in: folder.path)
    #expect(whole.status == 0, "\(whole.errors)")
    return folder
  }

  private func expectOneError(_ outcome: CommandRunner.Outcome, _ parts: [String]) {
    let errors = outcome.errors.split(separator: "\n").filter { $0.hasPrefix("Error:") }
    #expect(outcome.status == 1 && errors.count == 1 && outcome.output.isEmpty, "\(outcome.errors)")
    for part in parts { #expect(errors.first?.contains(part) == true, "\(outcome.errors)") }
  }

  enum Fault: String, CaseIterable, Sendable {
    case lostSignal, damagedSignal, shortSignal, longSignal, folderInItsPlace

    func apply(to file: String) throws {
      let url = URL(fileURLWithPath: file)
      var bytes = try Data(contentsOf: url)
      switch self {
      case .lostSignal: return try FileManager.default.removeItem(atPath: file)
      case .damagedSignal: bytes[700_000] ^= 8
      case .shortSignal: bytes.removeLast(100)
      case .longSignal: bytes.append(contentsOf: [0, 0, 0])
      case .folderInItsPlace:
        try FileManager.default.removeItem(atPath: file)
        return try FileManager.default.createDirectory(atPath: file, withIntermediateDirectories: false)
      }
      try bytes.write(to: url)
    }

    var words: [String] {
      switch self {
      case .lostSignal: ["no such file"]
      case .damagedSignal: ["checksum"]
      case .shortSignal: ["byte 1949900", "truncated"]
      case .longSignal: ["byte 1950000", "3 bytes behind the last sample"]
      case .folderInItsPlace: ["not a regular file"]
      }
    }
  }

  /// Record 208 is the third of four: two shards are whole when it fails.
  @Test(arguments: Fault.allCases) func aBadSourceFileIsNamedAndTheRestIsGoneOnWith(_ fault: Fault) throws {
    let folder = try prepared()
    let file = folder.file("mitdb/208.dat")
    let good = try Data(contentsOf: URL(fileURLWithPath: file))
    try fault.apply(to: file)
    expectOneError(
      try CommandRunner.run(convert + ["x.store", "--resume"], in: folder.path), ["208.dat"] + fault.words)
    let left = try files(in: folder.file("x.store"))
    #expect(left["store.json"] == nil && left["shard-00000.h5"] != nil && !left.keys.contains { $0.contains(".tmp-") })
    let unfinished = try CommandRunner.run(["verify", "x.store"], in: folder.path)
    #expect(unfinished.status == 1 && unfinished.errors.contains("--resume"), "\(unfinished.errors)")
    try? FileManager.default.removeItem(atPath: file)
    try good.write(to: URL(fileURLWithPath: file))
    let again = try CommandRunner.run(convert + ["x.store", "--resume"], in: folder.path)
    #expect(again.status == 0, "\(again.errors)")
    #expect(try files(in: folder.file("x.store")) == files(in: folder.file("whole.store")))
  }

  /// A limit on the size of files stands for a full disk; its signal is ignored, so that writing fails instead.
  @Test(arguments: [1, 300, 1000, 1500], [true, false])
  func aDiskThatIsFullIsReportedAndGoneOnWith(blocks: Int, resumes: Bool) throws {
    let folder = try prepared()
    let limited = try shell(
      "trap '' XFSZ; ulimit -f \(blocks); exec \"$0\" \"$@\"", convert + ["x.store"] + (resumes ? ["--resume"] : []),
      in: folder)
    let largest = try files(in: folder.file("whole.store")).values.map(\.count).max() ?? 0
    if blocks * 512 < largest {
      expectOneError(limited, [])
      let left = (try? files(in: folder.file("x.store"))) ?? [:]
      #expect(left["store.json"] == nil && !left.keys.contains { $0.contains(".tmp-") }, "\(left.keys.sorted())")
      if !resumes { #expect(left.isEmpty, "\(left.keys.sorted())") }
    }
    let again = try CommandRunner.run(convert + ["x.store", "--resume"], in: folder.path)
    #expect(again.status == 0, "\(again.errors)")
    #expect(try files(in: folder.file("x.store")) == files(in: folder.file("whole.store")))
  }

  /// The same on a real file system that is too small, and where a store is to be replaced.
  @Test func aFullFileSystemLeavesNothingBrokenAndTheOldStoreWhole() throws {
    let folder = try prepared()
    let isAllowed = try shell(
      "unshare -m mount -t tmpfs -o size=64k none \"$0\" 2>/dev/null", in: folder, [folder.path])
    guard isAllowed.status == 0 else { return print("not tested on a file system of its own: no right to mount one") }
    try FileManager.default.createDirectory(atPath: folder.file("disk"), withIntermediateDirectories: false)
    try FileManager.default.createDirectory(atPath: folder.file("kept"), withIntermediateDirectories: false)
    for size in ["8k", "600k", "1500k", "3000k"] {
      let script = """
        set -e
        mount -t tmpfs -o size=\(size) none disk
        status=0; "$0" "$@" disk/x.store --resume || status=$?
        test $status = 1
        test ! -e disk/x.store/store.json
        test -z "$(find disk -name '*.tmp-*' -size +0)"
        mount -o remount,size=64m disk
        "$0" "$@" disk/x.store --resume
        diff -r disk/x.store whole.store
        # No room for a second store: the one that is there stays.
        used=$(du -sk disk | cut -f1)
        mount -o remount,size=$((used + 200))k disk
        status=0; "$0" "$@" disk/x.store --force || status=$?
        test $status = 1
        diff -r disk/x.store whole.store
        test "$(ls -A disk)" = x.store
        """
      let outcome = try shell(
        "exec unshare -m sh -c \"$SCRIPT\" \"$0\" \"$@\"", convert, in: folder, ["SCRIPT": script])
      #expect(outcome.status == 0, "\(size): \(outcome.errors)")
      #expect(outcome.errors.split(separator: "\n").count { $0.hasPrefix("Error:") } == 2, "\(size): \(outcome.errors)")
    }
  }

  @Test func aFolderThatMayNotBeReadIsSaidToBeThat() throws {
    let folder = try TemporaryFolder()
    for name in ["secret", "secret/mitdb"] {
      try FileManager.default.createDirectory(atPath: folder.file(name), withIntermediateDirectories: false)
    }
    try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: folder.file("secret"))
    // Everything may be read by root, so the command runs as somebody else where the tests are root's.
    let runner =
      getuid() == 0 ? "exec setpriv --reuid 65534 --regid 65534 --clear-groups \"$0\" \"$@\"" : "exec \"$0\" \"$@\""
    if getuid() == 0 {
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.path)
      let version = try shell(runner, ["--version"], in: folder)
      guard version.status == 0 else { return print("not tested as another user: \(version.errors)") }
    } else {
      try FileManager.default.setAttributes([.posixPermissions: 0o000], ofItemAtPath: folder.file("secret"))
    }
    defer { try? FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: folder.file("secret")) }
    for arguments in [
      ["info", "secret"], ["verify", "secret"], ["leaderboard", "build", "secret"],
      ["convert", "secret", "--dataset", "mit-bih", "--out", "/nowhere/x"],
      ["convert", "secret/mitdb", "--dataset", "mit-bih", "--out", "/nowhere/x"],
    ] {
      let outcome = try shell(runner, arguments, in: folder)
      #expect(outcome.status == 1 && outcome.errors.contains("Permission denied"), "\(arguments): \(outcome.errors)")
    }
  }

  /// Runs `script` with `$0` the command and `$@` its arguments.
  private func shell(
    _ script: String, _ arguments: [String], in folder: TemporaryFolder, _ environment: [String: String] = [:]
  ) throws -> CommandRunner.Outcome {
    try CommandRunner.shell(script, [try #require(CommandRunner.program)] + arguments, in: folder.path, environment)
  }

  /// Runs `script` with `$0` and `$@` from `arguments`.
  private func shell(_ script: String, in folder: TemporaryFolder, _ arguments: [String]) throws
    -> CommandRunner.Outcome
  {
    try CommandRunner.shell(script, arguments, in: folder.path, [:])
  }
}
