import ECGCore
import Reproducibility

/// One execution of a conversion into a folder of its own.
struct ConversionRun: Sendable {
  let conversion: Conversion
  let folder: String
  let layout: SignalLayout

  private let description: SourceDescription
  private let identifiers: [RecordingID]
  private let columns: [ColumnDefinition]
  private let codec: ChunkCodec
  private var options: ConversionOptions { conversion.options }

  init(conversion: Conversion, folder: String, layout: SignalLayout) {
    self.conversion = conversion
    self.folder = folder
    self.layout = layout
    description = conversion.source.description
    identifiers = conversion.source.identifiers
    columns = conversion.source.columns
    let codec = ChunkCodec(conversion.options.codec, level: conversion.options.level)
    if case .fixed(let leads, let sampleCount, _) = layout {
      self.codec = codec.forChunks(rows: leads.count, width: sampleCount)
    } else {
      self.codec = codec
    }
  }

  func checkSource() throws(StoreError) {
    try SourceChecks.check(description.dataset, identifiers: identifiers, columns: columns, layout: layout)
    try SourceChecks.check(options.codec, options.level, suits: layout, of: description.dataset)
  }

  /// Recordings in flight: enough to keep every worker busy, few enough to bound memory.
  private var window: Int {
    let workers = options.workers.count
    guard case .fixed(let leads, let sampleCount, _) = layout else { return workers * 2 }
    let fitting = (64 << 20) / (leads.count * sampleCount * 2 + 1)
    return max(workers, min(workers * 32, fitting))
  }

  /// What has been gathered so far.
  private struct State {
    var receipts: [ShardReceipt] = []
    var skipped: [SkippedRecording] = []
    var firstFailure: (any Error)?
    var done = 0
  }

  func convert(_ progress: ((ConversionProgress) -> Void)?) throws -> ConversionReport {
    let firstRecording = identifiers.isEmpty ? nil : try? encoded(0).digest
    let plan = ConversionPlan(conversion, layout: layout, firstRecording: firstRecording)
    let unsealed = UnsealedStore(folder: folder)
    if let sealed = try finished(plan) { return sealed }
    try unsealed.claim(plan)
    let range = options.part?.shards(of: plan.shards.count) ?? 0..<plan.shards.count
    let total = range.reduce(0) { $0 + plan.shards.recordings(ofShard: $1).count }
    var state = State()
    for shard in range {
      let receipt: ShardReceipt
      if let present = try whole(shard, of: plan) {
        receipt = present
        state.done += plan.shards.recordings(ofShard: shard).count
      } else {
        guard let made = try convert(shard, of: plan, total, &state, progress) else { break }
        receipt = made
      }
      state.receipts.append(receipt)
    }
    // Only where another attempt at the same shards was given up for dead, or ran beside this one.
    if let sealed = try finished(plan) { return sealed }
    try refuseIfTooManySkipped(state)
    guard options.part == nil else {
      return ConversionReport(
        recordings: state.receipts.reduce(0) { $0 + $1.recordings.count }, skipped: state.skipped,
        contentDigest: ContentDigests.shard(state.receipts.flatMap(\.recordings)))
    }
    return ConversionReport(try unsealed.seal(plan, state.receipts, allowSkipped: options.allowSkipped))
  }

  /// Whether shards that are there already are kept.
  private var continues: Bool { options.resume || options.part != nil }

  /// The receipt of a shard that is there already and holds all its recordings: those that failed may have been mended.
  private func whole(_ shard: Int, of plan: ConversionPlan) throws -> ShardReceipt? {
    guard continues, let receipt = try UnsealedStore(folder: folder).receipt(shard, of: plan), receipt.skipped.isEmpty
    else { return nil }
    return receipt
  }

