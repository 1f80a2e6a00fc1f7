import ECGCore
import ECGSynthesis
import Reproducibility
import Testing

@Suite struct PresetTests {
  @Test func everyPathologyHasAPresetOfItsName() throws {
    let names = SyntheticRecordingModel.presets.map(\.name)
    #expect(names == ["default"] + Pathology.allCases.map(\.rawValue) + ["ptbxl-like"])
  }

  @Test func ofEveryPresetARecordingMadeAloneEqualsTheOneMadeAmongOthers() throws {
    for model in SyntheticRecordingModel.presets {
      let batch = try SyntheticSource(
        indexes: 123_454..<123_458, seed: 9, samplingFrequencyInHertz: 250, preset: model.name, strength: 0.8)
      let alone = try SyntheticSource(
        indexes: 123_456..<123_457, seed: 9, samplingFrequencyInHertz: 250, preset: model.name, strength: 0.8)
      let (a, b) = (try Workers(3).map(4) { try batch.recording(at: $0) }[2], try alone.recording(at: 0))
      #expect(a.signal == b.signal && a.fiducials == b.fiducials && a.intervals == b.intervals)
      #expect(a.annotations == b.annotations && a.columns == b.columns && a.provenance == b.provenance)
      #expect(try alone.recording(at: 0).signal != batch.recording(at: 1).signal)
    }
  }

