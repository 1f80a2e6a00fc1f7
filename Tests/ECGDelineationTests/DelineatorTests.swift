import ECGCore
import Reproducibility
import TestSupport
import Testing
import WFDB

@testable import ECGDelineation

@Suite struct DelineatorTests {
  @Test func wavesAreFoundWhereTheyAreAtEveryRate() throws {
    for hertz in [100.0, 128, 250, 360, 500, 1000] {
      let ecg = GaussianECG(samplingFrequency: hertz)
      let delineation = try Delineator(samplingFrequency: hertz).delineate([ecg.lead(noise: 0.005)], beats: ecg.peaks)
      let beats = delineation.fiducials.beats
      #expect(beats.count == ecg.beats.count)
      for (beat, time) in zip(beats, ecg.beats).dropFirst().dropLast() {
        func error(_ fiducial: Fiducial, _ expected: Double) -> Double {
          beat[fiducial] < 0 ? .infinity : abs(Double(beat[fiducial]) / hertz - time - expected) * 1000
        }
        #expect(error(.pPeak, ecg.pPeak) < 12, "\(hertz) Hz")
        #expect(error(.rPeak, 0) < 8, "\(hertz) Hz")
        #expect(error(.tPeak, ecg.tPeak) < 20, "\(hertz) Hz")
        // A Gaussian has 4.4% left 2.5 standard deviations from its centre.
        #expect(error(.pOnset, -0.16 - 0.05) < 25, "\(hertz) Hz")
        #expect(error(.pOffset, -0.16 + 0.05) < 25, "\(hertz) Hz")
        #expect(error(.qrsOnset, -0.045) < 20, "\(hertz) Hz")
        #expect(error(.qrsOffset, 0.051) < 20, "\(hertz) Hz")
        #expect(error(.tOffset, ecg.qt - 0.05) < 40, "\(hertz) Hz")
      }
    }
  }

  @Test func intervalsAreThoseOfTheBeats() throws {
    let ecg = GaussianECG(samplingFrequency: 500, count: 14, interval: 0.75)
    let frequency = try #require(SamplingFrequency(hertz: 500))
    let delineation = try Delineator(samplingFrequency: 500).delineate([ecg.lead(noise: 0.01)], beats: ecg.peaks)
    let intervals = Intervals(delineation.fiducials, samplingFrequency: frequency)
    #expect(abs((intervals.heartRate ?? 0) - 80) < 0.3)
    #expect(abs((intervals.prInMilliseconds ?? 0) - 165) < 25)
    #expect(abs((intervals.qrsInMilliseconds ?? 0) - 96) < 20)
    #expect(abs((intervals.qtInMilliseconds ?? 0) - 395) < 40)
    #expect(intervals.source == Delineator.source)
    let none = Intervals(Fiducials(beats: [], source: "x"), samplingFrequency: frequency)
    #expect(none == .unknown)
  }

  @Test func invertedAndBiphasicWavesAreFound() throws {
    var ecg = GaussianECG(samplingFrequency: 250)
    (ecg.t, ecg.p) = (-0.25, -0.1)
    let inverted = try Delineator(samplingFrequency: 250).delineate([ecg.lead(noise: 0.005)], beats: ecg.peaks)
    for (beat, peak) in zip(inverted.fiducials.beats, ecg.peaks).dropFirst().dropLast() {
      #expect(abs(Double(Int(beat[.tPeak]) - peak) / 250 - ecg.tPeak) < 0.02)
      #expect(abs(Double(Int(beat[.pPeak]) - peak) / 250 - ecg.pPeak) < 0.012)
    }
  }

