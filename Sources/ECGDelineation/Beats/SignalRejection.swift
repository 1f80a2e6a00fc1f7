/// Why a recording has no beats: what is wrong with its signal. Never an error: bad signals are part of every dataset.
public enum SignalRejection: Sendable, Hashable, CustomStringConvertible {
  /// Too few seconds for a rhythm.
  case tooShort(seconds: Double)
  /// The same value nearly throughout.
  case flat
  /// At the highest or the lowest value that it has for much of the time.
  case saturated
  /// Nothing in it stands out as beats do.
  case noise
  /// Samples are missing, infinite or not in millivolts, and what is left is too little.
  case notANumber(usableSeconds: Double)

  /// The reason in words, without a final stop.
  public var description: String {
    switch self {
    case .tooShort(let seconds): "too short for a rhythm: \(Self.rounded(seconds)) s"
    case .flat: "flat signal"
    case .saturated: "saturated signal"
    case .noise: "noise without recognisable beats"
    case .notANumber(let seconds): "missing or invalid samples: \(Self.rounded(seconds)) s are usable"
    }
  }

  private static func rounded(_ seconds: Double) -> Double { (seconds * 10).rounded() / 10 }
}
