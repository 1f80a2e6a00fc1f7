import ECGCore
import ECGSplits
import ECGStore
import ECGTraining
import Reproducibility

/// The recordings of one task in memory: digital samples of the task's leads, targets, patients and partitions.
///
/// Digital values are kept (2 bytes a sample) and turned into millivolts when a batch is made.
public struct TaskInput: Sendable {
  /// Parts of a split, as a run uses them.
  public enum Part: String, Sendable, CaseIterable {
    /// To fit weights.
    case train
    /// To choose the epoch.
    case validation
    /// To report.
    case test
  }

  /// Names of the classes; empty for regression.
  public let classes: [String]
  /// `bpm`, `ms`, or empty for classes.
  public let unit: String
  /// The store's name and digest, for the result.
  public let store: StoreReference
  /// The split's content digest.
  public let splitDigest: Digest
  /// The split's protocol.
  public let splitProtocol: String

  private let members: [Part: [Member]]
  private let normalisation: Normalisation

  /// One recording that has a target.
  struct Member: Sendable {
    let id: RecordingID
    let patient: String
    let target: Double
    let signal: DigitalSignal
  }

  /// Recordings with a target in `part`.
  public func count(_ part: Part) -> Int { members[part]?.count ?? 0 }

  /// The recordings of one partition, in the split's order.
  func members(_ part: Part) -> [Member] { members[part] ?? [] }

  /// The network's view of one partition.
  func examples(_ part: Part) -> MemberExamples {
    MemberExamples(members: members(part), normalisation: normalisation)
  }

  /// Reads from `store` what `task` needs, divided as `split` says. Recordings without the target are left out of
  /// every partition.
  ///
  /// - Throws: ``BenchmarkError`` `unsuitable-data` or `empty-partition`; the store's errors.
  public init(task: BenchmarkTask, store: Store, split: Split, workers: Workers) throws {
    try Self.check(store, suits: task)
    let audit = SplitAudit(split: split, input: try SplitInput(store))
    guard audit.isClean else {
      throw BenchmarkError(
        .unsuitableData, at: ErrorPlace("split", .item(split.protocol)),
        found:
          "\(audit.patientsOnSeveralSides.count) patients on more than one side, \(audit.repeated.count) recordings "
          + "in more than one part", expected: "none", advice: "Make a split that keeps patients together")
    }
    let leads = try LeadSet(task.data.leads.map { Lead($0) })
    let targets = try Self.targets(of: task, in: store)
    let patients = try store.patients()
    var members: [Part: [Member]] = [:]
    for part in Part.allCases {
      let ids = split.identifiers(in: Partition(part))
      let indexes = try ids.map { id in
        guard let index = store.index(of: id) else {
          throw BenchmarkError(
            .unsuitableData, at: ErrorPlace("split", .record(id.text)), found: "not in the store",
            expected: "recordings of the store", advice: "Make the split anew from this store")
        }
        return index
      }
      let wanted = indexes.filter { targets.values[$0] != nil }
      members[part] = try workers.map(wanted.count) { position in
        let index = wanted[position]
        let id = store.identifiers[index]
        return Member(
          id: id, patient: patients[index]?.text ?? id.text, target: targets.values[index] ?? .nan,
          signal: try store.signal(at: index).selecting(leads))
      }
      guard !wanted.isEmpty else {
        throw BenchmarkError(
          .emptyPartition, at: ErrorPlace("split", .item(part.rawValue)), found: "no recording with a target",
          expected: "at least one", advice: "Use a store with more recordings")
      }
    }
    self.members = members
    classes = targets.classes
    unit = targets.unit
    self.store = StoreReference(store.description)
    splitDigest = try split.digest()
    splitProtocol = split.protocol
    normalisation = task.normalisation
  }

  private static func check(_ store: Store, suits task: BenchmarkTask) throws(BenchmarkError) {
    let description = store.description
    guard description.dataset == task.data.dataset,
      description.samplingFrequency == task.data.samplingFrequency, description.sampleCount == task.data.sampleCount
    else {
      throw BenchmarkError(
        .unsuitableData, at: ErrorPlace(store.path),
        found: "dataset \(description.dataset), \(description.sampleCount ?? 0) samples at "
          + "\(description.samplingFrequency ?? 0) Hz",
        expected: "dataset \(task.data.dataset), \(task.data.sampleCount) samples at "
          + "\(task.data.samplingFrequency) Hz",
        advice: "Convert the dataset with the right --rate, or choose another task")
    }
  }

  private struct Targets {
    let values: [Double?]
    let classes: [String]
    let unit: String
  }

  private static func targets(of task: BenchmarkTask, in store: Store) throws -> Targets {
    switch task.target {
    case .interval(let kind):
      return Targets(values: try store.intervals(kind), classes: [], unit: kind.unit)
    case .singleLabel(let column):
      let labels = try store.categories(group: .label, name: column)
      return Targets(
        values: labels.values.map { $0 >= 0 ? Double($0) : nil }, classes: labels.vocabulary, unit: "")
    }
  }
}

/// One partition as the trainer sees it: `[leads, samples]` in mV or normalised.
struct MemberExamples: TrainingExamples {
  let members: [TaskInput.Member]
  let normalisation: Normalisation

  var count: Int { members.count }
  var channelCount: Int { members.first?.signal.leads.count ?? 0 }
  var length: Int { members.first?.signal.sampleCount ?? 0 }
  func name(of index: Int) -> String { members[index].id.text }

  /// Writes recording `index` as `[channel][time]`; a missing sample becomes 0 after normalisation.
  func write(_ index: Int, into buffer: UnsafeMutableBufferPointer<Float>) {
    let signal = members[index].signal
    for lead in 0..<signal.leads.count {
      let millivolts = signal.physicalInMillivolts(lead: lead)
      let (offset, scale) = normalisation.offsetAndScale(of: millivolts)
      let start = lead * signal.sampleCount
      for (time, value) in millivolts.enumerated() {
        buffer[start + time] = value.isNaN ? 0 : Float((value - offset) * scale)
      }
    }
  }
}

extension Normalisation {
  /// What to take off a lead and what to multiply by, from its samples that are not missing.
  func offsetAndScale(of millivolts: [Double]) -> (offset: Double, scale: Double) {
    guard self == .zScore else { return (0, 1) }
    let present = millivolts.filter { !$0.isNaN }
    guard !present.isEmpty else { return (0, 0) }
    let mean = present.reduce(0, +) / Double(present.count)
    let variance = present.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(present.count)
    return (mean, variance > 0 ? 1 / variance.squareRoot() : 0)
  }
}
