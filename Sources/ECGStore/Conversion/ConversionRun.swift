import ECGCore
import Reproducibility

/// One execution of a conversion into a folder of its own.
struct ConversionRun: Sendable {
  let conversion: Conversion
  let folder: String
  let layout: SignalLayout

  private let description: SourceDescription
  let identifiers: [RecordingID]
  let columns: [ColumnDefinition]
  let codec: ChunkCodec
  var options: ConversionOptions { conversion.options }

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

  /// Recordings in memory at once: enough to keep every worker busy, few enough to bound memory.
  var window: Int {
    let workers = options.workers.count
    guard case .fixed(let leads, let sampleCount, _) = layout else { return workers * 2 }
    let fitting = (64 << 20) / (leads.count * sampleCount * 2 + 1)
    return max(workers, min(workers * 32, fitting))
  }

  func convert(_ progress: (@Sendable (ConversionProgress) -> Void)?) throws -> ConversionReport {
    let firstRecording = identifiers.isEmpty ? nil : try? encoded(0).digest
    let plan = ConversionPlan(conversion, layout: layout, firstRecording: firstRecording)
    let unsealed = UnsealedStore(folder: folder)
    if let sealed = try finished(plan) { return sealed }
    try unsealed.claim(plan)
    let range = options.part?.shards(of: plan.shards.count) ?? 0..<plan.shards.count
    let tally = ConversionTally(total: range.reduce(0) { $0 + plan.shards.recordings(ofShard: $1).count })
    try convert(range, of: plan, tally, progress)
    // Only where another attempt at the same shards was given up for dead, or ran beside this one.
    if let sealed = try finished(plan) { return sealed }
    try refuseIfTooManySkipped(tally)
    let receipts = tally.receipts
    guard options.part == nil else {
      return ConversionReport(
        recordings: receipts.reduce(0) { $0 + $1.recordings.count }, skipped: tally.skipped,
        contentDigest: ContentDigests.shard(receipts.flatMap(\.recordings)))
    }
    return ConversionReport(try unsealed.seal(plan, receipts, allowSkipped: options.allowSkipped))
  }

  /// Makes the shards `range`, one after the other: while one is sealed the next is begun.
  private func convert(
    _ range: Range<Int>, of plan: ConversionPlan, _ tally: ConversionTally,
    _ progress: (@Sendable (ConversionProgress) -> Void)?
  ) throws {
    var sealing: BackgroundTask<Bool>?
    // Nothing may be written once this has returned.
    defer { _ = try? sealing?.value() }
    for shard in range {
      if let present = try whole(shard, of: plan) {
        tally.add(present, ofShard: shard, recordings: plan.shards.recordings(ofShard: shard).count)
        continue
      }
      let attempt = try ShardAttempt(self, plan, shard: shard)
      let goesOn: Bool
      do {
        try attempt.fill(tally, progress)
        goesOn = try sealing?.value() ?? true
      } catch {
        attempt.abandon()
        throw error
      }
      sealing = nil
      guard goesOn else { return attempt.abandon() }
      // One thread was asked for where there is one worker.
      if options.workers.count == 1 {
        guard try attempt.seal(tally) else { return }
      } else {
        sealing = BackgroundTask { try attempt.seal(tally) }
      }
    }
    _ = try sealing?.value()
    sealing = nil
  }

  /// Whether shards that are there already are kept.
  var continues: Bool { options.resume || options.part != nil }

  /// The receipt of a shard that is there already and holds all its recordings: those that failed may have been mended.
  func whole(_ shard: Int, of plan: ConversionPlan) throws -> ShardReceipt? {
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

  /// Reads, transforms, checks, hashes and encodes one recording; runs on any thread.
  func encoded(_ index: Int) throws -> EncodedRecording {
    var recording = try conversion.source.recording(at: index)
    for transform in conversion.transforms { recording = try transform.apply(to: recording) }
    try SourceChecks.check(
      recording, is: identifiers[index], layout: layout, columns: columns, in: description.dataset)
    let row = StoredRow(recording)
    let samples = recording.signal.samples
    let stored: EncodedRecording.Samples
    if case .fixed = layout {
      stored = codec.codec == .none ? .plainChunk(samples) : .chunk(try codec.encoded(samples, for: folder))
    } else {
      stored = .plain(samples)
    }
    return EncodedRecording(
      row: row,
      digest: row.contentDigest(samples: samples, frameDigest: recording.signal.knownFrameDigest),
      steps: recording.provenance.steps, samples: stored)
  }

  private func refuseIfTooManySkipped(_ tally: ConversionTally) throws {
    let failures = tally.failures
    guard failures.count > options.allowSkipped else { return }
    if failures.count == 1 { throw failures[0].error }
    throw StoreError.tooManySkipped(
      tally.skipped, of: identifiers.count, dataset: description.dataset, options.allowSkipped)
  }
}
