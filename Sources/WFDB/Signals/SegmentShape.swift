import Reproducibility

/// What is wanted of one header: its signals, the files that they stand in, and where in those. Segments that name the
/// same header share one shape.
final class SegmentShape {
  let header: Header
  /// The header file, as errors name it.
  let headerPath: String
  /// Indexes of the wanted signals in the header.
  let wanted: [Int]
  /// For each wanted signal, the selected signal that it is.
  let targets: [Int]
  /// For each selected signal, its place in ``wanted``.
  let placeOfTarget: [Int?]
  /// The formats of the wanted signals.
  let formats: [SignalFormat]
  /// Files that hold wanted signals, in the header's order.
  let files: [File]
  private let alignsSkew: Bool

  /// Frames that every file is known to hold; set when they have been looked at.
  var checkedFrames = 0
  /// Bytes of each file, known from then on.
  var fileSizes: [String: Int] = [:]

  /// One signal file.
  struct File {
    let name: String
    let format: SignalFormat
    let byteOffset: Int
    /// Every signal of the file.
    let places: [FrameColumn]
    /// The wanted ones.
    let columns: [Column]
    /// Whether all signals of the file are wanted, in order, one 16-bit sample in a frame each.
    let isSplit: Bool
  }

  /// A wanted signal in its file.
  struct Column {
    let place: FrameColumn
    /// Index in ``wanted``.
    let destination: Int
    let skew: Int
    let missing: Int32
  }

  /// - Throws: ``WFDBError`` `unsupported-format`, or `malformed-header` where a file has several formats.
  init(
    header: Header, headerPath: String, wanted: [Int], targets: [Int], selected: Int, alignsSkew: Bool
  ) throws(WFDBError) {
    self.header = header
    self.headerPath = headerPath
    self.wanted = wanted
    self.targets = targets
    self.alignsSkew = alignsSkew
    var places = [Int?](repeating: nil, count: selected)
    for (place, target) in targets.enumerated() { places[target] = place }
    placeOfTarget = places
    formats = try wanted.map { index throws(WFDBError) in try Self.format(header, index, headerPath) }
    files = try Self.files(header, headerPath, wanted, formats, alignsSkew)
  }

  /// The calibration of wanted signal `place`.
  func calibration(_ place: Int) -> Calibration {
    Calibration(gain: header.signals[wanted[place]].gain, baseline: header.signals[wanted[place]].baseline)
  }

  /// Frames by which wanted signal `place` is shifted.
  func skew(_ place: Int) -> Int { alignsSkew ? header.signals[wanted[place]].skew : 0 }

  /// The unit of wanted signal `place`.
  func units(_ place: Int) -> String { header.signals[wanted[place]].units }

  /// The name of wanted signal `place`, or its number where it has none.
  func name(_ place: Int) -> String {
    let name = header.signals[wanted[place]].description
    return name.isEmpty ? "\(wanted[place])" : name
  }

  private static func format(_ header: Header, _ index: Int, _ headerPath: String) throws(WFDBError) -> SignalFormat {
    if let format = SignalFormat.numbered(header.signals[index].format) { return format }
    throw WFDBError(
      .unsupportedFormat, at: ErrorPlace(headerPath, .lead(header.signals[index].description)),
      found: "format \(header.signals[index].format)",
      expected: "one of \(SignalFormat.all.map { String($0.number) }.joined(separator: ", "))",
      advice: "Check the header")
  }

  private static func files(
    _ header: Header, _ headerPath: String, _ wanted: [Int], _ formats: [SignalFormat], _ alignsSkew: Bool
  ) throws(WFDBError) -> [File] {
    let groups = header.signalFileGroups
    var fileOfSignal = [Int](repeating: 0, count: header.signals.count)
    for (file, group) in groups.enumerated() { for index in group.signals { fileOfSignal[index] = file } }
    var wantedOfFile = groups.map { group in
      var destinations: [Int] = []
      destinations.reserveCapacity(min(group.signals.count, wanted.count))
      return destinations
    }
    for (destination, index) in wanted.enumerated() { wantedOfFile[fileOfSignal[index]].append(destination) }
    var files: [File] = []
    for (group, destinations) in zip(groups, wantedOfFile) where !destinations.isEmpty {
      let format = formats[destinations[0]]
      var (places, width): ([FrameColumn], Int) = ([], 0)
      places.reserveCapacity(group.signals.count)
      for index in group.signals {
        guard header.signals[index].format == format.number else {
          throw WFDBError(
            .malformedHeader, at: ErrorPlace(headerPath), found: "several formats in \(group.name)",
            expected: "one format a file", advice: "Correct the header")
        }
        let samplesPerFrame = header.signals[index].samplesPerFrame
        places.append(
          FrameColumn(
            signal: index, first: width, width: samplesPerFrame,
            initialValue: Int32(clamping: header.signals[index].initialValue ?? 0)))
        width += samplesPerFrame
      }
      let columns = destinations.map { destination in
        // Signals of a file stand in `places` in the header's order.
        let place = places[places.partitioningIndex(of: wanted[destination])]
        return Column(
          place: place, destination: destination, skew: alignsSkew ? header.signals[wanted[destination]].skew : 0,
          missing: Int32(format.missingValue ?? Int(Int32.min)))
      }
      let isSplit =
        format.fits16 && !format.isCompressed && columns.map(\.place.signal) == group.signals
        && columns.allSatisfy { $0.place.width == 1 && $0.skew == 0 }
      files.append(
        File(
          name: group.name, format: format, byteOffset: header.signals[group.signals[0]].byteOffset, places: places,
          columns: columns, isSplit: isSplit))
    }
    return files
  }
}

extension [FrameColumn] {
  /// Where the column of `signal`, which is there, stands. O(log columns).
  fileprivate func partitioningIndex(of signal: Int) -> Int {
    var (low, high) = (0, count - 1)
    while low < high {
      let middle = (low + high) / 2
      if self[middle].signal < signal { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

extension Header {
  /// Each signal file once, in order of first mention, with its signals. O(signals).
  var signalFileGroups: [(name: String, signals: [Int])] {
    // Most records have one file.
    if let name = signals.first?.fileName, signals.allSatisfy({ $0.fileName == name }) {
      return [(name, Array(signals.indices))]
    }
    var groups: [(name: String, signals: [Int])] = []
    var places: [String: Int] = [:]
    for index in signals.indices {
      // Signals of one file mostly follow each other.
      if let last = groups.indices.last, groups[last].name == signals[index].fileName {
        groups[last].signals.append(index)
        continue
      }
      if let place = places[signals[index].fileName] {
        groups[place].signals.append(index)
      } else {
        places[signals[index].fileName] = groups.count
        groups.append((signals[index].fileName, [index]))
      }
    }
    return groups
  }
}
