// candidates FOLDER OUT: one line for everything that is rated in each lead of the recordings of FOLDER: recording, beat,
// place of the beat (grid samples), lead, what for (first: outermost flank before the R peak; p; t), place from the beat, and
// its features.

try RecordingOnGrid.writeLines("candidates FOLDER OUT") { index, recording in
  defer { CandidateLog.rows = [] }
  return CandidateLog.rows.map { row in
    let kind = [FlankFeatures.width: "first", WaveFeatures.ofP: "p", WaveFeatures.ofT: "t"][row.features.count] ?? "?"
    let place = row.place - Float(BeatAverages.centre)
    let numbers = row.features.map { "\(Float($0))" }.joined(separator: ",")
    return "\(index),\(row.beat),\(recording.places[row.beat]),\(row.lead),\(kind),\(place),\(numbers)\n"
  }.joined()
}
