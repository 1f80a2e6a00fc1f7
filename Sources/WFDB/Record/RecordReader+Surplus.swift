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
  /// not say how long it is. Compressed files are not looked at.
  ///
  /// Such bytes are no samples, so reading does not mind them; a published record that has them is not as published.
  ///
  /// - Throws: ``WFDBError`` of headers, `missing-file`.
  public func surplus() throws(WFDBError) -> SurplusBytes? {
    guard header.segmentCount != nil else { return try Self.surplus(of: header, headerPath, in: folder) }
    var seen = Set<String>()
    for segment in header.segments where !segment.isGap && seen.insert(segment.name).inserted {
      let path = folder.path(of: segment.name + ".hea")
      if let found = try Self.surplus(of: segmentHeader(segment), path, in: folder) { return found }
    }
    return nil
  }

  private static func surplus(of header: Header, _ path: String, in folder: any RecordFolder) throws(WFDBError)
    -> SurplusBytes?
  {
    guard let frames = header.sampleCount, frames > 0 else { return nil }
    let all = Array(header.signals.indices)
    let shape = try SegmentShape(
      header: header, headerPath: path, wanted: all, targets: all, selected: all.count, alignsSkew: true)
    for file in shape.files {
      guard case .packed(let packing) = file.format.coding else { continue }
      // A skewed signal's last samples stand in further frames, and a last block may be filled up.
      let last = frames.addingReportingOverflow(file.columns.map(\.skew).max() ?? 0)
      let samples = last.partialValue.multipliedReportingOverflow(by: file.places.reduce(0) { $0 + $1.width })
      guard !last.overflow, !samples.overflow, samples.partialValue < Int.max / 8 else { continue }
      let blocks = (samples.partialValue + packing.samplesPerBlock - 1) / packing.samplesPerBlock
      let end = blocks * packing.bytesPerBlock + file.byteOffset
      let opened = try folder.open(file.name)
      if opened.size > end { return SurplusBytes(path: opened.path, bytes: end..<opened.size) }
    }
    return nil
  }
}
