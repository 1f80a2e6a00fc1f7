import Foundation

// fades FOLDER OUT: one line for each wave that is found in each lead of the recordings of FOLDER: recording, lead,
// sample of the R peak, wave, and in grid samples onset, offset, first and last flank, and how far from the flanks the
// slope fades, before and behind.

let arguments = CommandLine.arguments
guard arguments.count == 3 else {
  print("fades FOLDER OUT")
  exit(64)
}
let folder = URL(fileURLWithPath: arguments[1])
var lines = ""
for (index, recording) in try Recording.all(in: folder).enumerated() {
  let leads = try recording.signals(in: folder).map { MissingSamples($0).bridged }
  let rPeaks = try BeatDetector(samplingFrequency: recording.samplingFrequency).beats(inLeads: leads).rPeaks
  let grid = AnalysisGrid(samplingFrequency: recording.samplingFrequency)
  let places = rPeaks.map { grid.gridSample(ofLeadSample: $0) }
  let waves = RecordingWaves(signals: leads.map { grid.resampled($0) }, beats: places)
  for (lead, beats) in waves.leads.enumerated() {
    for (beat, found) in beats.enumerated() {
      for (name, wave) in [("p", found.p), ("qrs", found.qrs), ("t", found.t)] {
        guard let wave = wave?.moved(by: Float(places[beat])) else { continue }
        let fades = wave.fades
        let numbers = [wave.onset, wave.offset, fades.firstFlank, fades.lastFlank] + fades.before + fades.behind
        lines += "\(index),\(lead),\(rPeaks[beat]),\(name)," + numbers.map { "\($0)" }.joined(separator: ",") + "\n"
      }
    }
  }
}
try lines.write(to: URL(fileURLWithPath: arguments[2]), atomically: true, encoding: .utf8)
