import ECGCore
import ECGSynthesis
import Reproducibility
import Testing

/// Noise at a stated ratio, and what recorders and electrodes do. Truth depends on none of it.
@Suite struct SettingsTests {
  private func source(
    _ preset: String = "default", count: Int = 6, hertz: Double = 500, _ change: (inout RecordingSettings) -> Void
  ) throws -> SyntheticSource {
    var settings = RecordingSettings()
    change(&settings)
    return try SyntheticSource(
      count: count, seed: 41, samplingFrequencyInHertz: hertz, preset: preset, settings: settings)
  }

  private let independent = [0, 1, 6, 7, 8, 9, 10, 11]

  /// Signal over noise as a reader of both files would measure it, and the noise of the eight leads in mV.
  private func measured(_ ecg: SyntheticECG) throws -> (decibels: Double, noise: [[Double]]) {
    let (clean, noisy) = (try ecg.digitalSignal(noisy: false), try ecg.digitalSignal())
    var (signalPower, noisePower) = (0.0, 0.0)
    var noise: [[Double]] = []
    for lead in independent {
      let values = clean.lead(lead).map { Double($0) / 1000 }
      let mean = values.reduce(0, +) / Double(values.count)
      signalPower += values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      noise.append(zip(noisy.lead(lead), clean.lead(lead)).map { Double($0) / 1000 - Double($1) / 1000 })
      noisePower += noise[noise.count - 1].reduce(0) { $0 + $1 * $1 }
    }
    return (10 * PortableMath.log(signalPower / noisePower) / PortableMath.log(10), noise)
  }

  /// Share of the power of `values` at `frequency`, by Goertzel's sum.
  private func share(of frequency: Double, in values: [Double]) -> Double {
    var (cosine, sine, power) = (0.0, 0.0, 0.0)
    for (index, value) in values.enumerated() {
      let angle = PortableMath.sineAndCosine(2 * Double.pi * frequency * Double(index) / 500)
      cosine += value * angle.cosine
      sine += value * angle.sine
      power += value * value
    }
    return 2 * (cosine * cosine + sine * sine) / (Double(values.count) * power)
  }

  @Test func everyKindOfNoiseHasTheStatedRatio() throws {
    for kind in NoiseKind.allCases {
      for decibels in [-6.0, 6, 20] {
        let source = try source {
          $0.noise = [kind]
          $0.signalToNoiseInDecibels = decibels
        }
        for index in 0..<6 {
          let ecg = try source.ecg(at: index)
          #expect(ecg.signalToNoiseInDecibels == decibels)
          #expect(abs(try measured(ecg).decibels - decibels) < 0.1, "\(kind) \(decibels) dB")
        }
      }
    }
  }

