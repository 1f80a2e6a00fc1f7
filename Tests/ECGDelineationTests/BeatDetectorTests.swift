import ECGDelineation
import TestSupport
import Testing
import WFDB

@Suite struct BeatDetectorTests {
  /// First signals of the bundled MIT-BIH records and their reference beats.
  private func record(_ name: String, signal: Int = 0) throws -> (lead: [Float], beats: [Int]) {
    let samples = try RecordReader(path: Repository.data + "/mitdb/" + name).read()
    let marks = try AnnotationFile.read(Repository.data + "/mitdb/" + name + ".atr")
    let beats = marks.filter { AnnotationCode.symbol($0.symbol)?.isBeat ?? false }.map { Int($0.sample) }
    return (samples.physical(of: signal).map { Float($0) }, beats)
  }

  @Test(arguments: ["100", "119", "208", "223"])
  func referenceBeatsOfWholeRecordsAreFound(_ name: String) throws {
    let (lead, beats) = try record(name)
    let detection = try BeatDetector(samplingFrequency: 360).beats(in: lead)
    let comparison = BeatComparison(reference: beats, found: detection.rPeaks, samplingFrequency: 360)
    #expect(detection.rejection == nil)
    #expect(comparison.sensitivity > 0.99)
    #expect(comparison.positivePredictivity > 0.995)
    #expect(abs(comparison.meanErrorMilliseconds) < 15)
  }

  /// Every fifth of a minute, so that beginnings and ends of short recordings are looked at too.
  @Test func tenSecondsAreEnough() throws {
    let (lead, beats) = try record("100")
    let detector = try BeatDetector(samplingFrequency: 360)
    var sum = BeatComparison()
    for start in stride(from: 0, to: 360 * 600, by: 3600) {
      let inside = beats.filter { (start..<start + 3600).contains($0) }.map { $0 - start }
      let found = detector.beats(in: Array(lead[start..<start + 3600])).rPeaks
      sum = sum + BeatComparison(reference: inside, found: found, samplingFrequency: 360)
    }
    #expect(sum.sensitivity > 0.995)
    #expect(sum.positivePredictivity > 0.995)
  }

  /// Its QRS complex lies before the start, so that nothing in the recording tells it from a beat but what beats look like.
  @Test(arguments: [0.02, 0.04, 0.06, 0.1, 0.15]) func aTWaveAtTheStartIsNoBeat(secondsBehindR: Double) throws {
    var ecg = GaussianECG(samplingFrequency: 500)
    ecg.t = 0.5
    let first = ecg.peaks[0] + Int(secondsBehindR * 500)
    let lead = Array(ecg.lead(noise: 0.01)[first...])
    let expected = ecg.peaks.dropFirst().map { $0 - first }
    let detector = try BeatDetector(samplingFrequency: 500)
    let others = [lead.map { $0 * 0.7 }, lead.map { $0 * -0.4 }]
    for found in [detector.beats(in: lead), detector.beats(inLeads: [lead] + others)] {
      // Half of a complex at the very edge may be found or not.
      let peaks = found.rPeaks.filter { $0 > 25 }
      #expect(zip(peaks, expected).allSatisfy { abs($0 - $1) <= 10 } && peaks.count == expected.count, "\(peaks)")
    }
  }

  @Test func gainAndOffsetDoNotMatter() throws {
    let lead = Array(try record("119").lead[..<36000])
    let detector = try BeatDetector(samplingFrequency: 360)
    let found = detector.beats(in: lead).rPeaks
    // Powers of two scale without rounding.
    #expect(detector.beats(in: lead.map { $0 * 4 }).rPeaks == found)
    #expect(detector.beats(in: lead.map { $0 / 8 }).rPeaks == found)
    #expect(found.count > 60)
  }

  @Test func otherRatesGiveTheSameBeats() throws {
    let lead = Array(try record("100").lead[..<36000])
    let found = try BeatDetector(samplingFrequency: 360).beats(in: lead).rPeaks
    for rate in [100.0, 250, 500, 1000] {
      let count = Int(Double(lead.count) * rate / 360)
      let other = (0..<count).map { index in
        let place = Double(index) * 360 / rate
        let low = min(Int(place), lead.count - 2)
        let share = Float(place - Double(low))
        return lead[low] * (1 - share) + lead[low + 1] * share
      }
      let peaks = try BeatDetector(samplingFrequency: rate).beats(in: other).rPeaks
      let comparison = BeatComparison(
        reference: found, found: peaks.map { Int((Double($0) * 360 / rate).rounded()) }, samplingFrequency: 360,
        windowMilliseconds: 15)
      #expect(comparison.falseNegatives == 0, "\(rate) Hz")
      #expect(comparison.falsePositives == 0, "\(rate) Hz")
    }
  }

