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
    codec = ChunkCodec(conversion.options.codec)
  }

  func checkSource() throws(StoreError) {
    try SourceChecks.check(description.dataset, identifiers: identifiers, columns: columns, layout: layout)
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
    var shards: [StoreDescription.Shard] = []
    var digests: [Digest] = []
    var steps: [String] = []
    var seenSteps = Set<String>()
    var skipped: [SkippedRecording] = []
    var firstFailure: (any Error)?
    var done = 0
  }

  func convert(_ progress: ((ConversionProgress) -> Void)?) throws -> ConversionReport {
    let plan = ShardPlan(recordings: identifiers.count, recordingsPerShard: options.recordingsPerShard)
    var state = State()
    do {
      for shard in 0..<plan.count {
        try convert(shard, of: plan, &state, progress)
      }
      try refuseIfTooManySkipped(state)
      let sealed = describe(state)
      try AtomicFile.write(CanonicalJSON.pretty(sealed), to: folder + "/" + StoreDescription.fileName)
      return ConversionReport(
        recordings: sealed.recordings, skipped: sealed.skipped, contentDigest: sealed.contentDigest)
    } catch {
      for shard in state.shards { Folder.removeFile(folder + "/" + shard.name) }
      throw error
    }
  }

  private func convert(
    _ shard: Int, of plan: ShardPlan, _ state: inout State, _ progress: ((ConversionProgress) -> Void)?
  ) throws {
    let range = plan.recordings(ofShard: shard)
    var writer = try ShardWriter(
      folder + "/" + plan.name(ofShard: shard), layout: layout, columns: columns, codec: codec,
      workers: options.workers)
    do {
      for first in stride(from: range.lowerBound, to: range.upperBound, by: window) {
        let count = min(window, range.upperBound - first)
        let outcomes = try options.workers.map(count) { offset in Result { try encoded(first + offset) } }
        var ready: [EncodedRecording] = []
        for (offset, outcome) in outcomes.enumerated() {
          switch outcome {
          case .success(let recording):
            ready.append(recording)
            state.digests.append(recording.digest)
            for step in recording.steps where state.seenSteps.insert(step).inserted { state.steps.append(step) }
          case .failure(let error):
            state.firstFailure = state.firstFailure ?? error
            state.skipped.append(SkippedRecording(id: identifiers[first + offset], error: oneLine(error)))
          }
        }
        try writer.append(ready)
        state.done += count
        progress?(ConversionProgress(done: state.done, total: identifiers.count, skipped: state.skipped))
      }
      // A shard of which every recording was skipped would be a file with nothing in it.
      if writer.count > 0 { state.shards.append(try writer.seal()) } else { writer.abandon() }
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
    guard state.skipped.count > options.allowSkipped, let first = state.skipped.first else { return }
    if state.skipped.count == 1, let failure = state.firstFailure { throw failure }
    throw StoreError(
      .recordingsSkipped, at: ErrorPlace(description.dataset, .record(first.id.text)),
      found: "\(state.skipped.count) of \(identifiers.count) recordings failed, this one first: \(first.error)",
      expected: "at most \(options.allowSkipped) that fail",
      advice: "Correct them, or allow them to be left out with --allow-skipped \(state.skipped.count)")
  }

  private func oneLine(_ error: any Error) -> String {
    String(describing: error).split(whereSeparator: \.isNewline).joined(separator: " ")
  }

  private func describe(_ state: State) -> StoreDescription {
    var fixed: (names: [String], hertz: Double, samples: Int)?
    if case .fixed(let leads, let sampleCount, let frequency) = layout {
      fixed = (leads.names, frequency.hertz, sampleCount)
    }
    let stored = columns.map { StoreDescription.Column($0) }
    return StoreDescription(
      schema: StoreDescription.currentSchema, dataset: description.dataset, version: description.version,
      licence: description.licence, citation: description.citation,
      publishedRecordings: description.publishedRecordings, layout: fixed == nil ? .variable : .fixed,
      leadNames: fixed?.names, samplingFrequency: fixed?.hertz, sampleCount: fixed?.samples,
      recordings: state.digests.count, columns: stored, codec: options.codec, shards: state.shards,
      contentDigest: ContentDigests.store(
        description, layout, columns: stored, transforms: state.steps, recordings: state.digests),
      skipped: state.skipped, transforms: state.steps, software: "einthoven \(SystemFacts.packageVersion)")
  }
}
