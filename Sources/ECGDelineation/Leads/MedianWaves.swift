extension BeatWaves {
  /// The waves of all leads together: for each boundary and peak the median over the leads that have the wave. Three of
  /// twelve noisy leads do not move it, as they would the first onset and the last offset.
  init(medianOf leads: [BeatWaves]) {
    p = Self.median(leads.compactMap(\.p))
    qrs = Self.median(leads.compactMap(\.qrs))
    t = Self.median(leads.compactMap(\.t))
  }

  private static func median(_ waves: [Wave]) -> Wave? {
    guard let onset = ECGDelineation.median(waves.map(\.onset)), let peak = ECGDelineation.median(waves.map(\.peak)),
      let offset = ECGDelineation.median(waves.map(\.offset)),
      let lastFlank = ECGDelineation.median(waves.map(\.lastFlank))
    else { return nil }
    return Wave(onset: onset, peak: peak, offset: offset, lastFlank: lastFlank)
  }
}
