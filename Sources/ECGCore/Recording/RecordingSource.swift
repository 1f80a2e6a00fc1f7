/// Anything that yields recordings by index: a dataset on disk, a generator, an array in a test.
///
/// The order is fixed by the source's own manifest or table, never by the file system; `recording(at:)` may be called
/// from several threads at once and gives the same recording each time.
public protocol RecordingSource: Sendable {
  /// What the recordings are of, for the store's description.
  var description: SourceDescription { get }
  /// Names in order; none twice.
  var identifiers: [RecordingID] { get }
  /// What every recording's signal looks like.
  var layout: SignalLayout { get }
  /// The source's own columns, in the order of each recording's `columns`.
  var columns: [ColumnDefinition] { get }
  /// The recording at `index` in `0..<identifiers.count`.
  ///
  /// - Throws: a located error naming the file and the place; the source stays usable.
  func recording(at index: Int) throws -> Recording
}

/// What a store says about where its recordings come from.
public struct SourceDescription: Sendable, Equatable {
  /// Identifier as on the command line: `ptb-xl`, `mit-bih`, `synthetic`.
  public let dataset: String
  /// The release: `1.0.3`.
  public let version: String
  /// SPDX name, or the publisher's.
  public let licence: String
  /// How the publisher asks to be cited; empty for generated recordings.
  public let citation: String
  /// How many recordings the full release holds, where that is known.
  public let publishedRecordings: Int?

  /// A description.
  public init(dataset: String, version: String, licence: String, citation: String, publishedRecordings: Int?) {
    self.dataset = dataset
    self.version = version
    self.licence = licence
    self.citation = citation
    self.publishedRecordings = publishedRecordings
  }
}

/// Whether all recordings of a source are alike in length.
public enum SignalLayout: Sendable, Equatable {
  /// Every recording has these leads, this length and this sampling frequency.
  case fixed(leads: LeadSet, sampleCount: Int, samplingFrequency: SamplingFrequency)
  /// As many leads in each, but lengths, sampling frequencies and lead names may differ.
  case variable(leadCount: Int)
}

/// A step between a source and the store: lead selection, resampling, delineation. It adds a line of provenance.
///
/// What it prints as stands in the plan of a conversion, which only the same conversion goes on with: a conforming type's
/// `description` has to name every setting and nothing that differs from process to process.
public protocol RecordingTransform: Sendable, CustomStringConvertible {
  /// The layout after the transform, given the one before.
  func layout(after layout: SignalLayout) throws -> SignalLayout
  /// The recording after the transform.
  func apply(to recording: Recording) throws -> Recording
}
