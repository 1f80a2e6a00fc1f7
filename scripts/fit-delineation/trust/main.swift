import Foundation

// evidence FOLDER OUT: one row of 32-bit floats for each beat that is found in the recordings of FOLDER, one lead each: the
// features of `BeatEvidence`, the index of the recording, and 1 where the mean odds believe in beats of this recording.

let folder = URL(fileURLWithPath: CommandLine.arguments[1])
var rows = Data()
for (index, recording) in try Recording.all(in: folder).enumerated() {
  let signal = try recording.signals(in: folder)[0]
  let usable = UsableSignal(signal, samplingFrequency: recording.samplingFrequency)
  guard usable.rejection == nil else { continue }
  let lead = LeadSearch(usable, resampler: SplineResampler(samplingFrequency: recording.samplingFrequency))
  let table = BeatEvidence.features(of: lead)
  let search = lead.search
  let isBelieved = !BeatTrust.trusted(search.beats, odds: search.odds, among: search.candidates.all).isEmpty
  for beat in 0..<table.count {
    let features = table.row(beat).map { Float($0) }
    (features + [Float(index), isBelieved ? 1 : 0]).withUnsafeBytes { rows.append(contentsOf: $0) }
  }
}
try rows.write(to: URL(fileURLWithPath: CommandLine.arguments[2]))
