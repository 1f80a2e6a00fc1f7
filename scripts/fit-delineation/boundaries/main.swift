// fades FOLDER OUT: one line for each wave that is found in each lead of the recordings of FOLDER: recording, lead,
// sample of the R peak, wave, and in grid samples onset, offset, first and last flank, and how far from the flanks the
// slope fades, before and behind.

try RecordingOnGrid.writeLines("fades FOLDER OUT") { index, recording in
  var lines = ""
  for (lead, beats) in recording.waves.leads.enumerated() {
    for (beat, found) in beats.enumerated() {
      for (name, wave) in [("p", found.p), ("qrs", found.qrs), ("t", found.t)] {
        guard let wave = wave?.moved(by: Float(recording.places[beat])) else { continue }
        let fades = wave.fades
        let numbers = [wave.onset, wave.offset, fades.firstFlank, fades.lastFlank] + fades.before + fades.behind
        let place = "\(index),\(lead),\(recording.rPeaks[beat]),\(name),"
        lines += place + numbers.map { "\($0)" }.joined(separator: ",") + "\n"
      }
    }
  }
  return lines
}