  /// The report of a store that this conversion has sealed before; what a kill may have left behind is cleared away.
  private func finished(_ plan: ConversionPlan) throws -> ConversionReport? {
    guard continues, UnsealedStore(folder: folder).isSealed else { return nil }
    let store = try Store(folder)
    let description = store.description
    let left = Set(description.skipped.map(\.id))
    let isSame =
      (description.dataset, description.version) == (plan.dataset, plan.version)
      && (description.codec, description.level) == (plan.codec, plan.level)
      && (description.leadNames, description.sampleCount) == (plan.leadNames, plan.sampleCount)
      && description.columns == plan.columns && store.identifiers == identifiers.filter { !left.contains($0) }
    guard isSame else {
      throw StoreError(
        .alreadyExists, at: ErrorPlace(folder), found: "a finished store of another source or of other options",
        expected: "the conversion that was begun here", advice: "Choose another folder, or replace it with --force")
    }
    try UnsealedStore(folder: folder).removeAllBut(description)
    return ConversionReport(description)
  }

  /// Makes a shard and its receipt; nil where the store has been sealed meanwhile.
  private func convert(
    _ shard: Int, of plan: ConversionPlan, _ total: Int, _ state: inout State,
    _ progress: ((ConversionProgress) -> Void)?
  ) throws -> ShardReceipt? {
    let unsealed = UnsealedStore(folder: folder)
    let range = plan.shards.recordings(ofShard: shard)
    let before = state
    var writer = try ShardWriter(
      folder + "/" + plan.shards.name(ofShard: shard), layout: layout, columns: columns, codec: codec,
      workers: options.workers)
    var (digests, steps, skipped): ([Digest], [String], [SkippedRecording]) = ([], [], [])
    do {
      for first in stride(from: range.lowerBound, to: range.upperBound, by: window) {
        let count = min(window, range.upperBound - first)
        let outcomes = try options.workers.map(count) { offset in Result { try encoded(first + offset) } }
        var ready: [EncodedRecording] = []
        for (offset, outcome) in outcomes.enumerated() {
          switch outcome {
          case .success(let recording):
            ready.append(recording)
            digests.append(recording.digest)
            for step in recording.steps where !steps.contains(step) { steps.append(step) }
          case .failure(let error):
            state.firstFailure = state.firstFailure ?? error
            let failed = SkippedRecording(id: identifiers[first + offset], error: oneLine(error))
            skipped.append(failed)
            state.skipped.append(failed)
          }
        }
        try writer.append(ready)
        state.done += count
        progress?(ConversionProgress(done: state.done, total: total, skipped: state.skipped))
      }
      // A scheduler may have taken this attempt for dead and another may have been first. What is whole stays as it is:
      // this attempt may have failed to read what that one could.
      let present = try whole(shard, of: plan)
      guard present == nil, !(continues && unsealed.isSealed) else {
        writer.abandon()
        (state.skipped, state.firstFailure) = (before.skipped, before.firstFailure)
        return present
      }
      // A shard of which every recording was skipped would be a file with nothing in it.
      var sealed: StoreDescription.Shard?
      if writer.count > 0 { sealed = try writer.seal() } else { writer.abandon() }
      let receipt = ShardReceipt(
        plan: try plan.digest(), shard: sealed, recordings: digests, transforms: steps, skipped: skipped)
      try unsealed.write(receipt, shard: shard, of: plan)
      return receipt
    } catch {
      writer.abandon()
      throw error
    }
  }

  /// Reads, transforms, checks, hashes and encodes one recording; runs on any thread.
  private func encoded(_ index: Int) throws -> EncodedRecording {
    var recording = try conversion.source.recording(at: index)
    for transform in conversion.transforms { recording = try transform.apply(to: recording) }
    try SourceChecks.check(
      recording, is: identifiers[index], layout: layout, columns: columns, in: description.dataset)
    let row = StoredRow(recording)
    let samples = recording.signal.samples
    let stored: EncodedRecording.Samples
    if case .fixed = layout {
      stored = .chunk(try codec.encoded(samples, for: folder))
    } else {
      stored = .plain(samples)
    }
    return EncodedRecording(
      row: row, digest: row.contentDigest(samples: samples), steps: recording.provenance.steps, samples: stored)
  }

  private func refuseIfTooManySkipped(_ state: State) throws {
    guard state.skipped.count > options.allowSkipped else { return }
    if state.skipped.count == 1, let failure = state.firstFailure { throw failure }
    throw StoreError.tooManySkipped(
      state.skipped, of: identifiers.count, dataset: description.dataset, options.allowSkipped)
  }

  private func oneLine(_ error: any Error) -> String {
    String(describing: error).split(whereSeparator: \.isNewline).joined(separator: " ")
  }
}
