import Foundation

// candidates FOLDER OUT: one line for everything that is rated in each lead of the recordings of FOLDER: recording, beat,
// place of the beat (grid samples), lead, what for (first: outermost flank before the R peak; p; t), place from the beat, and
// its features.

let arguments = CommandLine.arguments
guard arguments.count == 3 else {
  print("candidates FOLDER OUT")
  exit(64)
}
let folder = URL(fileURLWithPath: arguments[1])
var lines = ""
for (index, recording) in try Recording.all(in: folder).enumerated() {
  let leads = try recording.signals(in: folder).map { MissingSamples($0).bridged }
  let rPeaks = try BeatDetector(samplingFrequency: recording.samplingFrequency).beats(inLeads: leads).rPeaks
  let grid = AnalysisGrid(samplingFrequency: recording.samplingFrequency)
  let places = rPeaks.map { grid.gridSample(ofLeadSample: $0) }
  CandidateLog.rows = []
  _ = RecordingWaves(signals: leads.map { grid.resampled($0) }, beats: places)
  for row in CandidateLog.rows {
    let kind = [FlankFeatures.width: "first", WaveFeatures.ofP: "p", WaveFeatures.ofT: "t"][row.features.count] ?? "?"
    let place = row.place - Float(BeatAverages.centre)
    let numbers = row.features.map { "\(Float($0))" }.joined(separator: ",")
    lines += "\(index),\(row.beat),\(places[row.beat]),\(row.lead),\(kind),\(place),\(numbers)\n"
  }
}
try lines.write(to: URL(fileURLWithPath: arguments[2]), atomically: true, encoding: .utf8)
