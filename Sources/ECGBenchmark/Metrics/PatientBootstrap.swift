import Reproducibility

/// Resampling by patient: a replicate draws as many patients as there are, with replacement, and takes every recording
/// of a patient as often as the patient was drawn. Recordings of one patient resemble each other, so resampling them
/// one by one would make intervals too narrow; where every recording has a patient of its own the two are the same.
struct PatientBootstrap: Sendable {
  /// The patient of each recording, numbered in order of first appearance.
  private let patientOfRecording: [Int32]
  private let patientCount: Int

  init(patients: [String]) {
    var numbers: [String: Int32] = [:]
    patientOfRecording = patients.map { patient in
      if let number = numbers[patient] { return number }
      let number = Int32(numbers.count)
      numbers[patient] = number
      return number
    }
    patientCount = numbers.count
  }

  /// How often replicate `replicate` takes each recording: a function of (seed, metric, replicate) alone.
  /// O(recordings).
  func multiplicities(ofReplicate replicate: Int, metric: Metric, seed: UInt64) -> [Int32] {
    var stream = RandomStream(seed: seed, purpose: "bootstrap:" + metric.name, index: UInt64(replicate))
    var drawn = [Int32](repeating: 0, count: patientCount)
    for _ in 0..<patientCount { drawn[stream.integer(below: patientCount)] += 1 }
    return patientOfRecording.map { drawn[Int($0)] }
  }
}
