import ECGTraining
import Foundation
import Reproducibility
import TestSupport
import Testing

@Suite struct SafetensorsTests {
  private let weights = Weights(entries: [
    .init(name: "b", shape: [2, 3], values: [1, -2, 3.5, .leastNonzeroMagnitude, -0, 1e30]),
    .init(name: "a", shape: [1], values: [7]),
  ])

  @Test func whatIsWrittenReadsBackToTheSameBits() throws {
    let folder = try TemporaryFolder()
    let file = folder.file("w.safetensors")
    try Safetensors.write(weights, metadata: ["task": "x"], to: file)
    let read = try Safetensors.read(file)
    #expect(read == weights)
    #expect(read.digest == weights.digest)
    #expect(read.entries.map(\.name) == ["a", "b"])
  }

  @Test func theLayoutIsTheFormats() throws {
    let bytes = try Safetensors.bytes(of: weights, metadata: [:])
    let length = Int(bytes[0]) | Int(bytes[1]) << 8
    #expect((8 + length) % 8 == 0)
    #expect(bytes.count == 8 + length + 7 * 4)
    #expect(
      String(decoding: bytes[8..<8 + length], as: UTF8.self).contains(#""a":{"data_offsets":[0,4],"dtype":"F32""#))
  }

  @Test func anyChangeOfNameShapeOrValueChangesTheDigest() {
    let entry = weights.entries[0]
    for changed in [
      Weights.Entry(name: "c", shape: entry.shape, values: entry.values),
      Weights.Entry(name: entry.name, shape: [1, 1], values: entry.values),
      Weights.Entry(name: entry.name, shape: entry.shape, values: [7.000001]),
    ] { #expect(Weights(entries: [changed, weights.entries[1]]).digest != weights.digest) }
  }

  @Test func hostileFilesAreLocatedErrors() throws {
    func file(_ header: String, data: Int, length: UInt64? = nil) -> [UInt8] {
      let size = length ?? UInt64(header.utf8.count)
      return withUnsafeBytes(of: size.littleEndian) { Array($0) } + Array(header.utf8)
        + Array(repeating: 0, count: data)
    }
    let hostile: [[UInt8]] = [
      [], [1, 2, 3], file("{}", data: 0, length: .max), file("{}", data: 0, length: 3), file("[]", data: 0),
      file(#"{"a":{"dtype":"F64","shape":[1],"data_offsets":[0,4]}}"#, data: 4),
      file(#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, data: 4),
      file(#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,8]}}"#, data: 4),
      file(#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#, data: 4),
      file(#"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#, data: 4),
      file(#"{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}"#, data: 4),
      file(#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}"#, data: 4),
    ]
    for bytes in hostile {
      let outcome = Result { try Safetensors.parse(bytes, named: "w") }
      guard case .failure(let error) = outcome else { Issue.record("read \(bytes.prefix(40))"); continue }
      #expect(error is any LocatedError, "\(error)")
    }
    var stream = RandomStream(seed: 3, purpose: "mutation")
    let good = try Safetensors.bytes(of: weights, metadata: [:])
    for _ in 0..<5000 {
      var bytes = good
      bytes[stream.integer(below: bytes.count)] = UInt8(stream.integer(below: 256))
      _ = try? Safetensors.parse(bytes, named: "w")
    }
  }
}
