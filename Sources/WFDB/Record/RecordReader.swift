import Reproducibility

/// Reads one record: its header, then its samples, every one checked against the header's checksums.
///
/// ```swift
/// let reader = try RecordReader(path: "data/mitdb/100")
/// let samples = try reader.readSignals()   // [signal][sample], digital values
/// ```
public struct RecordReader: Sendable {
  /// The record's path without extension.
  public let path: String
  /// Its header.
  public let header: Header
  private let folder: String

  /// Reads the header of the record at `path` (without `.hea`).
  ///
  /// - Throws: ``WFDBError`` `missing-file`, `malformed-header` or `unsafe-path`.
  public init(path: String) throws(WFDBError) {
    self.path = path
    header = try Header(path: path + ".hea")
    folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
  }

  /// Files that hold the signals, each once, in the header's order.
  public var signalFiles: [String] {
    var names: [String] = []
    for signal in header.signals where names.last != signal.fileName && !names.contains(signal.fileName) {
      names.append(signal.fileName)
    }
    return names.map { folder + $0 }
  }

  /// All digital samples, `[signal][sample]`. O(samples), and no more memory than the files' size justifies.
  ///
  /// - Throws: ``WFDBError`` `unsupported-format`, `missing-file`, `truncated-signal` naming the byte where the file
  ///   ends, `checksum-mismatch` naming the signal.
  public func readSignals() throws(WFDBError) -> [[Int16]] {
    try refuseUnsupported()
    var result: [[Int16]] = Array(repeating: [], count: header.signals.count)
    for file in signalFiles {
      let members = header.signals.indices.filter { folder + header.signals[$0].fileName == file }
      try readFile(file, members, into: &result)
    }
    let lengths = Set(result.map(\.count))
    guard lengths.count <= 1 else {
      throw WFDBError(
        .truncatedSignal, at: ErrorPlace(path + ".hea", .line(1)),
        found: "files of \(lengths.sorted()) samples a signal",
        expected: "one length", advice: "Give the record's length in the header, or fetch the record again")
    }
    return result
  }

  private func refuseUnsupported() throws(WFDBError) {
    func refuse(_ found: String, _ expected: String) -> WFDBError {
      WFDBError(
        .unsupportedFormat, at: ErrorPlace(path + ".hea"), found: found, expected: expected,
        advice: "This version does not read such records")
    }
    if header.segmentCount != nil { throw refuse("a record of several segments", "a single segment") }
    if header.signals.isEmpty { throw refuse("a record without signals", "at least one signal") }
    for signal in header.signals {
      if SignalFormat.numbered(signal.format) == nil {
        let known = SignalFormat.all.map { String($0.number) }.joined(separator: ", ")
        throw refuse("format \(signal.format)", "one of the formats \(known)")
      }
      if signal.samplesPerFrame != 1 { throw refuse("\(signal.samplesPerFrame) samples a frame", "1 sample a frame") }
      if signal.skew != 0 { throw refuse("a skew of \(signal.skew) frames", "no skew") }
    }
  }

  /// Decodes one file, whose signals take turns sample by sample, and checks it.
  private func readFile(_ file: String, _ members: [Int], into result: inout [[Int16]]) throws(WFDBError) {
    let first = header.signals[members[0]]
    guard let format = SignalFormat.numbered(first.format),
      members.allSatisfy({ header.signals[$0].format == first.format })
    else {
      throw WFDBError(
        .malformedHeader, at: ErrorPlace(path + ".hea"), found: "several formats in \(first.fileName)",
        expected: "one format a file", advice: "Correct the header")
    }
    let bytes = try RecordFile.read(file)
    let body = max(0, bytes.count - first.byteOffset)
    let available = format.sampleCount(inBytes: body) / members.count
    let count = header.sampleCount ?? available
    guard count <= available else {
      let total = count.multipliedReportingOverflow(by: members.count)
      let needed = total.overflow ? nil : format.byteCount(ofSamples: total.partialValue)
      throw WFDBError(
        .truncatedSignal, at: ErrorPlace(file, .byte(bytes.count)),
        found: "the end of the file after \(available) samples a signal",
        expected: "\(count) samples a signal\(needed.map { ", \($0 + first.byteOffset) bytes" } ?? "")",
        advice: "The file is truncated: fetch it again")
    }
    let interleaved = [Int16](unsafeUninitializedCapacity: count * members.count) { buffer, initialized in
      bytes.withUnsafeBytes { raw in
        format.decode(
          UnsafeRawBufferPointer(rebasing: raw.dropFirst(first.byteOffset)),
          UnsafeMutableBufferPointer(rebasing: buffer[0..<count * members.count]))
      }
      initialized = count * members.count
    }
    for (place, signal) in members.enumerated() {
      let samples = Self.every(members.count, of: interleaved, from: place, count: count)
      try check(samples, signal: signal, file: file)
      result[signal] = samples
    }
  }

  private static func every(_ step: Int, of samples: [Int16], from first: Int, count: Int) -> [Int16] {
    [Int16](unsafeUninitializedCapacity: count) { buffer, initialized in
      samples.withUnsafeBufferPointer { source in
        var index = first
        for place in 0..<count {
          buffer[place] = source[index]
          index += step
        }
      }
      initialized = count
    }
  }

  private func check(_ samples: [Int16], signal index: Int, file: String) throws(WFDBError) {
    let signal = header.signals[index]
    guard let checksum = signal.checksum else { return }
    let sum = samples.reduce(Int16(0)) { $0 &+ $1 }
    guard sum == Int16(truncatingIfNeeded: checksum) else {
      throw WFDBError(
        .checksumMismatch, at: ErrorPlace(file, .lead(signal.description.isEmpty ? "\(index)" : signal.description)),
        found: "samples with checksum \(sum)", expected: "\(Int16(truncatingIfNeeded: checksum)), as the header says",
        advice: "The file is damaged or not the header's: fetch both again")
    }
  }
}
