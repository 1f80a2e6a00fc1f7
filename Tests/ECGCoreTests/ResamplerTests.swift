import ECGCore
import Reproducibility
import Testing

@Suite struct ResamplerTests {
  /// A conversion's plan has these texts: they must be the same in every process.
  @Test func transformsDescribeTheirSettingsAndNothingElse() throws {
    let frequency = try #require(SamplingFrequency(hertz: 100))
    #expect("\(Resampler(to: frequency))" == "resample to 100 Hz")
    #expect("\(try Window(seconds: 2.5, anchor: .centre))" == "window 2.5 s from the centre")
    #expect("\(LeadSelection(try LeadSet([Lead("V1"), Lead("I")])))" == "leads V1 I")
  }

  /// Pairs of frequencies that ECGs are recorded at and wanted at.
  static let pairs: [(Double, Double)] = [(500, 100), (360, 500), (250, 500), (360, 250)]

  private func recording(_ samples: [Int16], _ hertz: Double, marks: [Int] = []) throws -> Recording {
    let signal = try DigitalSignal(
      leads: LeadSet([Lead("I")]), samplingFrequency: #require(SamplingFrequency(hertz: hertz)), samples: samples,
      gain: [200], baseline: [7])
    return Recording(
      id: RecordingID("r"), signal: signal, annotations: marks.map { Annotation(sample: Int64($0), symbol: "N") },
      fiducials: Fiducials(beats: marks.map { Beat([.rPeak: Int32($0)]) }, source: "test"),
      provenance: Provenance(source: "test", sourceDigest: Digest(ofText: "test")))
  }

  private func resampled(_ recording: Recording, to hertz: Double) throws -> Recording {
    try Resampler(to: #require(SamplingFrequency(hertz: hertz))).apply(to: recording)
  }

  private func sinusoid(_ frequency: Double, _ hertz: Double, seconds: Double) -> [Int16] {
    (0..<Int(seconds * hertz)).map {
      Int16((30_000 * PortableMath.sin(2 * Double.pi * frequency * Double($0) / hertz)).rounded())
    }
  }

  @Test(arguments: pairs) func sinusoidsBelowEightTenthsOfNyquistKeepTheirAmplitude(_ from: Double, _ to: Double) throws
  {
    let nyquist = min(from, to) / 2
    for share in [0.01, 0.1, 0.3, 0.5, 0.7, 0.8] {
      let samples = sinusoid(share * nyquist, from, seconds: 8)
      let result = try resampled(recording(samples, from), to: to).signal
      #expect(result.sampleCount == Int(8 * to))
      let middle = Int(2 * to)..<Int(6 * to)
      let worst = middle.map { index -> Double in
        let truth = 30_000 * PortableMath.sin(2 * Double.pi * share * nyquist * Double(index) / to)
        return abs(Double(result.samples[index]) - truth)
      }.max()
      // 0.1 % of the amplitude, and half a unit for each of the two roundings.
      #expect(try #require(worst) <= 31, "\(share) of Nyquist")
    }
  }

  @Test(arguments: [(500.0, 100.0), (360, 250), (1000, 500)])
  func sinusoidsAboveTheNewNyquistGoAway(_ from: Double, _ to: Double) throws {
    for share in [1.0, 1.01, 1.1, 1.25] where share * to / 2 < 0.98 * from / 2 {
      let result = try resampled(recording(sinusoid(share * to / 2 + 0.01, from, seconds: 8), from), to: to).signal
      let middle = result.samples[Int(2 * to)..<Int(6 * to)]
      // 60 dB below 30,000 are 30; rounding leaves less than 2.
      #expect(middle.allSatisfy { abs(Int($0)) <= 3 }, "\(share) of Nyquist")
    }
  }

  @Test(arguments: pairs) func aPeakAndItsMarkKeepTheirTime(_ from: Double, _ to: Double) throws {
    let peak = Int(2 * from)
    var samples = [Int16](repeating: 0, count: Int(4 * from))
    for offset in -20...20 {
      samples[peak + offset] = Int16((8000 * PortableMath.exp(-Double(offset * offset) / 50)).rounded())
    }
    let result = try resampled(recording(samples, from, marks: [peak, samples.count - 1]), to: to)
    let highest = result.signal.samples.indices.max { result.signal.samples[$0] < result.signal.samples[$1] }
    #expect(highest == Int(2 * to))
    #expect(
      result.annotations.map(\.sample) == [Int64(2 * to), Int64(result.signal.sampleCount - 1)]
        || to > from)
    #expect(result.annotations.first?.sample == Int64(2 * to))
    #expect(result.fiducials?.beats.first?[.rPeak] == Int32(2 * to))
    #expect(result.annotations.allSatisfy { $0.sample < result.signal.sampleCount })
    #expect(result.provenance.steps.count == 1)
  }

