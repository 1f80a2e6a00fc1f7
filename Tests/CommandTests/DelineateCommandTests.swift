import Foundation
import TestSupport
import Testing

@Suite struct DelineateCommandTests {
  private func document(_ arguments: [String], in folder: String = Repository.root) throws -> [String: Any] {
    let outcome = try CommandRunner.run(arguments, in: folder)
    #expect(outcome.status == 0, "\(outcome.errors)")
    return try #require(try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
  }

  @Test func evaluationNamesItsFiguresAsDocumented() throws {
    let document = try document(["delineate", "data/qtdb", "--evaluate", "q1c", "--json"])
    let beats = try #require(document["beats"] as? [String: Any])
    #expect(beats["false_negatives"] as? Int == 0)
    #expect((beats["true_positives"] as? Int ?? 0) > 150)
    for name in ["false_positives", "sensitivity", "positive_predictivity"] { #expect(beats[name] != nil, "\(name)") }
    let boundaries = try #require(document["boundaries"] as? [String: [String: Any]])
    for name in ["p_onset", "p_peak", "p_offset", "qrs_onset", "qrs_offset", "t_peak", "t_offset"] {
      let figures = try #require(boundaries[name])
      let sensitivity = try #require(figures["sensitivity"] as? Double)
      #expect(sensitivity > 0.98, "\(name)")
      for key in ["mean_ms", "sd_ms", "mean_record_sd_ms", "count"] { #expect(figures[key] != nil, "\(name) \(key)") }
    }
  }

  @Test func aRecordingIsPrintedWithIntervalsAndFiducials() throws {
    let document = try document(["delineate", "data/ptb-xl/records100/00000/00001_lr", "--json"])
    let recordings = try #require(document["recordings"] as? [[String: Any]])
    #expect(recordings.count == 1 && recordings[0]["id"] as? String == "00001_lr")
    let intervals = try #require(recordings[0]["intervals"] as? [String: Double])
    // PTB-XL+ has HR 63 for ecg_id 1.
    #expect((58...68).contains(intervals["heart_rate"] ?? 0))
    let beats = try #require(recordings[0]["fiducials"] as? [[String: Int]])
    #expect((9...11).contains(beats.count))
    #expect(beats.allSatisfy { ($0["qrs_onset"] ?? 0) < ($0["r_peak"] ?? 1) })
    let text = try CommandRunner.run(["delineate", "data/ptb-xl/records100/00000/00001_lr"])
    #expect(text.output.hasPrefix("00001_lr: \(beats.count) beats, HR "))
  }

  @Test func syntheticIntervalsAreNearTheTruth() throws {
    let folder = try TemporaryFolder()
    let made = try CommandRunner.run(
      ["synthesize", "--count", "24", "--seed", "5", "--out", "s.store"], in: folder.path)
    #expect(made.status == 0, "\(made.errors)")
    let document = try document(["delineate", "s.store", "--evaluate", "fiducials", "--json"], in: folder.path)
    let intervals = try #require(document["intervals"] as? [String: [String: Any]])
    for (name, bound) in [("heart_rate", 0.5), ("pr", 12), ("qrs", 12), ("qt", 12)] {
      let error = try #require(intervals[name]?["mean_absolute_error"] as? Double)
      #expect(error < bound, "\(name)")
    }
  }

  @Test func convertedFiducialsNameTheDelineator() throws {
    let folder = try TemporaryFolder()
    let arguments = ["convert", Repository.data + "/qtdb", "--dataset", "qtdb", "--fiducials", "--out", "q.store"]
    let converted = try CommandRunner.run(arguments, in: folder.path)
    #expect(converted.status == 0, "\(converted.errors)")
    let json = try String(contentsOfFile: folder.file("q.store/store.json"), encoding: .utf8)
    #expect(json.contains("delineate with einthoven-delineator 3"))
    // What is in the store is what the delineator finds in it.
    let document = try document(["delineate", "q.store", "--evaluate", "fiducials", "--json"], in: folder.path)
    let intervals = try #require(document["intervals"] as? [String: [String: Any]])
    #expect(intervals["qt"]?["mean_absolute_error"] as? Double ?? 1 < 0.001)
    let beats = try #require(document["beats"] as? [String: Any])
    #expect(beats["sensitivity"] as? Double == 1 && beats["positive_predictivity"] as? Double == 1)
  }

  @Test func whatIsNotThereIsSaid() throws {
    let extensionless = try CommandRunner.run(["delineate", "data/qtdb", "--evaluate", "zzz"])
    #expect(extensionless.status == 1 && extensionless.errors.contains(".zzz"))
    #expect(try CommandRunner.run(["delineate", "data/qtdb", "--records"]).status == 64)
    #expect(try CommandRunner.run(["delineate", "docs"]).status == 1)
  }
}
