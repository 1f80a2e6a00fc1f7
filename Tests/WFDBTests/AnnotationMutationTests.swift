import Reproducibility
import TestSupport
import Testing
import WFDB

/// Two hundred thousand damaged annotation files: a value or a located error, never a trap, never more than fits.
@Suite struct AnnotationMutationTests {
  private static func mutated(_ original: [UInt8], _ stream: inout RandomStream) -> [UInt8] {
    var bytes = original
    for _ in 0...stream.integer(below: 4) where !bytes.isEmpty {
      let place = stream.integer(below: bytes.count)
      switch stream.integer(below: 6) {
      case 0: bytes[place] = UInt8(stream.integer(below: 256))
      // The codes that take more than their own word are the ones that can go wrong.
      case 1: bytes[place | 1 < bytes.count ? place | 1 : place] = UInt8(236 + stream.integer(below: 20))
      case 2: bytes.remove(at: place)
      case 3: bytes.insert(UInt8(stream.integer(below: 256)), at: place)
      case 4: bytes[place] ^= 1 << UInt8(stream.integer(below: 8))
      default: bytes.removeLast(min(bytes.count, 1 + stream.integer(below: 20)))
      }
    }
    return bytes
  }

  @Test func damagedFilesNeverTrapAndNeverGrow() throws {
    let golden = try AnnotationGolden.load()
    let seeds =
      golden.synthetic.sorted { $0.key < $1.key }.map(\.value.data)
      + [Array(try FileBytes.read(Repository.data + "/mitdb/100.atr").prefix(400))]
    let outcomes = try Workers.all.map(20) { part -> (read: Int, refused: Int, rewritten: Int) in
      var stream = RandomStream(seed: 17, purpose: "annotation mutation", index: UInt64(part))
      var outcome = (read: 0, refused: 0, rewritten: 0)
      for round in 0..<10_000 {
        let bytes = Self.mutated(seeds[(round + part) % seeds.count], &stream)
        do throws(WFDBError) {
          let set = try AnnotationFile.parse(bytes, path: "a")
          guard set.count <= bytes.count / 2 else {
            Issue.record("\(set.count) marks of \(bytes.count) bytes")
            continue
          }
          outcome.read += 1
          guard round % 10 == 0, let copy = try? AnnotationFile.encode(set) else { continue }
          let again = try AnnotationFile.parse(copy, path: "copy")
          #expect(again.elementsEqual(set) && again.definitions == set.definitions, "\(bytes)")
          outcome.rewritten += 1
        } catch {
          outcome.refused += 1
        }
      }
      return outcome
    }
    #expect(outcomes.reduce(0) { $0 + $1.read + $1.refused } == 200_000)
    #expect(outcomes.allSatisfy { $0.read > 1000 && $0.refused > 1000 && $0.rewritten > 100 })
  }
}
