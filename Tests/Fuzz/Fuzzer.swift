import Dispatch
import Reproducibility
import WFDB

/// What so many damaged files came to.
struct Tally {
  var values = 0
  var errors: [String: Int] = [:]
  var slowest = 0.0
  var faults: [String] = []
}

/// Two ways to the same thing that give different things: never one of the reader's own errors.
struct Disagreement: Error {
  let blocks: Int
  let whole: Int
}

/// Makes damaged files, one a round, and judges what the reader makes of them.
struct Fuzzer {
  let corpus: Corpus
  let seed: UInt64
  private(set) var tally = Tally()

  init(corpus: Corpus, seed: UInt64) {
    self.corpus = corpus
    self.seed = seed
  }

  /// Runs one case and judges what came of it.
  private mutating func judge(_ round: Int, _ body: () throws -> Void) {
    let start = DispatchTime.now().uptimeNanoseconds
    do {
      try body()
      tally.values += 1
    } catch let error as WFDBError {
      tally.errors[error.code.rawValue, default: 0] += 1
      if error.place.file.isEmpty || error.found.isEmpty || error.description.contains(where: \.isNewline) {
        tally.faults.append("round \(round): an error without a place, or of several lines: \(error)")
      }
    } catch {
      tally.faults.append("round \(round): an error of another kind: \(error)")
    }
    let seconds = Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9
    tally.slowest = max(tally.slowest, seconds)
    if seconds > 1 { tally.faults.append("round \(round): took \(seconds) s") }
  }

  /// Makes the files of `round` and has them read.
  mutating func feed(_ round: Int) {
    var mutation = Mutation(stream: RandomStream(seed: seed, purpose: "fuzz", index: UInt64(round)))
    switch round % 4 {
    case 0:
      let header = mutation.applied(to: corpus.headers[mutation.integer(below: corpus.headers.count)], isText: true)
      judge(round) {
        let parsed = try Header(parsing: header, path: "h.hea")
        _ = try? parsed.text()
      }
    case 1:
      let bytes = mutation.applied(
        to: corpus.annotations[mutation.integer(below: corpus.annotations.count)], isText: false)
      judge(round) { _ = try AnnotationFile.parse(bytes, path: "a.atr") }
    default:
      let record = corpus.records[mutation.integer(below: corpus.records.count)]
      var files = record.files
      // Either kind of file alone, or both: damaged headers alone seldom get as far as the samples.
      let damagesSignals = round % 4 == 3
      for (name, bytes) in record.files.sorted(by: { $0.key < $1.key }) {
        let isHeader = name.hasSuffix(".hea")
        if isHeader != damagesSignals || mutation.integer(below: 4) == 0 {
          files[name] = mutation.applied(to: bytes, isText: isHeader)
        }
      }
      let first = mutation.integer(below: 90)
      let verifies = mutation.integer(below: 2) == 0
      judge(round) {
        let reader = try RecordReader(record: record.name, in: MemoryFolder(files))
        let whole = try reader.read(RecordSelection(verifiesChecksums: verifies)).smoothed()
        _ = whole.signals.indices.map { whole.physical(of: $0).count }
        _ = try reader.outline(of: RecordSelection())
        var frames = 0
        try reader.forEachBlock(of: RecordSelection(verifiesChecksums: verifies), framesPerBlock: 1 + first) { block in
          frames += block.frames.count
        }
        if frames != whole.frames.count, !whole.signals.isEmpty {
          throw Disagreement(blocks: frames, whole: whole.frames.count)
        }
        _ = try reader.read(RecordSelection(frames: first..<first + 7, alignsSkew: false, verifiesChecksums: false))
      }
    }
  }
}
