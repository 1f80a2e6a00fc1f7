import ECGCore
import ECGStore
import Reproducibility
import Synchronization

/// Writes a store and tells what came of it.
struct StoreWriter {
  let options: ConversionOptions

  /// Converts `source`, through `transforms`, into the store at `path`.
  ///
  /// - Throws: what the conversion throws; no store is left then.
  @discardableResult
  func convert(
    _ source: any RecordingSource, _ transforms: [any RecordingTransform] = [], to path: String, title: String
  ) throws -> ConversionReport {
    Allocator.keepFreedMemory()
    let line = ProgressLine(title, unit: "recordings")
    let skipped = Mutex<[SkippedRecording]>([])
    let report: ConversionReport
    do {
      report = try Conversion(source: source, transforms: transforms, options: options).run(into: path) { progress in
        line.update(done: progress.done, total: progress.total)
        skipped.withLock { $0 = progress.skipped }
      }
    } catch {
      // A single failure is the error itself; of several, the error names only the first.
      let all = skipped.withLock { $0 }
      if all.count > 1 { Self.tell(all) }
      throw error
    }
    Self.tell(report.skipped)
    line.finish("\(report.recordings) recordings of \(source.description.dataset)")
    if let published = source.description.publishedRecordings, published != report.recordings {
      Console.note(
        "\(title): the full release of \(source.description.dataset) \(source.description.version) holds "
          + "\(published) recordings; this store holds \(report.recordings)")
    }
    return report
  }

  private static func tell(_ skipped: [SkippedRecording]) {
    for recording in skipped { Console.warning("recording \(recording.id) failed: \(recording.error)") }
  }
}
