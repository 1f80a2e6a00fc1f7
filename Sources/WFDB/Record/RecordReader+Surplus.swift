import Reproducibility

/// Bytes of a signal file behind the last frame that its header tells of.
public struct SurplusBytes: Sendable, Equatable {
  /// The signal file, as errors name it.
  public let path: String
  /// From the first byte that no sample comes from to the file's end.
  public let bytes: Range<Int>
}

extension RecordReader {
  /// The first signal file that goes on behind the header's last frame; nil where there is none, or where the header does
  /// not say how long it is. Compressed files, and those of formats that cannot be read, are not looked at.
  ///
  /// Such bytes are no samples, so reading does not mind them; a published record that has them is not as published.
  ///
  /// - Throws: ``WFDBError`` of headers, `missing-file`.
  public func surplus() throws(WFDBError) -> SurplusBytes? {
    guard header.segmentCount != nil else { return try Self.surplus(of: header, in: folder) }
    var seen = Set<String>()
    for segment in header.segments where !segment.isGap && seen.insert(segment.name).inserted {
      if let found = try Self.surplus(of: segmentHeader(segment), in: folder) { return found }
    }
    return nil
  }

  private static func surplus(of header: Header, in folder: any RecordFolder) throws(WFDBError) -> SurplusBytes? {
    guard let frames = header.sampleCount, frames > 0 else { return nil }
    for file in header.signalFileGroups {
      let first = header.signals[file.signals[0]]
      guard case .packed(let packing)? = SignalFormat.numbered(first.format)?.coding else { continue }
      var (skew, samplesPerFrame) = (0, 0)
      for index in file.signals {
        skew = max(skew, header.signals[index].skew)
        samplesPerFrame += header.signals[index].samplesPerFrame
      }
      // A skewed signal's last samples stand in further frames, and a last block may be filled up.
      let last = frames.addingReportingOverflow(skew)
      let samples = last.partialValue.multipliedReportingOverflow(by: samplesPerFrame)
      guard !last.overflow, !samples.overflow, samples.partialValue < Int.max / 8 else { continue }
      let blocks = (samples.partialValue + packing.samplesPerBlock - 1) / packing.samplesPerBlock
      let end = blocks * packing.bytesPerBlock + first.byteOffset
      let opened = try folder.open(file.name)
      if opened.size > end { return SurplusBytes(path: opened.path, bytes: end..<opened.size) }
    }
    return nil
  }
}
