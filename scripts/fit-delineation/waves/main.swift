import Foundation

// candidates FOLDER OUT: one line for each candidate for a P or T wave in each lead of the recordings of FOLDER: recording,
// beat, place of the beat (grid samples), lead, wave, peak of the candidate from that place, and its features.

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
    let wave = row.features.count == WaveFeatures.ofP ? "p" : "t"
    let peak = row.candidate.peak - Float(BeatAverages.centre)
    let numbers = row.features.map { "\(Float($0))" }.joined(separator: ",")
    lines += "\(index),\(row.beat),\(places[row.beat]),\(row.lead),\(wave),\(peak),\(numbers)\n"
  }
}
try lines.write(to: URL(fileURLWithPath: arguments[2]), atomically: true, encoding: .utf8)