  @Test func fiducialsStandInOrderAndWavesOfDifferentBeatsDoNotCross() throws {
    for model in SyntheticRecordingModel.presets {
      let source = try SyntheticSource(count: 40, seed: 13, samplingFrequencyInHertz: 500, preset: model.name)
      for index in 0..<40 {
        let ecg = try source.ecg(at: index)
        for beat in ecg.beats {
          #expect(
            beat.qrsOnset < beat.rPeak && beat.rPeak < beat.qrsOffset && beat.qrsOffset < beat.tOnset, "\(model.name)")
          #expect(beat.tOnset < beat.tPeak && beat.tPeak < beat.tOffset)
          if beat.hasP {
            #expect(beat.pOnset < beat.pPeak && beat.pPeak < beat.pOffset && beat.pOffset < beat.qrsOnset)
          }
        }
        guard model.name != "default" else { continue }
        for (before, beat) in zip(ecg.beats, ecg.beats.dropFirst()) {
          #expect(before.tOffset < beat.qrsOnset, "\(model.name) \(index): T runs into the next QRS")
          // In tachycardia P may begin before T has ended.
          if beat.hasP {
            #expect(before.tOffset < beat.pOnset + 0.06, "\(model.name) \(index) \(before.tOffset - beat.pOnset)")
          }
        }
      }
    }
  }

  @Test func strengthZeroIsANormalHeart() throws {
    for pathology in Pathology.allCases {
      let source = try SyntheticSource(count: 5, seed: 3, preset: pathology.rawValue, strength: 0)
      for index in 0..<5 {
        let ecg = try source.ecg(at: index)
        #expect(ecg.pathologies.isEmpty && ecg.superclasses == [.normal] && ecg.strength == 0)
        #expect(ecg.beats.allSatisfy { $0.kind == .normal && $0.hasP })
        #expect(try #require(ecg.intervals.prInMilliseconds) <= 200)
        #expect(try #require(ecg.intervals.qrsInMilliseconds) <= 110)
      }
    }
  }

  @Test func labelsAndAnnotationsSayWhatARecordingShows() throws {
    func recording(_ preset: String) throws -> (SyntheticSource, Recording) {
      let source = try SyntheticSource(count: 1, seed: 5, samplingFrequencyInHertz: 500, preset: preset)
      return (source, try source.recording(at: 0))
    }
    let (plain, normal) = try recording("default")
    #expect(plain.columns.count == 2 && normal.columns.count == 2 && normal.annotations.isEmpty)
    let expected: [(String, Int, String, String)] = [
      ("anterior-infarction", 1, "(N", "N"), ("st-t-changes", 2, "(N", "N"), ("left-bundle-branch-block", 3, "(N", "N"),
      ("right-ventricular-hypertrophy", 4, "(N", "N"), ("atrial-fibrillation", -1, "(AFIB", "N"),
      ("premature-atrial-beats", -1, "(N", "A"), ("premature-ventricular-beats", -1, "(N", "V"),
    ]
    for (preset, superclass, rhythm, symbol) in expected {
      let (source, recording) = try recording(preset)
      let names = source.columns.map(\.name)
      #expect(names.suffix(3) == ["pathologies", "diagnostic_superclass", "diagnostic_superclasses"])
      #expect(source.columns.last?.vocabulary == ["NORM", "MI", "STTC", "CD", "HYP"])
      #expect(recording.columns[4] == .category(superclass))
      #expect(recording.columns[5] == .flags((0..<5).map { $0 == superclass }))
      #expect(recording.annotations.first?.auxiliary == rhythm)
      let beats = recording.annotations.dropFirst()
      #expect(beats.contains { $0.symbol == symbol }, "\(preset)")
      let peaks = try #require(recording.fiducials).beats.map { $0[.rPeak] }.filter { $0 != Beat.absent }
      #expect(beats.map(\.sample) == peaks.map { Int64($0) })
    }
  }

  @Test func everyRecordingWithPrematureBeatsHasOneAtAnyStrength() throws {
    for preset in ["premature-atrial-beats", "premature-ventricular-beats"] {
      var counts: [Double] = []
      for strength in [0.05, 1] {
        let source = try SyntheticSource(count: 30, seed: 6, preset: preset, strength: strength)
        let early = try (0..<30).map { try source.ecg(at: $0).beats.filter { $0.kind != .normal }.count }
        #expect(early.allSatisfy { $0 >= 1 })
        counts.append(Double(early.reduce(0, +)) / 30)
      }
      #expect(counts[1] > 1.5 * counts[0])
    }
  }

  // Percentiles 5, 25, 50, 75 and 95 as scripts/measure-intervals finds them in PTB-XL's recordings 1 to 200, HR in bpm, the
  // others in ms; and what the same script finds in synthetic recordings less their truth (docs/synthesis.md).
  @Test func theMixtureHasTheIntervalsAndSharesOfPTBXL() throws {
    let count = 3000
    let source = try SyntheticSource(count: count, seed: 17, preset: "ptbxl-like")
    var values: [DiagnosticSuperclass: [IntervalKind: [Double]]] = [:]
    var shares: [DiagnosticSuperclass: Double] = [:]
    for index in 0..<count {
      let ecg = try source.ecg(at: index)
      for superclass in ecg.superclasses { shares[superclass, default: 0] += 1 / Double(count) }
      guard ecg.superclasses.count == 1, let only = ecg.superclasses.first else { continue }
      for kind in IntervalKind.allCases {
        if let value = ecg.intervals[kind] { values[only, default: [:]][kind, default: []].append(value) }
      }
    }
    // Wagner et al. 2020: of 21,799 recordings 9,514 NORM, 5,469 MI, 5,235 STTC, 4,898 CD, 2,649 HYP.
    let published: [DiagnosticSuperclass: Double] = [
      .normal: 0.436, .infarction: 0.251, .stTChange: 0.240, .conductionDisturbance: 0.225, .hypertrophy: 0.122,
    ]
    for (superclass, share) in published {
      #expect(abs(try #require(shares[superclass]) - share) < 0.04, "\(superclass)")
    }
    let measured: [DiagnosticSuperclass: [IntervalKind: [Double]]] = [
      .normal: [
        .heartRate: [52, 62, 68, 75, 91], .pr: [114, 136, 152, 166, 196], .qrs: [90, 94, 98, 102, 114],
        .qt: [328, 354, 369, 390, 418],
      ],
      .infarction: [
        .heartRate: [55, 63, 70, 83, 104], .pr: [128, 142, 166, 174, 204], .qrs: [85, 100, 104, 113, 128],
        .qt: [301, 343, 367, 404, 438],
      ],
      .conductionDisturbance: [
        .heartRate: [62, 68, 77, 89, 99], .qrs: [96, 105, 112, 125, 154], .qt: [317, 338, 359, 392, 427],
      ],
    ]
    let bias: [IntervalKind: Double] = [.heartRate: 0, .pr: -4, .qrs: 11, .qt: -12]
    let tolerance: [IntervalKind: Double] = [.heartRate: 5, .pr: 8, .qrs: 5, .qt: 20]
    for (superclass, kinds) in measured {
      for (kind, percentiles) in kinds {
        let sorted = try #require(values[superclass]?[kind]).sorted()
        for (rank, expected) in zip([0.05, 0.25, 0.5, 0.75, 0.95], percentiles) {
          let made = sorted[Int(rank * Double(sorted.count - 1))]
          let (allowed, wrong) = (try #require(tolerance[kind]), try #require(bias[kind]))
          #expect(
            abs(made + wrong - expected) <= allowed, "\(superclass) \(kind) \(rank): \(made), measured \(expected)")
        }
      }
    }
  }
}
