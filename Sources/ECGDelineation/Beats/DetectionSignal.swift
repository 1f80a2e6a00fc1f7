/// The rate at which beats are looked for, whatever rate a lead was recorded at.
enum DetectionSignal {
  /// Samples per second: enough for what is below ``bandwidthInHertz``.
  static let rate = 125.0
  /// Where the spectrum of the recorded samples' mean has its first zero, see ``SplineResampler``.
  static let bandwidthInHertz = 55.0

  /// Samples that `seconds` last.
  static func samples(_ seconds: Double) -> Int { Int((seconds * rate).rounded()) }
}