  @Test func kindsOfNoiseLieWhereTheyBelong() throws {
    for (mains, frequency) in [(Mains.fifty, 50.0), (.sixty, 60)] {
      let source = try source {
        $0.noise = [.mains]
        $0.mains = mains
        $0.signalToNoiseInDecibels = 6
      }
      for lead in try measured(try source.ecg(at: 0)).noise { #expect(share(of: frequency, in: lead) > 0.98) }
    }
    // Power of first differences over power: 4 sin^2(pi f / 500) for one frequency f.
    func roughness(_ kind: NoiseKind) throws -> Double {
      let source = try source {
        $0.noise = [kind]
        $0.signalToNoiseInDecibels = 0
      }
      var (differences, power) = (0.0, 0.0)
      for index in 0..<6 {
        for lead in try measured(try source.ecg(at: index)).noise {
          differences += zip(lead.dropFirst(), lead).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
          power += lead.reduce(0) { $0 + $1 * $1 }
        }
      }
      return differences / power
    }
    let (wander, motion, muscle) = (try roughness(.wander), try roughness(.motion), try roughness(.muscle))
    #expect(wander < 4e-5, "wander lies below half a hertz: \(wander)")
    #expect(motion > 10 * wander && motion < 0.02, "motion lies at a few hertz: \(motion)")
    #expect(muscle > 0.3, "muscle lies above 15 Hz: \(muscle)")
  }

  @Test func noHumWhereThereAreNoMains() throws {
    let source = try source {
      $0.mains = Mains.none
      $0.signalToNoiseInDecibels = 0
    }
    for index in 0..<6 {
      for lead in try measured(try source.ecg(at: index)).noise {
        #expect(share(of: 50, in: lead) < 0.02 && share(of: 60, in: lead) < 0.02)
      }
    }
  }

  @Test func withoutNoiseTheSignalIsClean() throws {
    let source = try source("ptbxl-like") { $0.signalToNoiseInDecibels = .infinity }
    for index in 0..<6 {
      let ecg = try source.ecg(at: index)
      #expect(try ecg.digitalSignal() == ecg.digitalSignal(noisy: false))
    }
  }

  @Test func truthDependsOnNoSetting() throws {
    for model in SyntheticRecordingModel.presets {
      let plain = try source(model.name, count: 3) { _ in }
      let changed = try source(model.name, count: 3) {
        $0.signalToNoiseInDecibels = -10
        $0.noise = [.motion, .mains, .muscle]
        $0.mains = .sixty
        $0.clippingInMillivolts = 0.5
        $0.resolutionInMicrovolts = 10
        $0.swap = .arms
        $0.missingLeads = [Lead("V3")]
      }
      for index in 0..<3 {
        let (a, b) = (try plain.recording(at: index), try changed.recording(at: index))
        #expect(a.fiducials == b.fiducials && a.intervals == b.intervals && a.annotations == b.annotations)
        #expect(a.signal != b.signal)
        #expect(a.provenance.sourceDigest != b.provenance.sourceDigest)
        // The first column is the signal-to-noise ratio.
        #expect(a.columns.dropFirst() == b.columns.dropFirst())
      }
    }
  }

  @Test func clippingHoldsValuesAtTheRecordersRange() throws {
    let (plain, clipped) = (try source { _ in }, try source { $0.clippingInMillivolts = 0.4 })
    var reached = 0
    for index in 0..<6 {
      let (a, b) = (try plain.recording(at: index).signal.samples, try clipped.recording(at: index).signal.samples)
      for (before, after) in zip(a, b) {
        #expect(after == min(max(before, -400), 400))
        if before != after { reached += 1 }
      }
    }
    #expect(reached > 100)
  }

  @Test func resolutionIsTheStepOfTheDigitalValues() throws {
    let (fine, coarse) = (try source { _ in }, try source { $0.resolutionInMicrovolts = 5 })
    for index in 0..<6 {
      let (a, b) = (try fine.recording(at: index).signal, try coarse.recording(at: index).signal)
      #expect(b.gain == [Double](repeating: 200, count: 12))
      for lead in 0..<12 {
        for (x, y) in zip(a.physicalInMillivolts(lead: lead), b.physicalInMillivolts(lead: lead)) {
          #expect(abs(x - y) <= 0.003 + 1e-9)
        }
      }
    }
  }

  @Test func exchangedElectrodesShowInTheLeadsAsTextbooksSay() throws {
    // For each: where every lead of the recording comes from, with its sign.
    let expected: [ElectrodeSwap: [(lead: Int, sign: Int)]] = [
      .arms: [(0, -1), (2, 1), (1, 1), (4, 1), (3, 1), (5, 1)],
      .leftArmLeg: [(1, 1), (0, 1), (2, -1), (3, 1), (5, 1), (4, 1)],
      .rightArmLeg: [(2, -1), (1, -1), (0, -1), (5, 1), (4, 1), (3, 1)],
      .v1V2: [(7, 1), (6, 1), (8, 1), (9, 1), (10, 1), (11, 1)],
      .v1V3: [(8, 1), (7, 1), (6, 1), (9, 1), (10, 1), (11, 1)],
      .v3V6: [(6, 1), (7, 1), (11, 1), (9, 1), (10, 1), (8, 1)],
    ]
    #expect(expected.count == ElectrodeSwap.allCases.count)
    let plain = try source { _ in }
    for (swap, leads) in expected {
      let swapped = try source { $0.swap = swap }
      let isLimb = leads[0].lead < 6
      for index in 0..<2 {
        let (a, b) = (try plain.recording(at: index).signal, try swapped.recording(at: index).signal)
        for (place, from) in leads.enumerated() {
          let pairs = zip(a.lead(from.lead), b.lead(place + (isLimb ? 0 : 6)))
          #expect(pairs.allSatisfy { abs(Int($0) * from.sign - Int($1)) <= 1 }, "\(swap) \(place)")
        }
        for other in isLimb ? 6..<12 : 0..<6 { #expect(a.lead(other).elementsEqual(b.lead(other))) }
      }
    }
  }

  @Test func aMissingLeadIsMissingThroughout() throws {
    let (plain, missing) = (try source { _ in }, try source { $0.missingLeads = [Lead("aVL"), Lead("V2")] })
    let (a, b) = (try plain.recording(at: 1).signal, try missing.recording(at: 1).signal)
    for lead in 0..<12 {
      let isMissing = lead == 4 || lead == 7
      #expect(b.missingCounts[lead] == (isMissing ? 5000 : 0))
      if !isMissing { #expect(a.lead(lead).elementsEqual(b.lead(lead))) }
    }
  }

  @Test func settingsThatMakeNoRecordingAreErrors() throws {
    let changes: [(inout RecordingSettings) -> Void] = [
      { $0.signalToNoiseInDecibels = .nan }, { $0.signalToNoiseInDecibels = 1000 }, { $0.clippingInMillivolts = 0 },
      { $0.clippingInMillivolts = .nan }, { $0.resolutionInMicrovolts = 0 }, { $0.missingLeads = [Lead("V9")] },
      { $0.noise = [] },
      {
        $0.noise = [.mains]
        $0.mains = Mains.none
      },
    ]
    for change in changes {
      let error = #expect(throws: SynthesisError.self) { try source { change(&$0) } }
      #expect(error?.code == .argumentOutOfRange)
    }
    // 100 Hz cannot hold 50 Hz.
    #expect(throws: SynthesisError.self) { try source(hertz: 100) { $0.noise = [.mains] } }
    for strength in [-0.1, 1.1, .nan] {
      #expect(throws: SynthesisError.self) {
        try SyntheticSource(count: 1, seed: 1, preset: "st-t-changes", strength: strength)
      }
    }
  }
}
