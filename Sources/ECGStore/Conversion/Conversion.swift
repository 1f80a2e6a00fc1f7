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

  /// Makes the store in the folder `path`, which must be absent or empty unless options say `force`, `resume` or `part`.
  /// `progress` is called from any thread, once at a time.
  ///
  /// A run that is killed leaves finished shards, which a run with `resume` keeps; the store is the same byte for byte as
  /// one that was made without a break. With a `part`, only its shards are made, and ``StoreMerge`` seals the store.
  ///
  /// - Throws: ``StoreError`` `already-exists`, `invalid-source`, `recordings-skipped`; the failure's own error where
  ///   one recording failed and none may; errors of files and of HDF5. Nothing that looks whole is left then, and
  ///   what was to be replaced is still there.
  public func run(into path: String, progress: (@Sendable (ConversionProgress) -> Void)? = nil) throws
    -> ConversionReport
  {
    let output = try OutputFolder(path, options: options)
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
