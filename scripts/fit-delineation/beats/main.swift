import Foundation

// features FOLDER OUT [FIRST.json]: one row of 32-bit floats for each candidate in the recordings of FOLDER: its
// features, 1 for a beat and 0 for none, and the index of its recording. The features are those of the first pass, or,
// with the first pass's network, those of the second.

/// A network as `fit.py` writes it.
struct Network: Decodable {
  let weights: [Double]
  let offsets: [Double]
  let outputs: [Double]
  let offset: Double
}

/// 1 for a beat, 0 for none; nil where the manual beats do not say.
func labels(of samples: [Int], in recording: Recording) -> [Float?] {
  let reference = recording.beats ?? []
  let window = BeatComparison.standardWindowMilliseconds / 1000 * recording.samplingFrequency
  var labels = [Float?](repeating: 0, count: samples.count)
  let pairs = BeatComparison.pairs(reference, samples, window: window)
  for pair in pairs { labels[pair.found] = 1 }
  for (index, sample) in samples.enumerated() {
    let isFlutter = (recording.flutter ?? []).contains { sample >= $0[0] && sample < $0[1] }
    // A second candidate within the window of a beat, such as the other deflection of a wide one, is neither.
    let isBesideBeat = labels[index] == 0 && isNear(sample, reference, window: window)
    let isUnmarked =
      recording.isMarkedInPart == true && labels[index] == 0
      && (sample < reference.first ?? 0 || sample > reference.last ?? 0)
    if isFlutter || isBesideBeat || isUnmarked { labels[index] = nil }
  }
  return labels
}

/// Whether one of `beats`, in order, is within `window` of `sample`.
func isNear(_ sample: Int, _ beats: [Int], window: Double) -> Bool {
  var (low, high) = (0, beats.count)
  while low < high {
    let middle = (low + high) / 2
    if beats[middle] < sample { low = middle + 1 } else { high = middle }
  }
  return [low - 1, low].contains { beats.indices.contains($0) && Double(abs(beats[$0] - sample)) <= window }
}

let arguments = CommandLine.arguments
guard arguments.count >= 3 else {
  print("features FOLDER OUT [FIRST.json]")
  exit(64)
}
let folder = URL(fileURLWithPath: arguments[1])
let first: BeatOdds? = try arguments.dropFirst(3).first.map { path in
  let network = try JSONDecoder().decode(Network.self, from: Data(contentsOf: URL(fileURLWithPath: path)))
  return BeatOdds(
    weights: network.weights, offsets: network.offsets, outputs: network.outputs, offset: network.offset)
}
var rows = Data()
var unseen = 0
for (index, recording) in try Recording.all(in: folder).enumerated() {
  let resampler = SplineResampler(samplingFrequency: recording.samplingFrequency)
  let signal = resampler.resampled(try recording.signals(in: folder)[0])
  let candidates = BeatCandidates(QRSBands(signal), isUsable: [Bool](repeating: true, count: signal.count))
  let table =
    first.map { BeatSearch.secondFeatures(of: candidates, odds: $0).table } ?? CandidateFeatures.first(of: candidates)
  let labels = labels(of: candidates.all.map { resampler.source($0.position) }, in: recording)
  unseen += (recording.beats ?? []).count - labels.count { $0 == 1 }
  for (candidate, label) in labels.enumerated() {
    guard let label else { continue }
    let features = table.row(candidate).map { Float($0) }
    (features + [label, Float(index)]).withUnsafeBytes { rows.append(contentsOf: $0) }
  }
}
try rows.write(to: URL(fileURLWithPath: arguments[2]))
print("\(unseen) beats are no candidates, or in flutter")