  @Test func missingStretchesAreBridgedAndHaveNoBeats() throws {
    var lead = Array(try record("100").lead[..<72000])
    let detector = try BeatDetector(samplingFrequency: 360)
    let whole = detector.beats(in: lead).rPeaks
    let gap = 20000..<30000
    for index in gap { lead[index] = .nan }
    let detection = detector.beats(in: lead)
    #expect(detection.rejection == nil)
    #expect(!detection.rPeaks.contains { gap.contains($0) })
    #expect(
      detection.rPeaks.filter { $0 < gap.lowerBound - 360 || $0 > gap.upperBound + 360 }
        == whole.filter { $0 < gap.lowerBound - 360 || $0 > gap.upperBound + 360 })
  }

  @Test func aBadLeadAmongManyChangesNothing() throws {
    let (first, beats) = try record("100")
    let second = try record("100", signal: 1).lead
    let detector = try BeatDetector(samplingFrequency: 360)
    let range = 0..<36000
    let good = [Array(first[range]), Array(second[range]), Array(first[range])]
    let inside = beats.filter(range.contains)
    for bad in [[Float](repeating: 0.3, count: 36000), [Float](repeating: .nan, count: 36000)] {
      let found = detector.beats(inLeads: good + [bad]).rPeaks
      let comparison = BeatComparison(reference: inside, found: found, samplingFrequency: 360)
      #expect(comparison.sensitivity == 1)
      #expect(comparison.positivePredictivity == 1)
    }
  }

  @Test func signalsWithoutBeatsAreRejectedWithAReason() throws {
    let detector = try BeatDetector(samplingFrequency: 500)
    #expect(detector.beats(in: []).rejection == .tooShort(seconds: 0))
    #expect(detector.beats(in: [0.1, 0.2]).rejection == .tooShort(seconds: 0.004))
    #expect(detector.beats(in: [Float](repeating: 0.2, count: 5000)).rejection == .flat)
    #expect(detector.beats(in: [Float](repeating: .nan, count: 5000)).rejection == .notANumber(usableSeconds: 0))
    #expect(
      detector.beats(in: [Float](repeating: .infinity, count: 5000)).rejection == .notANumber(usableSeconds: 0))
    let rails = (0..<5000).map { Float($0 / 250 % 2 == 0 ? 5 : -5) }
    #expect(detector.beats(in: rails).rejection == .saturated)
    #expect(detector.beats(inLeads: []).rejection != nil)
    #expect(detector.beats(inLeads: [rails, rails]).rejection == .saturated)
  }

  @Test(arguments: [UInt64(1), 2, 3, 4])
  func noiseAloneHasNoBeats(_ seed: UInt64) throws {
    var state = seed &* 0x9E37_79B9_7F4A_7C15
    var walk: Float = 0
    var white: [Float] = []
    var wander: [Float] = []
    for _ in 0..<15000 {
      // Nearly Gaussian: the sum of 12 uniform numbers less 6.
      var sum: Float = -6
      for _ in 0..<12 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        sum += Float(state >> 40) / Float(1 << 24)
      }
      white.append(0.1 * sum)
      walk = 0.999 * walk + 0.02 * sum
      wander.append(walk)
    }
    let detector = try BeatDetector(samplingFrequency: 500)
    #expect(detector.beats(in: white).rejection == .noise)
    #expect(detector.beats(in: wander).rejection == .noise)
    #expect(detector.beats(inLeads: [white, wander, white]).rejection == .noise)
  }

  /// Ectopic beats are unlike the others, but there are others that are like them.
  @Test(arguments: ["100", "119", "208", "223"])
  func piecesOfRecordsAreNotTakenForNoise(_ name: String) throws {
    let (first, second) = (try record(name).lead, try record(name, signal: 1).lead)
    let detector = try BeatDetector(samplingFrequency: 360)
    for start in stride(from: 0, to: first.count - 3600, by: 7000) {
      let piece = Array(first[start..<start + 3600])
      #expect(detector.beats(in: piece).rejection == nil, "at \(start)")
      let leads = [piece, Array(second[start..<start + 3600])]
      #expect(detector.beats(inLeads: leads).rejection == nil, "at \(start), both leads")
    }
  }

  /// As of a loose electrode: swings as high and as steep as beats, of which no two are alike.
  @Test func swingsThatDoNotRepeatAreNoBeats() throws {
    let detector = try BeatDetector(samplingFrequency: 360)
    let leads = (1...40).map { swings(seed: $0) }
    #expect(leads.count { detector.beats(in: $0).rejection == .noise } >= 34)
    let pairs = stride(from: 0, to: 40, by: 2).map { Array(leads[$0..<$0 + 2]) }
    #expect(pairs.count { detector.beats(inLeads: $0).rejection == .noise } >= 19)
  }

  private func swings(seed: UInt64) -> [Float] {
    var state = seed &* 0x9E37_79B9_7F4A_7C15
    func uniform(_ low: Float, _ high: Float) -> Float {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return low + (high - low) * Float(state >> 40) / Float(1 << 24)
    }
    var lead = (0..<3600).map { _ in uniform(-0.01, 0.01) }
    var peak: Float = 0
    while peak < 3600 {
      peak += uniform(0.3, 1.2) * 360
      let (rise, fall) = (uniform(0.03, 0.12) * 360, uniform(0.05, 0.4) * 360)
      let height = uniform(0.5, 1.5) * (uniform(0, 1) < 0.5 ? -1 : 1)
      for index in lead.indices {
        let distance = Float(index) - peak
        let share = distance / (distance < 0 ? rise : fall)
        // A bell with flat feet.
        if abs(share) < 2 { lead[index] += height * (1 - share * share / 4) * (1 - share * share / 4) }
      }
    }
    return lead
  }

  @Test func otherFrequenciesAreAnError() {
    for frequency in [0, 99.9, 1000.5, .nan, .infinity, -360] {
      #expect(throws: DelineationError.self) { try BeatDetector(samplingFrequency: frequency) }
    }
  }
}
