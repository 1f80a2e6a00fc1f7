import ECGCore
import Reproducibility

/// Turns a source's recordings into a store.
///
/// Every recording that can be converted is; if more fail than ``ConversionOptions/allowSkipped``, nothing is left
/// behind and the conversion throws. The store's bytes depend on the recordings, the codec and the shard size only.
///
/// ```swift
/// let report = try Conversion(source: source).run(into: "ptb-xl.store")
/// ```
public struct Conversion: Sendable {
  /// Where recordings come from.
  public let source: any RecordingSource
  /// What is done to each, in order.
  public let transforms: [any RecordingTransform]
  /// How.
  public let options: ConversionOptions

  /// A conversion of all of `source`.
  public init(
    source: any RecordingSource, transforms: [any RecordingTransform] = [], options: ConversionOptions = .init()
  ) {
    self.source = source
    self.transforms = transforms
    self.options = options
  }

  /// Makes the store in the folder `path`, which must be absent or empty unless options say `force`. `progress` is
  /// called on the calling thread.
  ///
  /// - Throws: ``StoreError`` `already-exists`, `invalid-source`, `recordings-skipped`; the failure's own error where
  ///   one recording failed and none may; errors of files and of HDF5. Nothing that looks whole is left then, and
  ///   what was to be replaced is still there.
  public func run(into path: String, progress: (@Sendable (ConversionProgress) -> Void)? = nil) throws
    -> ConversionReport
  {
    let output = try OutputFolder(path, force: options.force)
    do {
      var layout = source.layout
      for transform in transforms { layout = try transform.layout(after: layout) }
      let run = ConversionRun(conversion: self, folder: output.folder, layout: layout)
      try run.checkSource()
      try output.prepare()
      let report = try run.convert(progress)
      try output.publish()
      return report
    } catch {
      output.abandon()
      throw error
    }
  }
}

/// The folder that a conversion writes into: the target itself, or, where that is to be replaced, one beside it.
private final class OutputFolder {
  let folder: String
  private let target: String
  private let replaces: Bool
  private var created = false

  init(_ path: String, force: Bool) throws(StoreError) {
    var target = path
    while target.count > 1, target.hasSuffix("/") { target.removeLast() }
    self.target = target
    if FileBytes.exists(target), !FileBytes.isFolder(target) {
      throw StoreError(
        .alreadyExists, at: ErrorPlace(path), found: "a file", expected: "a new or empty folder",
        advice: "Choose another name for the store")
    }
    let contents = try Folder.contents(target)
    replaces = !contents.isEmpty
    if replaces, !force {
      throw StoreError(
        .alreadyExists, at: ErrorPlace(path), found: "a folder with \(contents.count) files in it",
        expected: "a new or empty folder", advice: "Choose another folder, or replace this one with --force")
    }
    // No store has folders in it: replacing one that has would delete somebody's work.
    if let inner = contents.first(where: { FileBytes.isFolder(target + "/" + $0) }) {
      throw StoreError(
        .alreadyExists, at: ErrorPlace(path), found: "the folder '\(inner)' in it, so it is not a store",
        expected: "a store to replace", advice: "--force replaces stores only: choose another folder")
    }
    folder = replaces ? AtomicFile.temporaryName(for: target) : target
  }

  func prepare() throws {
    created = !FileBytes.exists(folder)
    try AtomicFile.makeFolder(folder)
  }

  func publish() throws(StoreError) {
    guard replaces else { return }
    let old = AtomicFile.temporaryName(for: target)
    try Folder.rename(target, to: old)
    do throws(StoreError) {
      try Folder.rename(folder, to: target)
    } catch {
      try Folder.rename(old, to: target)
      throw error
    }
    Folder.remove(old)
  }

  /// Removes what the conversion made; shards of an abandoned run have been removed one by one before.
  func abandon() {
    if created { Folder.remove(folder) }
  }
}
