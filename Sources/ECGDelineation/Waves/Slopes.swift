/// Flanks in a scale of the wavelet transform, and how a flank fades.
enum Slopes {
  /// Places within `range` where `scale` is steepest among its neighbours and reaches `least`, in order. O(range).
  static func flanks(in scale: [Float], _ range: Range<Int>, least: Float) -> [Flank] {
    var found: [Flank] = []
    for place in range.clamped(to: 1..<scale.count - 1) {
      let value = scale[place]
      guard abs(value) >= least else { continue }
      let (before, next) = (scale[place - 1], scale[place + 1])
      if value > 0 ? value >= before && value > next : value <= before && value < next {
        found.append(Flank(place: place, value: value))
      }
    }
    return found
  }

  /// Maxima and minima of `scale` within `range`, alternating, in order, without those that stand out from a neighbour
  /// by less than `share` of all that `scale` spans there.
  ///
  /// A small wave on the slope of a large one makes a maximum and a minimum of one sign, which this finds and a search
  /// for changes of sign does not. With `startsWithin`, what lies at the start of `range` counts as a turn: the wave may
  /// have begun before. O(range + turns^2).
  static func turns(
    in scale: [Float], _ range: Range<Int>, share: Float, startsWithin isOpen: Bool = false
  ) -> [Flank] {
    var found: [Flank] = []
    if isOpen, scale.indices.contains(range.lowerBound) {
      found.append(Flank(place: range.lowerBound, value: scale[range.lowerBound]))
    }
    var (low, high) = (Float.infinity, -Float.infinity)
    for place in range.dropFirst(isOpen ? 1 : 0).clamped(to: 1..<scale.count - 1) {
      let (before, value, next) = (scale[place - 1], scale[place], scale[place + 1])
      (low, high) = (min(low, value), max(high, value))
      if (value >= before && value > next) || (value <= before && value < next) {
        found.append(Flank(place: place, value: value))
      }
    }
    let least = share * (high - low)
    // The pair that differs least goes first; what remains still alternates.
    while found.count > 2 {
      var (smallest, at) = (Float.infinity, 0)
      for index in 0..<found.count - 1 {
        let difference = abs(found[index].value - found[index + 1].value)
        if difference < smallest { (smallest, at) = (difference, index) }
      }
      guard smallest < least else { break }
      if at == 0 {
        found.removeFirst()
      } else if at == found.count - 2 {
        found.removeLast()
      } else {
        found.removeSubrange(at...at + 1)
      }
    }
    return found
  }

  /// Where the wave between two flanks is highest or lowest above a line of slope `level`: of the places at which `scale`
  /// crosses `level` the one that the sum of slopes up to it makes so, in grid samples. O(distance).
  static func summit(of scale: [Float], level: Float, between first: Flank, and last: Flank) -> Float {
    let sign: Float = first.value > last.value ? 1 : -1
    var (height, highest): (Float, Float) = (0, -.infinity)
    var summit = (first.time + last.time) / 2
    for place in first.place..<last.place {
      let (here, next) = (sign * (scale[place] - level), sign * (scale[place + 1] - level))
      height += here
      if here >= 0, next < 0, height > highest {
        highest = height
        summit = Float(place) + 0.5 + here / (here - next)
      }
    }
    return summit
  }

  /// Shares of a flank's steepest slope at which ``fade(of:from:direction:limit:into:)`` looks.
  static let shares: [Float] = [0.8, 0.6, 0.45, 0.3, 0.2, 0.12, 0.06]

  /// Appends to `distances` how far from `place`, going `direction` (-1 or 1), `scale` falls below each of ``shares`` of
  /// its value at `place`, in grid samples and not beyond `limit`. The walk ends where the slope rises again by a tenth
  /// of the flank; a share that was not reached counts as reached where the slope was least. O(distance).
  static func fade(
    of scale: [Float], from place: Int, direction: Int, limit: Int, addedTo moved: Float, into distances: inout [Float]
  ) {
    let steepest = scale[place]
    var share = 0
    var position = place
    var previous: Float = 1
    var least: (value: Float, position: Int) = (1, place)
    var farthest: Float = 0
    while share < shares.count, steepest != 0 {
      let next = position + direction
      guard next >= 0, next < scale.count, (limit - next) * direction >= 0 else { break }
      let value = scale[next] / steepest
      while share < shares.count, value < shares[share] {
        let inside = previous == value ? 1 : (previous - shares[share]) / (previous - value)
        farthest = Float(abs(position - place)) + min(max(inside, 0), 1)
        distances.append(farthest + moved)
        share += 1
      }
      if value < least.value { least = (value, next) }
      if value > least.value + 0.1 { break }
      previous = value
      position = next
    }
    while share < shares.count {
      farthest = max(Float(abs(least.position - place)), farthest)
      distances.append(farthest + moved)
      share += 1
    }
  }
}
