import ECGCore
import Reproducibility

/// Whether a split does what splits are for. Always made and printed, also when there is nothing to complain of.
public struct SplitAudit: Sendable, Equatable, CustomStringConvertible {
  /// Recordings in each part.
  public let recordings: [Partition: Int]
  /// Known patients in each part.
  public let patients: [Partition: Int]
  /// Patients with recordings in more than one part, sorted.
  public let patientsOnSeveralSides: [PatientID]
  /// Recordings of the store in no part, in its order.
  public let unassigned: [RecordingID]
  /// Recordings in more than one part, sorted.
  public let repeated: [RecordingID]
  /// Recordings whose patient is not known.
  public let withoutPatient: Int

  /// Audits `split` of the store that `input` describes. O(recordings).
  public init(split: Split, input: SplitInput) {
    let patientOf = Dictionary(zip(input.identifiers, input.patients)) { first, _ in first }
    var recordings: [Partition: Int] = [:]
    var patients: [Partition: Set<PatientID>] = [:]
    var seen: Set<RecordingID> = []
    var repeated: Set<RecordingID> = []
    for partition in Partition.allCases {
      let ids = split.identifiers(in: partition)
      recordings[partition] = ids.count
      patients[partition] = Set(ids.compactMap { patientOf[$0] ?? nil })
      for id in ids where !seen.insert(id).inserted { repeated.insert(id) }
    }
    var sides: [PatientID: Int] = [:]
    for members in patients.values { for patient in members { sides[patient, default: 0] += 1 } }
    self.recordings = recordings
    self.patients = patients.mapValues(\.count)
    patientsOnSeveralSides = sides.filter { $0.value > 1 }.keys.sorted()
    unassigned = input.identifiers.filter { !seen.contains($0) }
    self.repeated = repeated.sorted()
    withoutPatient = input.patients.count { $0 == nil }
  }

  /// No patient on two sides, no recording in two parts.
  public var isClean: Bool { patientsOnSeveralSides.isEmpty && repeated.isEmpty }

  /// A few lines for people.
  public var description: String {
    var lines = Partition.allCases.map { part in
      "audit: \(part.rawValue): \(recordings[part] ?? 0) recordings of \(patients[part] ?? 0) patients"
    }
    lines.append("audit: patients on more than one side: " + Self.list(patientsOnSeveralSides))
    if !repeated.isEmpty { lines.append("audit: recordings in more than one part: " + Self.list(repeated)) }
    if !unassigned.isEmpty { lines.append("audit: recordings in no part: " + Self.list(unassigned)) }
    if withoutPatient > 0 { lines.append("audit: recordings without a known patient: \(withoutPatient)") }
    return lines.joined(separator: "\n")
  }

  private static func list(_ items: [some CustomStringConvertible]) -> String {
    guard !items.isEmpty else { return "0" }
    let first = items.prefix(5).map(\.description).joined(separator: ", ")
    return "\(items.count) (\(first)\(items.count > 5 ? ", ..." : ""))"
  }
}
