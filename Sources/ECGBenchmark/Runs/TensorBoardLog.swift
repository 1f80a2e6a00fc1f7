import ECGTraining
import Foundation
import Reproducibility

/// The charts of one run for TensorBoard, in a file that grows by a record an epoch. It holds the clock's times, so it never
/// lies in a run's own folder.
final class TensorBoardLog {
  private let folder: String
  private let metric: String
  private var handle: FileHandle?

  /// A log in `folder` of a run whose validation value is `metric`. The file is made with the first epoch.
  init(folder: String, metric: String) {
    self.folder = folder
    self.metric = metric
  }

  /// Appends what an epoch came to.
  ///
  /// - Throws: ``BenchmarkError`` `log-not-written`, or a file error.
  func add(_ line: EpochLog) throws {
    let now = Date().timeIntervalSince1970
    let handle = try handle ?? begin(firstStep: line.step, wallTime: now)
    self.handle = handle
    let scalars = [
      "training/loss": line.trainingLoss, "training/learning_rate": line.learningRate,
      "validation/\(metric)": line.validation,
    ]
    try write(EventFile.record(of: scalars, step: line.step, wallTime: now), to: handle)
  }

  private func begin(firstStep: Int, wallTime: Double) throws -> FileHandle {
    try AtomicFile.makeFolder(folder)
    // TensorBoard reads the files of a folder in the order of their names.
    let path = "\(folder)/events.out.tfevents.\(Int(wallTime)).einthoven.\(ProcessInfo.processInfo.processIdentifier)"
    guard FileManager.default.createFile(atPath: path, contents: nil), let handle = FileHandle(forWritingAtPath: path)
    else { throw notWritten(path, nil) }
    try write(EventFile.beginning(firstStep: firstStep, wallTime: wallTime), to: handle)
    return handle
  }

  private func write(_ bytes: [UInt8], to handle: FileHandle) throws {
    do {
      try handle.write(contentsOf: Data(bytes))
    } catch {
      throw notWritten(folder, error)
    }
  }

  private func notWritten(_ path: String, _ cause: (any Error)?) -> BenchmarkError {
    BenchmarkError(
      .logNotWritten, at: ErrorPlace(path), found: "the log could not be written", expected: "a folder with room",
      advice: "Check the folder that was given with --tensorboard, then run again: the run goes on from its checkpoint",
      cause: cause)
  }
}
