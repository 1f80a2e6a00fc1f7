/// Writing side of the packed formats: samples of one file, in file order, appended as bytes. Samples are in the format's
/// range already, and only the last call may hold a part of a block.
enum SamplePacking {
  @Sendable static func bytes(_ samples: ArraySlice<Int32>, _ out: inout [UInt8]) {
    for sample in samples { out.append(UInt8(truncatingIfNeeded: sample)) }
  }

  @Sendable static func offsetBytes(_ samples: ArraySlice<Int32>, _ out: inout [UInt8]) {
    for sample in samples { out.append(UInt8(truncatingIfNeeded: sample &+ 128)) }
  }

  @Sendable static func words(_ samples: ArraySlice<Int32>, _ out: inout [UInt8]) {
    for sample in samples { append(sample, bytes: 2, &out) }
  }

  @Sendable static func offsetWords(_ samples: ArraySlice<Int32>, _ out: inout [UInt8]) {
    for sample in samples { append(sample &+ 0x8000, bytes: 2, &out) }
  }

  @Sendable static func swappedWords(_ samples: ArraySlice<Int32>, _ out: inout [UInt8]) {
    for sample in samples {
      out.append(UInt8(truncatingIfNeeded: sample >> 8))
      out.append(UInt8(truncatingIfNeeded: sample))
    }
  }

  @Sendable static func triples(_ samples: ArraySlice<Int32>, _ out: inout [UInt8]) {
    for sample in samples { append(sample, bytes: 3, &out) }
  }

  @Sendable static func doubles(_ samples: ArraySlice<Int32>, _ out: inout [UInt8]) {
    for sample in samples { append(sample, bytes: 4, &out) }
  }

  /// Low byte of the first, high nibbles of both (the first's below), low byte of the second.
  @Sendable static func pairs212(_ samples: ArraySlice<Int32>, _ out: inout [UInt8]) {
    blocks(of: 2, in: samples) { block, count in
      out.append(UInt8(truncatingIfNeeded: block[0]))
      out.append(UInt8(truncatingIfNeeded: block[0] >> 8 & 0xF | (block[1] >> 8 & 0xF) << 4))
      if count == 2 { out.append(UInt8(truncatingIfNeeded: block[1])) }
    }
  }

  /// Two words of ten bits from bit 1 on; the third sample's lower and upper five bits stand above them.
  @Sendable static func threes310(_ samples: ArraySlice<Int32>, _ out: inout [UInt8]) {
    blocks(of: 3, in: samples) { block, count in
      append((block[0] & 0x3FF) << 1 | (block[2] & 0x1F) << 11, bytes: 2, &out)
      if count > 1 { append((block[1] & 0x3FF) << 1 | (block[2] >> 5 & 0x1F) << 11, bytes: 2, &out) }
    }
  }

  /// Ten bits after ten bits from bit 0 on, in a word of 32.
  @Sendable static func threes311(_ samples: ArraySlice<Int32>, _ out: inout [UInt8]) {
    blocks(of: 3, in: samples) { block, count in
      let word = block[0] & 0x3FF | (block[1] & 0x3FF) << 10 | (block[2] & 0x3FF) << 20
      append(word, bytes: count == 1 ? 2 : 4, &out)
    }
  }

  private static func append(_ value: Int32, bytes: Int, _ out: inout [UInt8]) {
    for index in 0..<bytes { out.append(UInt8(truncatingIfNeeded: value >> Int32(8 * index))) }
  }

  /// Calls `body` with each block, the last one filled up with zeros.
  private static func blocks(
    of size: Int, in samples: ArraySlice<Int32>, _ body: (_ block: [Int32], _ count: Int) -> Void
  ) {
    var block = [Int32](repeating: 0, count: size)
    for start in stride(from: samples.startIndex, to: samples.endIndex, by: size) {
      let count = min(size, samples.endIndex - start)
      for index in 0..<size { block[index] = index < count ? samples[start + index] : 0 }
      body(block, count)
    }
  }
}