  @Test func wavesThatAreNotLockedToTheBeatAreNoP() throws {
    // R at irregular intervals, and before it a wave whose distance runs through 0.10 to 0.28 s.
    let hertz = 250.0
    let ecg = GaussianECG(irregularAt: hertz, count: 20)
    func leads(moving: Bool) -> [[Float]] {
      var bare = ecg
      bare.p = 0
      return (0..<3).map { lead in
        var signal = bare.lead(noise: 0.003, seed: UInt64(lead))
        for (index, beat) in ecg.beats.enumerated() {
          let before = moving ? 0.10 + 0.18 * Double(index * 7 % 20) / 19 : 0.16
          for sample in signal.indices {
            let distance = (Double(sample) / hertz - beat + before) / 0.02
            if abs(distance) < 5 { signal[sample] += Float(0.1 * PortableMath.exp(-distance * distance / 2)) }
          }
        }
        return signal
      }
    }
    let delineator = try Delineator(samplingFrequency: hertz)
    let locked = try delineator.delineate(leads(moving: false), beats: ecg.peaks).fiducials.beats
    let moving = try delineator.delineate(leads(moving: true), beats: ecg.peaks).fiducials.beats
    #expect(locked.filter { $0[.pPeak] != Beat.absent }.count >= 18)
    #expect(moving.filter { $0[.pPeak] != Beat.absent }.count <= 14)
  }

  @Test func resultsDoNotDependOnTheGain() throws {
    let ecg = GaussianECG(samplingFrequency: 360)
    let lead = ecg.lead(noise: 0.02)
    let delineator = try Delineator(samplingFrequency: 360)
    let plain = try delineator.delineate([lead, lead.map { -$0 }], beats: ecg.peaks)
    let strong = try delineator.delineate([lead.map { 4 * $0 }, lead.map { -4 * $0 }], beats: ecg.peaks)
    #expect(plain == strong)
  }

  @Test func resultsMoveWithTheSignal() throws {
    let ecg = GaussianECG(samplingFrequency: 250, count: 20)
    let lead = ecg.lead(noise: 0.02)
    let delineator = try Delineator(samplingFrequency: 250)
    let cut = 137
    let whole = try delineator.delineate([lead], beats: ecg.peaks).fiducials.beats
    let late = try delineator.delineate([Array(lead[cut...])], beats: ecg.peaks.map { $0 - cut }).fiducials.beats
    // The first peak is cut off; beats near it have fewer neighbours.
    #expect(late.count == whole.count - 1)
    for (one, other) in zip(whole.dropFirst(8), late.dropFirst(7)) {
      for fiducial in Fiducial.allCases where one[fiducial] != Beat.absent {
        #expect(one[fiducial] - other[fiducial] == Int32(cut), "\(fiducial)")
      }
    }
  }

