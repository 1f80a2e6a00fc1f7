import Foundation

/// A recording with its beats on the analysis grid, as the delineator looks for waves in it.
struct RecordingOnGrid {
  /// Samples of the recording.
  let rPeaks: [Int]
  /// The same in grid samples.
  let places: [Int]
  let waves: RecordingWaves

  init(_ recording: Recording, in folder: URL) throws {
    let leads = try recording.signals(in: folder).map { MissingSamples($0).bridged }
    rPeaks = try BeatDetector(samplingFrequency: recording.samplingFrequency).beats(inLeads: leads).rPeaks
    let grid = AnalysisGrid(samplingFrequency: recording.samplingFrequency)
    places = rPeaks.map { grid.gridSample(ofLeadSample: $0) }
    waves = RecordingWaves(signals: leads.map { grid.resampled($0) }, beats: places)
  }

  /// Writes the lines that `lines` makes of each recording and its index in the folder that the first argument names to
  /// the file that the second one does.
  static func writeLines(
    _ usage: String, lines: (_ index: Int, _ recording: RecordingOnGrid) throws -> String
  ) throws {
    let arguments = CommandLine.arguments
    guard arguments.count == 3 else {
      print(usage)
      exit(64)
    }
    let folder = URL(fileURLWithPath: arguments[1])
    var text = ""
    for (index, recording) in try Recording.all(in: folder).enumerated() {
      text += try lines(index, RecordingOnGrid(recording, in: folder))
    }
    try text.write(to: URL(fileURLWithPath: arguments[2]), atomically: true, encoding: .utf8)
  }
}