  @Test(arguments: pairs) func aConstantStaysConstantToItsEnds(_ from: Double, _ to: Double) throws {
    let result = try resampled(recording(Array(repeating: -12_345, count: 777), from), to: to).signal
    #expect(result.samples.allSatisfy { $0 == -12_345 })
    #expect(result.gain == [200] && result.baseline == [7])
  }

  @Test func theSameFrequencyChangesNothing() throws {
    let original = try recording([1, -5, DigitalSignal.missing, 9], 360, marks: [2])
    let result = try resampled(original, to: 360)
    #expect(result.signal == original.signal && result.annotations == original.annotations)
    #expect(result.provenance == original.provenance)
  }

  @Test func gapsStayAndDoNotSpread() throws {
    var samples = [Int16](repeating: 100, count: 400)
    samples[203] = DigitalSignal.missing
    let down = try resampled(recording(samples, 500), to: 100).signal.samples
    #expect(down.indices.filter { down[$0] == DigitalSignal.missing } == [41])
    let up = try resampled(recording(samples, 250), to: 500).signal.samples
    #expect(up.indices.filter { up[$0] == DigitalSignal.missing } == [405, 406, 407])
    #expect((down + up).allSatisfy { $0 == 100 || $0 == DigitalSignal.missing })
    let none = try resampled(recording(Array(repeating: DigitalSignal.missing, count: 50), 500), to: 100).signal
    #expect(none.samples == Array(repeating: DigitalSignal.missing, count: 10))
  }

  @Test func samplesBeyondSixteenBitsAreHeldAndCounted() throws {
    let samples = (0..<400).map { $0 / 40 % 2 == 0 ? Int16(32_767) : -32_767 }
    let result = try resampled(recording(samples, 250), to: 500)
    #expect(!result.signal.samples.contains(DigitalSignal.missing))
    #expect(result.provenance.steps.count == 2 && result.provenance.steps.last?.contains("16 bits") == true)
  }

