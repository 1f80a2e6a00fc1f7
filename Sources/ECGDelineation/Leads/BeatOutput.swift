import ECGCore

/// Turns waves on the grid into fiducials in samples of the recording, in the order that a beat has.
struct BeatOutput {
  let grid: AnalysisGrid
  let sampleCount: Int

  /// The beat: P before QRS before T, in each wave onset before peak before offset. A wave that does not lie wholly
  /// within the recording, that lacks samples or for which its neighbours leave no room is absent; without its complex a
  /// beat has only `rPeak`, where that is given.
  func beat(_ waves: BeatWaves, at place: Int, missing: MissingSamples?, rPeak: Int? = nil) -> Beat {
    guard let qrs = samples(waves.qrs, place, in: 0...sampleCount - 1, missing) else {
      return Beat(rPeak.map { [.rPeak: Int32(clamping: $0)] } ?? [:])
    }
    var positions: [Fiducial: Int32] = [
      .qrsOnset: Int32(clamping: qrs.onset), .rPeak: Int32(clamping: qrs.peak), .qrsOffset: Int32(clamping: qrs.offset),
    ]
    if let p = samples(waves.p, place, in: 0...qrs.onset, missing) {
      (positions[.pOnset], positions[.pPeak], positions[.pOffset]) = (
        Int32(clamping: p.onset), Int32(clamping: p.peak), Int32(clamping: p.offset)
      )
    }
    if let t = samples(waves.t, place, in: qrs.offset...sampleCount - 1, missing) {
      (positions[.tOnset], positions[.tPeak], positions[.tOffset]) = (
        Int32(clamping: t.onset), Int32(clamping: t.peak), Int32(clamping: t.offset)
      )
    }
    return Beat(positions)
  }

  private func samples(
    _ wave: Wave?, _ place: Int, in range: ClosedRange<Int>, _ missing: MissingSamples?
  ) -> (onset: Int, peak: Int, offset: Int)? {
    guard let wave else { return nil }
    let peak = grid.leadSample(at: wave.peak, from: place)
    guard range.lowerBound < peak, peak < range.upperBound else { return nil }
    let onset = min(grid.leadSample(at: wave.onset, from: place), peak - 1)
    let offset = max(grid.leadSample(at: wave.offset, from: place), peak + 1)
    guard onset >= 0, offset < sampleCount else { return nil }
    let bounds = max(onset, range.lowerBound)...min(offset, range.upperBound)
    if let missing, missing.touch(bounds) { return nil }
    return (bounds.lowerBound, peak, bounds.upperBound)
  }
}
