import Dispatch

/// Rounds of the same work, timed until `seconds` have passed, at least three.
struct TimedRounds {
  /// The median round's, in seconds.
  let median: Double
  let count: Int

  /// Does `round` over and over.
  init(seconds: Double, _ round: () throws -> Void) rethrows {
    func now() -> Double { Double(DispatchTime.now().uptimeNanoseconds) / 1e9 }
    var times: [Double] = []
    let start = now()
    repeat {
      let begin = now()
      try round()
      times.append(now() - begin)
    } while now() - start < seconds || times.count < 3
    (median, count) = (times.sorted()[times.count / 2], times.count)
  }
}