  @Test func shortAndEmptyRecordingsAndOddRatiosAreRead() throws {
    #expect(try resampled(recording([], 250), to: 500).signal.sampleCount == 0)
    #expect(try resampled(recording([42], 250), to: 500).signal.samples == [42, 42])
    #expect(try resampled(recording(Array(repeating: 5, count: 721), 360.5), to: 250).signal.samples.count == 500)
    let error = #expect(throws: ECGCoreError.self) { try resampled(recording([1], 360), to: 123.456_789_1) }
    #expect(error?.code == .unsupportedRatio)
    let frequency = try #require(SamplingFrequency(hertz: 360))
    let layout = SignalLayout.fixed(leads: .standard12, sampleCount: 3601, samplingFrequency: frequency)
    let target = try #require(SamplingFrequency(hertz: 250))
    #expect(
      try Resampler(to: target).layout(after: layout)
        == .fixed(leads: .standard12, sampleCount: 2501, samplingFrequency: target))
  }

  /// By scipy 1.17.1's resample_poly with the filter of the same design: scripts/golden/resampler.py, 2026-11-25.
  static let golden: [(Double, Double, [Double])] = [
    (
      500, 100,
      [
        -927.43, -1616.78, -2296.72, -2511.85, -1943.24, -502.80,
        1637.96, 4094.46, 6381.60, 8053.59, 8833.82, 8693.24,
      ]
    ),
    (
      360, 500,
      [
        -953.23, -1038.05, -1130.79, -1229.38, -1332.53, -1439.68,
        -1549.58, -1659.87, -1768.90, -1876.15, -1980.01, -2078.10,
      ]
    ),
    (
      250, 500,
      [
        -926.99, -982.83, -1043.01, -1107.00, -1173.97, -1243.45,
        -1315.03, -1388.64, -1463.94, -1540.38, -1617.06, -1693.35,
      ]
    ),
    (
      360, 250,
      [
        -877.90, -1038.12, -1229.26, -1439.83, -1659.70, -1876.29,
        -2078.04, -2253.79, -2393.46, -2485.89, -2523.50, -2500.10,
      ]
    ),
  ]

  @Test(arguments: golden) func valuesAgreeWithScipy(_ from: Double, _ to: Double, _ expected: [Double]) throws {
    let samples = (0..<600).map { index in
      let (slow, fast) = (PortableMath.sin(0.02 * Double(index)), PortableMath.sin(0.11 * Double(index) + 1))
      return Int16((9000 * slow + 3000 * fast + 0.5).rounded(.down))
    }
    let result = try resampled(recording(samples, from), to: to).signal
    let middle = result.sampleCount / 2
    for (offset, value) in expected.enumerated() {
      // Half a unit of rounding; each phase's sum, which scipy leaves a little off 1.
      #expect(abs(Double(result.samples[middle + offset]) - value) <= 0.8, "\(from) to \(to), \(offset)")
    }
  }
}

@Suite struct WindowTests {
  private func recording(_ count: Int) throws -> Recording {
    let frequency = try #require(SamplingFrequency(hertz: 100))
    let signal = try DigitalSignal(
      leads: LeadSet([Lead("I"), Lead("II")]), samplingFrequency: frequency,
      samples: (0..<2 * count).map { Int16($0) }, gain: [1, 1], baseline: [0, 0])
    return Recording(
      id: RecordingID("r"), signal: signal, annotations: [3, 150, 250].map { Annotation(sample: $0, symbol: "N") },
      fiducials: Fiducials(beats: [Beat([.rPeak: 3]), Beat([.pOnset: 90, .rPeak: 160])], source: "test"),
      provenance: Provenance(source: "test", sourceDigest: Digest(ofText: "test")))
  }

  @Test func theStretchAndItsMarksAreKept() throws {
    let start = try Window(seconds: 2).apply(to: recording(301))
    #expect(start.signal.samples == Array(0..<200) + Array(301..<501))
    #expect(start.annotations.map(\.sample) == [3, 150] && start.fiducials?.beats.count == 2)
    let centre = try Window(seconds: 1, anchor: .centre).apply(to: recording(301))
    #expect(centre.signal.samples == Array(100..<200) + Array(401..<501))
    #expect(centre.annotations.map(\.sample) == [50])
    #expect(centre.fiducials?.beats == [Beat([.rPeak: 60])])
    #expect(centre.provenance.steps == ["window 1.0 s from the centre"])
  }

  @Test func shorterRecordingsAndWindowsWithoutLengthAreErrors() throws {
    let short = try recording(50)
    let error = #expect(throws: ECGCoreError.self) { try Window(seconds: 2).apply(to: short) }
    #expect(error?.code == .invalidWindow && error?.description.contains("record r") == true)
    for seconds in [0, -1, Double.nan, .infinity] {
      #expect(throws: ECGCoreError.self) { try Window(seconds: seconds) }
    }
  }
}
