import CKernels
import Dispatch
import ECGCore
import Reproducibility

/// Gives a fixed-length store's recordings as training batches, decoded on several threads and ahead of time.
///
/// A batch is `[group][lead][time][16 lanes]` of `Float`: recording 16 g + l of the batch is lane l of group g, and lanes
/// without a recording are 0. Chunks are read at their places in the files, past HDF5 and its lock. The numbers depend on
/// neither the number of threads nor the instruction set.
///
/// ```swift
/// let loader = try BatchLoader(store, settings: .init(batchSize: 64, normalisation: .zScore, seed: 7))
/// let epoch = loader.batches(ofEpoch: 0)
/// while let batch = try epoch.next() { train(on: batch.values, batch.indexes) }
/// ```
public final class BatchLoader: Sendable {
  /// What is made of digital values. A missing sample is 0 afterwards, in each.
  public enum Normalisation: String, Sendable, CaseIterable {
    /// Millivolts.
    case none
    /// Each lead of each recording from 0 (its lowest mV) to 1; a constant lead is 0.
    case minMax = "min-max"
    /// Each lead of each recording with mean 0 and standard deviation 1; a constant lead is 0.
    case zScore = "z-score"
  }

  /// How batches are made.
  public struct Settings: Sendable {
    /// Recordings in a batch; at least 1.
    public var batchSize: Int
    /// The leads to give, in this order; nil for the store's.
    public var leads: LeadSet?
    /// What is made of digital values.
    public var normalisation: Normalisation
    /// Seed of the order.
    public var seed: UInt64
    /// Batches that are made ahead of the one in use; at least 1.
    public var prefetch: Int
    /// Threads.
    public var workers: Workers

    /// The usual settings unless given.
    public init(
      batchSize: Int = 32, leads: LeadSet? = nil, normalisation: Normalisation = .none, seed: UInt64 = 0,
      prefetch: Int = 2, workers: Workers = .all
    ) {
      self.batchSize = max(1, batchSize)
      self.leads = leads
      self.normalisation = normalisation
      self.seed = seed
      self.prefetch = max(1, prefetch)
      self.workers = workers
    }
  }

  /// Lanes of a group.
  public static let lanes = LaneRows.lanes

  /// As given.
  public let settings: Settings
  /// The store's recordings that epochs go through.
  public let recordings: [Int]
  /// Leads of each recording of a batch.
  public let leadCount: Int
  /// Samples of each lead.
  public let sampleCount: Int
  private let selected: [Int]
  private let files: ChunkFiles
  private let rows: Pool<LaneRows>
  /// Memory of whole batches, kept from epoch to epoch.
  let memory: Pool<AlignedBytes>
  private let kernels: ek_batch_kernels

  /// A loader of `recordings` of `store`, indexes below its count, which may stand several times; nil for all.
  ///
  /// - Throws: ``StoreError`` `unsuitable-layout` where the store's layout is variable, `malformed-store` or
  ///   `damaged-chunk`; `ECGCoreError` `missing-lead`. O(recordings of the store).
  public init(_ store: Store, recordings: [Int]? = nil, settings: Settings = Settings()) throws {
    let kernels = ek_batch_kernels_for(ek_preferred_instruction_set()).pointee
    let files = try ChunkFiles(store)
    if let index = recordings?.first(where: { !(0..<store.count).contains($0) }) {
      throw StoreError(
        .noSuchRecording, at: ErrorPlace(store.path), found: "recording \(index)", expected: "0 to \(store.count - 1)",
        advice: "Ask for recordings that the store has")
    }
    if let wanted = settings.leads, case .fixed(let leads, _, _)? = store.description.signalLayout {
      selected = try leads.indexes(of: wanted)
    } else {
      selected = Array(0..<files.leadCount)
    }
    let (stored, samples) = (files.leadCount, files.sampleCount)
    self.settings = settings
    self.files = files
    self.kernels = kernels
    self.recordings = recordings ?? Array(0..<store.count)
    leadCount = selected.count
    sampleCount = samples
    let bytes = (settings.batchSize + Self.lanes - 1) / Self.lanes * selected.count * samples * Self.lanes * 4
    memory = Pool { AlignedBytes(count: bytes) }
    rows = Pool { LaneRows(leadCount: stored, sampleCount: samples) }
  }

