/// The steepest place of a rise or fall, in one scale of the wavelet transform.
struct Flank: Equatable {
  /// Index in the scale; it stands for the time of `place` + 0.5.
  let place: Int
  /// The scale there: above 0 for a rise.
  let value: Float

  /// Where the flank lies in time, in grid samples.
  var time: Float { Float(place) + 0.5 }
}

/// One wave of one beat in one lead, in grid samples, fractions allowed.
struct Wave: Equatable {
  var onset: Float
  var peak: Float
  var offset: Float
  /// The steepest place behind the peak.
  var lastFlank: Float

  /// The wave `distance` later.
  func moved(by distance: Float) -> Wave {
    Wave(
      onset: onset + distance, peak: peak + distance, offset: offset + distance, lastFlank: lastFlank + distance)
  }
}

extension Wave {
  /// The waves of several leads, each drawn to the medians of all by a share: what leads have in common is better known
  /// than what one of them has to itself.
  static func pulled(_ waves: [Wave?], boundaries: Float, peaks: Float) -> [Wave?] {
    guard let onset = median(waves.compactMap { $0?.onset }), let peak = median(waves.compactMap { $0?.peak }),
      let offset = median(waves.compactMap { $0?.offset })
    else { return waves }
    return waves.map { wave in
      guard var wave else { return nil }
      wave.onset += boundaries * (onset - wave.onset)
      wave.peak += peaks * (peak - wave.peak)
      wave.offset += boundaries * (offset - wave.offset)
      return wave
    }
  }
}

/// A rise and a fall, in either order, that may be a P or T wave.
struct WaveCandidate {
  let first: Flank
  let last: Flank
  /// Between them, in grid samples.
  let peak: Float
  /// Half the difference of the two slopes.
  let strength: Float
  /// How much the two slopes agree in sign: 0 where they differ, near 1 for a small wave on a slope.
  let sameSign: Float
  /// What lies between the slope and the mean of the two flanks' slopes, from flank to flank.
  let height: Float
  /// How far the lead has risen from the start of the QRS complex to the peak; 0 before it.
  let rise: Float
  /// How likely this is the wave among its lead's candidates, 0 to 1.
  var share: Float = 0
}
