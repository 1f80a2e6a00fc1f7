import ECGCore
import Reproducibility
import TestSupport
import Testing

@testable import ECGStore

@Suite struct BatchLoaderTests {
  /// What the loader promises, written plainly.
  private func expected(_ signal: DigitalSignal, _ lead: Int, _ normalisation: BatchLoader.Normalisation) -> [Double] {
    let values = signal.physicalInMillivolts(lead: lead)
    let present = values.filter { !$0.isNaN }
    var (offset, scale) = (0.0, 1.0)
    switch normalisation {
    case .none: break
    case .minMax:
      offset = present.min() ?? 0
      scale = 1 / ((present.max() ?? 0) - offset)
    case .zScore:
      offset = present.reduce(0, +) / Double(present.count)
      scale = 1 / (present.reduce(0) { $0 + ($1 - offset) * ($1 - offset) } / Double(present.count)).squareRoot()
    }
    return values.map { $0.isNaN ? 0 : ($0 - offset) * scale }
  }

  private func collected(_ loader: BatchLoader, epoch: Int) throws -> [(indexes: [Int], values: [Float])] {
    let sequence = loader.batches(ofEpoch: epoch)
    var batches: [(indexes: [Int], values: [Float])] = []
    while let batch = try sequence.next() { batches.append((batch.indexes, Array(batch.values))) }
    #expect(batches.count == sequence.count)
    return batches
  }

  @Test(arguments: Codec.allCases, BatchLoader.Normalisation.allCases)
  func numbersAreThoseOfTheStoresSignals(_ codec: Codec, _ normalisation: BatchLoader.Normalisation) throws {
    let folder = try TemporaryFolder()
    let store = try convert(
      InMemorySource.fixed(count: 43, sampleCount: 203), folder, codec: codec, recordingsPerShard: 9)
    let leads = try LeadSet([Lead("V1"), Lead("I"), Lead("II")])
    let loader = try BatchLoader(
      store, settings: .init(batchSize: 20, leads: leads, normalisation: normalisation, seed: 5))
    var seen: [Int] = []
    for batch in try collected(loader, epoch: 1) {
      seen += batch.indexes
      let groups = (batch.indexes.count + 15) / 16
      #expect(batch.values.count == groups * 3 * 203 * 16)
      for place in 0..<groups * 16 {
        for lead in 0..<3 {
          let first = ((place / 16) * 3 + lead) * 203 * 16 + place % 16
          let numbers = (0..<203).map { Double(batch.values[first + $0 * 16]) }
          guard place < batch.indexes.count else {
            #expect(numbers.allSatisfy { $0 == 0 })
            continue
          }
          let truth = expected(try store.signal(at: batch.indexes[place]).selecting(leads), lead, normalisation)
          #expect(zip(numbers, truth).allSatisfy { abs($0 - $1) <= 2e-6 * max(1, abs($1)) })
        }
      }
    }
    #expect(seen == loader.order(ofEpoch: 1) && seen.sorted() == Array(0..<43))
  }

  @Test func millivoltsAreExactlyDigitalMinusBaselineTimesTheInverseGain() throws {
    let folder = try TemporaryFolder()
    let store = try convert(InMemorySource.fixed(count: 2), folder)
    let batch = try #require(try collected(BatchLoader(store), epoch: 0).first)
    for (lane, index) in batch.indexes.enumerated() {
      let signal = try store.signal(at: index)
      for lead in 0..<3 {
        for (time, value) in signal.lead(lead).enumerated() where value != DigitalSignal.missing {
          let truth = (Float(value) - Float(signal.baseline[lead])) * Float(1 / signal.gain[lead])
          #expect(batch.values[(lead * 200 + time) * 16 + lane].bitPattern == truth.bitPattern)
        }
      }
    }
  }

  @Test func batchesDependOnNeitherThreadsNorPrefetchNorShards() throws {
    let folder = try TemporaryFolder()
    let source = try InMemorySource.fixed(count: 37)
    var first: [(indexes: [Int], values: [Float])]?
    for (name, size, workers, prefetch, codec) in [
      ("a", 5, 1, 1, Codec.deflate), ("b", 100, 2, 3, .deflate), ("c", 7, 5, 9, .none),
    ] {
      let store = try convert(source, folder, name, codec: codec, recordingsPerShard: size)
      let loader = try BatchLoader(
        store,
        settings: .init(batchSize: 12, normalisation: .zScore, seed: 3, prefetch: prefetch, workers: Workers(workers)))
      let batches = try collected(loader, epoch: 4)
      // 36 recordings in three batches; a last one alone is left out, as in training.
      #expect(batches.map(\.indexes.count) == [12, 12, 12])
      if let first {
        #expect(batches.map(\.indexes) == first.map(\.indexes))
        #expect(
          zip(batches, first).allSatisfy { $0.values.elementsEqual($1.values) { $0.bitPattern == $1.bitPattern } })
      }
      first = first ?? batches
    }
  }

  @Test func theOrderIsTheTrainersAndAFunctionOfSeedAndEpoch() throws {
    let folder = try TemporaryFolder()
    let store = try convert(InMemorySource.fixed(count: 11), folder)
    let loader = try BatchLoader(store, recordings: [9, 2, 4, 7], settings: .init(seed: 8))
    var stream = RandomStream(seed: 8, purpose: "order", epoch: 3)
    #expect(loader.order(ofEpoch: 3) == stream.shuffled([0, 1, 2, 3]).map { [9, 2, 4, 7][$0] })
  }

  @Test func anEpochMayBeLeftEarlyAndEmptyOnesEnd() throws {
    let folder = try TemporaryFolder()
    let store = try convert(InMemorySource.fixed(count: 11), folder)
    let loader = try BatchLoader(store, settings: .init(batchSize: 2))
    #expect(try loader.batches(ofEpoch: 0).next()?.indexes.count == 2)
    #expect(try BatchLoader(store, recordings: []).batches(ofEpoch: 0).next()?.indexes == nil)
  }

  @Test func whatCannotBeLoadedIsNamed() throws {
    let folder = try TemporaryFolder()
    let variable = try convert(InMemorySource.variable(count: 3, longest: 50), folder, "variable")
    let layout = #expect(throws: StoreError.self) { try BatchLoader(variable) }
    #expect(layout?.code == .unsuitableLayout && layout?.advice.contains("--window") == true)
    let store = try convert(InMemorySource.fixed(count: 6), folder, recordingsPerShard: 100)
    let missing = #expect(throws: StoreError.self) { try BatchLoader(store, recordings: [6]) }
    #expect(missing?.code == .noSuchRecording)
    let places = try store.reader(ofShard: 0).chunkPlaces()
    let shard = store.path + "/shard-00000.h5"
    var bytes = try FileBytes.read(shard)
    bytes[places[4].address + places[4].size / 2] ^= 0x55
    try AtomicFile.write(bytes, to: shard)
    let loader = try BatchLoader(Store(store.path), settings: .init(batchSize: 6))
    let damage = #expect(throws: StoreError.self) { try loader.batches(ofEpoch: 0).next() }
    #expect(damage?.code == .damagedChunk && damage?.description.contains("record r4") == true)
  }
}
