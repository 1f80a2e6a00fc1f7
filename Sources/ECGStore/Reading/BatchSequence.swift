import Dispatch
import Synchronization

/// One batch of a ``BatchSequence``. Its numbers are valid until the next batch is asked for.
public struct Batch {
  /// The store's recordings in it, in order.
  public let indexes: [Int]
  /// `[group][lead][time][16 lanes]`, aligned to 64 bytes.
  public let values: UnsafeBufferPointer<Float>
}

/// The batches of one epoch in order. The next ones are made on another thread while one is in use; memory is taken once.
/// One thread at a time may ask for batches.
public final class BatchSequence {
  /// How many batches there are.
  public let count: Int
  private let loader: BatchLoader
  private let batches: [[Int]]
  private let slots: [Slot]
  private let queue = DispatchQueue(label: "einthoven.batches", qos: .userInitiated)
  private var scheduled = 0
  private var given = 0

  /// Memory for a batch and what became of it.
  private final class Slot: Sendable {
    let memory: AlignedBytes
    let ready = DispatchSemaphore(value: 0)
    let outcome = Mutex<Result<Void, any Error>>(.success(()))
    init(_ memory: AlignedBytes) { self.memory = memory }
  }

  init(_ loader: BatchLoader, _ batches: [[Int]]) {
    self.loader = loader
    self.batches = batches
    count = batches.count
    slots = (0..<min(batches.count, loader.settings.prefetch + 1)).map { _ in Slot(loader.memory.take()) }
    while scheduled < slots.count { schedule() }
  }

  /// Waits for batches in the making.
  deinit {
    queue.sync {}
    for slot in slots { loader.memory.giveBack(slot.memory) }
  }

  /// The next batch, or nil at the end. The one before is gone then.
  ///
  /// - Throws: what ``BatchLoader/load(_:into:)`` throws; further calls go on with the batch behind.
  public func next() throws -> Batch? {
    guard given < count else { return nil }
    if given > 0, scheduled < count { schedule() }
    let index = given
    given += 1
    let slot = slots[index % slots.count]
    slot.ready.wait()
    try slot.outcome.withLock { try $0.get() }
    let floats = slot.memory.bytes.bindMemory(to: Float.self).prefix(loader.floats(ofBatch: batches[index].count))
    return Batch(indexes: batches[index], values: UnsafeBufferPointer(UnsafeMutableBufferPointer(rebasing: floats)))
  }

  private func schedule() {
    let (slot, indexes, loader) = (slots[scheduled % slots.count], batches[scheduled], loader)
    scheduled += 1
    queue.async {
      let outcome = Result {
        try loader.load(indexes, into: slot.memory.bytes.bindMemory(to: Float.self))
      }
      slot.outcome.withLock { $0 = outcome }
      slot.ready.signal()
    }
  }
}
