import Foundation
import TestSupport
import Testing

@Suite struct VerifyCommandTests {
  private func json(_ outcome: CommandRunner.Outcome) throws -> [String: Any] {
    let value = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8))
    return try #require(value as? [String: Any])
  }

  private func change(_ file: String, _ from: String, _ to: String) throws {
    let text = try String(contentsOfFile: file, encoding: .utf8)
    #expect(text.contains(from))
    try text.replacing(from, with: to, maxReplacements: 1).write(toFile: file, atomically: true, encoding: .utf8)
  }

  @Test func aDamagedChunkOfRealRecordingsIsNamedWithItsBytes() throws {
    let folder = try TemporaryFolder()
    let convert = [
      "convert", Repository.data + "/ptb-xl", "--dataset", "ptb-xl", "--rate", "100", "--recordings-per-shard", "20",
      "--out", "x.store",
    ]
    #expect(try CommandRunner.run(convert, in: folder.path).status == 0)
    let sound = try CommandRunner.run(["verify", "x.store", "--json"], in: folder.path)
    #expect(sound.status == 0, "\(sound.errors)")
    #expect(try json(sound)["status"] as? String == "ok" && json(sound)["kind"] as? String == "store")
    // The store.json of a store stands for it.
    #expect(try CommandRunner.run(["verify", "x.store/store.json"], in: folder.path).status == 0)
    let shard = folder.file("x.store/shard-00001.h5")
    var bytes = try Data(contentsOf: URL(fileURLWithPath: shard))
    let place = bytes.count / 2
    bytes[place] ^= 0xFF
    try bytes.write(to: URL(fileURLWithPath: shard))
    var reports = Set<String>()
    for jobs in ["1", "2", "3"] {
      let outcome = try CommandRunner.run(["verify", "x.store", "--json", "--jobs", jobs], in: folder.path)
      #expect(outcome.status == 3)
      reports.insert(outcome.output)
      let error = try #require(json(outcome)["error"] as? [String: Any])
      #expect(error["file"] as? String == "x.store/shard-00001.h5" && error["item"] as? String == "/signal")
      let (offset, length) = (try #require(error["offset"] as? Int), try #require(error["length"] as? Int))
      #expect((offset..<offset + length).contains(place) && length < 20_000)
      let record = try #require(error["record"] as? String)
      #expect(outcome.errors.contains("shard-00001.h5, record \(record), /signal, bytes \(offset) to"))
    }
    #expect(reports.count == 1)
  }

  @Test func aSplitIsMadeAgainAndEveryChangeIsFound() throws {
    let folder = try TemporaryFolder()
    let convert = ["convert", Repository.data + "/ptb-xl", "--dataset", "ptb-xl", "--rate", "100", "--out", "x.store"]
    #expect(try CommandRunner.run(convert, in: folder.path).status == 0)
    let split = ["split", "x.store", "--protocol", "patient-random", "--seed", "4", "--out", "s.json"]
    #expect(try CommandRunner.run(split, in: folder.path).status == 0)
    let verify = ["verify", "s.json", "--store", "x.store"]
    let sound = try CommandRunner.run(verify + ["--json"], in: folder.path)
    #expect(sound.status == 0 && sound.errors.contains("audit: "), "\(sound.errors)")
    #expect(try json(sound)["made_again"] as? Bool == true)
    #expect(try CommandRunner.run(["verify", "s.json"], in: folder.path).status == 0)
    let file = folder.file("s.json")
    let text = try String(contentsOfFile: file, encoding: .utf8)
    let train = try #require(text.firstMatch(of: /"train" : \[\s*"([0-9]+)"/)).output.1
    let test = try #require(text.firstMatch(of: /"test" : \[\s*"([0-9]+)"/)).output.1
    for (from, to, needsStore, words) in [
      ("\"seed\" : 4", "\"seed\" : 5", true, "seed 5"),
      ("\"\(train)\",", "", true, "no such recording in this part"),
      ("\"\(train)\"", "\"none\"", true, "the store lacks"),
      ("\"store_digest\" : \"", "\"store_digest\" : \"00", false, "SHA-256"),
      ("\"\(train)\"", "\"\(test)\"", false, "stands in"),
    ] {
      try change(file, from, to)
      let outcome = try CommandRunner.run(verify, in: folder.path)
      #expect(outcome.status == 3 && outcome.errors.contains(words), "\(from): \(outcome.errors)")
      if !needsStore { #expect(try CommandRunner.run(["verify", "s.json"], in: folder.path).status == 3) }
      try text.write(toFile: file, atomically: true, encoding: .utf8)
    }
  }

  @Test func aResultIsRecomputedAndEveryChangeIsFound() throws {
    let folder = try TemporaryFolder()
    #expect(try CommandRunner.run(["synthesize", "--count", "60", "--out", "s.store"], in: folder.path).status == 0)
    #expect(
      try CommandRunner.run(["synthesize", "--count", "50", "--seed", "9", "--out", "o.store"], in: folder.path).status
        == 0)
    let run = try CommandRunner.run(
      ["bench", "run", "synthetic-qt", "--store", "s.store", "--recipe", "short", "--start", "scratch", "--out", "r"],
      in: folder.path)
    let result = run.output.trimmingCharacters(in: .whitespacesAndNewlines)
    #expect(run.status == 0, "\(run.errors)")
    let sound = try CommandRunner.run(["verify", result, "--store", "s.store", "--json"], in: folder.path)
    #expect(sound.status == 0, "\(sound.errors)")
    #expect(try (json(sound)["weights_digest"] as? String)?.count == 64)
    // A result.json is a result, not a split.
    for command in ["verify", "info"] {
      let outcome = try CommandRunner.run([command, result + "/result.json"], in: folder.path)
      #expect(outcome.status == 0, "\(outcome.errors)")
    }
    let other = try CommandRunner.run(["verify", result, "--store", "o.store"], in: folder.path)
    #expect(other.status == 3 && other.errors.contains("store.digest"), "\(other.errors)")
    let machine = try CommandRunner.run(["info", result + "/machine.json"], in: folder.path)
    #expect(machine.status == 1 && machine.errors.contains("protocol"), "\(machine.errors)")

    func expectFound(_ name: String, _ words: String, _ damage: (inout Data) -> Void) throws {
      let url = URL(fileURLWithPath: folder.file(result + "/" + name))
      let bytes = try Data(contentsOf: url)
      var changed = bytes
      damage(&changed)
      #expect(changed != bytes)
      try changed.write(to: url)
      let outcome = try CommandRunner.run(["verify", result], in: folder.path)
      #expect(outcome.status == 3 && outcome.errors.contains(words), "\(name): \(outcome.errors)")
      try bytes.write(to: url)
    }
    func replacing(_ from: String, _ to: String) -> (inout Data) -> Void {
      { if let range = $0.range(of: Data(from.utf8)) { $0.replaceSubrange(range, with: Data(to.utf8)) } }
    }
    try expectFound("predictions.csv", "predictions.csv") { $0[$0.count / 2] ^= 1 }
    try expectFound("weights.safetensors", "weights.safetensors") { $0[$0.count - 5] ^= 1 }
    try expectFound("weights.safetensors", "metadata seed", replacing("\"seed\":\"0\"", "\"seed\":\"1\""))
    try expectFound("result.json", "metadata seed", replacing("\"seed\" : 0", "\"seed\" : 1"))
    try expectFound("result.json", "metrics.", replacing("\"low\" : ", "\"low\" : 1"))
    #expect(try CommandRunner.run(["verify", result], in: folder.path).status == 0)
    try FileManager.default.removeItem(atPath: folder.file(result + "/weights.safetensors"))
    let lost = try CommandRunner.run(["verify", result], in: folder.path)
    #expect(lost.status == 3 && lost.errors.contains("weights.safetensors"), "\(lost.errors)")
  }

  @Test func whatIsNothingOfTheKindIsAFailureOfTheWork() throws {
    for (path, words) in [("nowhere", "nowhere"), ("data/mitdb/100", "einthoven read"), ("data", "store.json")] {
      let outcome = try CommandRunner.run(["verify", path])
      #expect(outcome.status != 0 && outcome.errors.contains(words), "\(outcome.errors)")
    }
    #expect(try CommandRunner.run(["verify", "x.store", "--store", "y.store"]).status != 0)
  }

  @Test func skippedRecordingsAreListedByInfo() throws {
    let folder = try TemporaryFolder()
    try FileManager.default.copyItem(atPath: Repository.data + "/mitdb", toPath: folder.file("mitdb"))
    try FileManager.default.removeItem(atPath: folder.file("mitdb/119.dat"))
    let convert = ["convert", "mitdb", "--dataset", "mit-bih", "--out", "x.store", "--allow-skipped", "1"]
    #expect(try CommandRunner.run(convert, in: folder.path).status == 0)
    let info = try CommandRunner.run(["info", "x.store"], in: folder.path)
    #expect(info.output.contains("skipped") && info.output.contains("119.dat"), "\(info.output)")
    #expect(try CommandRunner.run(["info", "x.store", "--json"], in: folder.path).output.contains("119.dat"))
  }
}
