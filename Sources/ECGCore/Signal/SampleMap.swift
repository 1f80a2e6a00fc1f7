/// Where samples go when a transform moves them; nil where they go away.
struct SampleMap {
  let moved: (Int) -> Int?

  /// Moves annotations and fiducials: marks without a place are dropped, and beats without a mark.
  func move(in recording: inout Recording) {
    recording.annotations = recording.annotations.compactMap { mark in
      moved(Int(mark.sample)).map { sample in
        Annotation(
          sample: Int64(sample), symbol: mark.symbol, subtype: mark.subtype, channel: mark.channel,
          number: mark.number, auxiliary: mark.auxiliary)
      }
    }
    guard let fiducials = recording.fiducials else { return }
    let beats = fiducials.beats.compactMap { beat -> Beat? in
      var positions: [Fiducial: Int32] = [:]
      for fiducial in Fiducial.allCases where beat[fiducial] != Beat.absent {
        positions[fiducial] = moved(Int(beat[fiducial])).flatMap { Int32(exactly: $0) }
      }
      return positions.isEmpty ? nil : Beat(positions)
    }
    recording.fiducials = Fiducials(beats: beats, source: fiducials.source)
  }
}
