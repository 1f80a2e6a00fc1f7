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

/// A rise and a fall, in either order, that may be a P or T wave.
struct WaveCandidate {
  let first: Flank
  let last: Flank
  /// Between them, in grid samples.
  let peak: Float
  /// Half the difference of the two slopes, less where they do not differ in sign: small waves on a slope.
  let strength: Float
}