  @Test(arguments: [
    "qtdb/sel100", "qtdb/sel102", "qtdb/sel16265", "qtdb/sel30", "mitdb/208", "ptb-xl/records100/00000/00001_lr",
  ])
  func fiducialsOfABeatAreInOrder(record: String) throws {
    let (leads, hertz) = try Self.leads(record, seconds: 60)
    let delineation = try Delineator(samplingFrequency: hertz).delineate(leads)
    #expect(delineation.rejection == nil && delineation.fiducials.beats.count >= 8)
    var complete = 0
    for fiducials in delineation.leads + [delineation.fiducials] {
      #expect(fiducials.beats.count == delineation.fiducials.beats.count)
      for beat in fiducials.beats {
        let present = Fiducial.allCases.map { beat[$0] }.filter { $0 != Beat.absent }
        #expect(present.allSatisfy { $0 >= 0 && Int($0) < leads[0].count })
        for wave in [
          [Fiducial.pOnset, .pPeak, .pOffset], [.qrsOnset, .rPeak, .qrsOffset], [.tOnset, .tPeak, .tOffset],
        ] {
          let marks = wave.map { beat[$0] }
          if marks[0] != Beat.absent { #expect(marks[0] < marks[1] && marks[1] < marks[2], "\(wave) \(marks)") }
        }
        #expect(present == present.sorted())
        if present.count == 9 { complete += 1 }
      }
    }
    #expect(complete > 0)
  }

  @Test func missingSamplesTakeTheirWavesAway() throws {
    let ecg = GaussianECG(samplingFrequency: 250)
    var lead = ecg.lead(noise: 0.005)
    let whole = try Delineator(samplingFrequency: 250).delineate([lead], beats: ecg.peaks).leads[0].beats
    // The T wave of beat 4.
    let gap = Int((ecg.beats[4] + ecg.tPeak) * 250)
    for sample in gap - 5...gap + 5 { lead[sample] = .nan }
    let holed = try Delineator(samplingFrequency: 250).delineate([lead], beats: ecg.peaks).leads[0].beats
    #expect(whole[4][.tPeak] != Beat.absent && holed[4][.tPeak] == Beat.absent)
    #expect(holed[4][.qrsOnset] != Beat.absent)
    #expect(holed[6][.tPeak] != Beat.absent)
  }

  @Test func strangeInputIsRefusedOrEmptyButNeverFatal() throws {
    #expect(throws: DelineationError.self) { try Delineator(samplingFrequency: 50) }
    #expect(throws: DelineationError.self) { try Delineator(samplingFrequency: .nan) }
    let delineator = try Delineator(samplingFrequency: 250)
    #expect(throws: DelineationError.self) { try delineator.delineate([]) }
    #expect(throws: DelineationError.self) { try delineator.delineate([[0, 0], [0]]) }
    var random = RandomStream(seed: 3, purpose: "test", index: 0)
    let signals: [[Float]] = [
      [], [1], Array(repeating: 0.3, count: 100), Array(repeating: 0.3, count: 5000),
      Array(repeating: .nan, count: 5000), (0..<5000).map { _ in Float(random.normal()) },
    ]
    for signal in signals {
      let delineation = try delineator.delineate([signal])
      #expect(delineation.fiducials.beats.isEmpty, "\(signal.count)")
      #expect(delineation.rejection != nil)
      // Beats that somebody else claims are there are tried all the same.
      _ = try delineator.delineate([signal], beats: [-5, 0, 1, 99, 120, 2500, 4999, 5000])
    }
  }

  /// Not to lose what was reached.
  @Test func boundariesOfTheBundledQTDBRecordsAreNearTheManualOnes() throws {
    var comparison = BoundaryComparison()
    for name in ["sel100", "sel102", "sel16265", "sel30"] {
      let path = Repository.data + "/qtdb/" + name
      let marks = try AnnotationFile.read(path + ".q1c").marks
      let (leads, hertz) = try Self.leads("qtdb/" + name)
      let reference = ReferenceMarks(marks.map { Annotation(sample: $0.sample, symbol: $0.symbol) }) {
        AnnotationCode.symbol($0)?.isBeat == true
      }
      let frequency = try #require(SamplingFrequency(hertz: hertz))
      let found = try Delineator(samplingFrequency: hertz).delineate(leads)
      comparison.add(reference, found: found.leads, samplingFrequency: frequency)
    }
    // Standard deviations of Martinez et al. 2004 in ms, which are over 105 records: of these four one is paced.
    let published: [Fiducial: Double] = [
      .pOnset: 14.8, .pPeak: 13.2, .pOffset: 12.8, .qrsOnset: 7.7, .qrsOffset: 8.7, .tPeak: 13.9, .tOffset: 18.1,
    ]
    for (fiducial, bound) in published {
      let figures = try #require(comparison[fiducial])
      #expect(figures.sensitivity > 0.98, "\(fiducial): \(figures)")
      #expect(figures.meanRecordSDMilliseconds <= 1.4 * bound, "\(fiducial): \(figures)")
      #expect(abs(figures.meanMilliseconds) <= 12, "\(fiducial): \(figures)")
    }
  }

  private static func leads(_ record: String, seconds: Double? = nil) throws -> (leads: [[Float]], hertz: Double) {
    let reader = try RecordReader(path: Repository.data + "/" + record)
    let hertz = reader.header.samplingFrequency
    let frames = try reader.frameCount()
    let samples = try reader.read(
      RecordSelection(frames: seconds.map { 0..<min(frames, Int($0 * hertz)) }))
    return (samples.signals.indices.map { index in samples.physical(of: index).map { Float($0) } }, hertz)
  }
}