  /// The recordings of `epoch` in the order that the trainer goes through them: a function of seed and epoch.
  public func order(ofEpoch epoch: Int) -> [Int] {
    var stream = RandomStream(seed: settings.seed, purpose: "order", epoch: UInt64(max(0, epoch)))
    return stream.shuffled(Array(recordings.indices)).map { recordings[$0] }
  }

  /// The batches of `epoch`, made ahead on another thread. As in training, a last batch of one recording is left out
  /// unless it is the only one.
  public func batches(ofEpoch epoch: Int) -> BatchSequence {
    let order = order(ofEpoch: epoch)
    var batches: [[Int]] = []
    for start in stride(from: 0, to: order.count, by: settings.batchSize) {
      let batch = Array(order[start..<min(order.count, start + settings.batchSize)])
      if batch.count > 1 || order.count == 1 || settings.batchSize == 1 { batches.append(batch) }
    }
    return BatchSequence(self, batches)
  }

  /// Floats that a batch of `count` recordings takes.
  public func floats(ofBatch count: Int) -> Int {
    (count + Self.lanes - 1) / Self.lanes * leadCount * sampleCount * Self.lanes
  }

  /// Writes the recordings at `indexes` of the store, in this order, to `target`: ``floats(ofBatch:)`` of them, aligned
  /// to 64 bytes. Any number of threads may call it at once.
  ///
  /// - Throws: ``StoreError`` `damaged-chunk`, `no-such-recording`, or a file's error, of the first recording that fails.
  public func load(_ indexes: [Int], into target: UnsafeMutableBufferPointer<Float>) throws {
    guard target.count >= floats(ofBatch: indexes.count), let base = target.baseAddress,
      Int(bitPattern: base).isMultiple(of: 64), indexes.allSatisfy({ files.has($0) })
    else {
      throw StoreError(
        .noSuchRecording, at: ErrorPlace("batch"), found: "\(indexes.count) recordings, \(target.count) floats",
        expected: "recordings of the store, \(floats(ofBatch: indexes.count)) floats aligned to 64 bytes")
    }
    let groups = (indexes.count + Self.lanes - 1) / Self.lanes
    let held = (0..<groups).map { _ in rows.take() }
    defer { for group in held { rows.giveBack(group) } }
    let start = BatchMemory(base)
    if groups >= settings.workers.count {
      // A group stays in one core's cache.
      _ = try settings.workers.map(groups) { group in
        for place in group * Self.lanes..<(group + 1) * Self.lanes { try decode(place, indexes, into: held[group]) }
        for lead in 0..<leadCount { write(group, lead, from: held[group], to: start) }
      }
    } else {
      _ = try settings.workers.map(groups * Self.lanes) { try decode($0, indexes, into: held[$0 / Self.lanes]) }
      settings.workers.forEach(groups * leadCount) { unit in
        write(unit / leadCount, unit % leadCount, from: held[unit / leadCount], to: start)
      }
    }
  }

  private func decode(_ place: Int, _ indexes: [Int], into rows: LaneRows) throws {
    let lane = place % Self.lanes
    guard place < indexes.count else {
      for lead in selected { rows.set(LeadFactor(offset: 0, scale: 0), lane: lane, lead: lead) }
      return
    }
    let index = indexes[place]
    let target = rows.lane(lane)
    try files.read(index, into: target)
    guard let samples = target.baseAddress?.assumingMemoryBound(to: Int16.self) else { return }
    for lead in selected {
      let calibration = files.calibration(of: index, lead: lead)
      let factor = settings.normalisation.factor(
        samples + lead * sampleCount, count: sampleCount, gain: calibration.gain, baseline: calibration.baseline,
        kernels)
      rows.set(factor, lane: lane, lead: lead)
    }
  }

  private func write(_ group: Int, _ lead: Int, from rows: LaneRows, to start: BatchMemory) {
    rows.write(
      lead: selected[lead], to: start.base + (group * leadCount + lead) * sampleCount * Self.lanes, kernels)
  }
}

/// Where a batch begins. Sendable by agreement: every thread writes a part of its own.
private struct BatchMemory: @unchecked Sendable {
  let base: UnsafeMutablePointer<Float>
  init(_ base: UnsafeMutablePointer<Float>) { self.base = base }
}
