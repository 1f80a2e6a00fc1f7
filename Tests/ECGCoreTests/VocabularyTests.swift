import ECGCore
import Testing

@Suite struct VocabularyTests {
  @Test func valuesCannotExistInAWrongState() throws {
    #expect(SamplingFrequency(hertz: 0) == nil)
    #expect(SamplingFrequency(hertz: .nan) == nil)
    #expect(throws: ECGCoreError.self) { try LeadSet([]) }
    #expect(throws: ECGCoreError.self) { try LeadSet([Lead("I"), Lead("I")]) }
    let frequency = try #require(SamplingFrequency(hertz: 100))
    #expect(throws: ECGCoreError.self) {
      try DigitalSignal(
        leads: LeadSet([Lead("I"), Lead("II")]), samplingFrequency: frequency, samples: [1, 2, 3], gain: [1, 1],
        baseline: [0, 0])
    }
  }

  @Test func leadsAreRenamedToTheStandardOnesWhateverTheirCase() {
    #expect(Lead.standardised("AVR").name == "aVR")
    #expect(Lead.standardised("MLII").name == "MLII")
  }

  @Test func physicalValuesAreDigitalMinusBaselineOverGain() throws {
    let frequency = try #require(SamplingFrequency(hertz: 100))
    let signal = try DigitalSignal(
      leads: LeadSet([Lead("I"), Lead("V1")]), samplingFrequency: frequency,
      samples: [10, 20, DigitalSignal.missing, 5],
      gain: [10, 200], baseline: [0, 5])
    #expect(signal.physicalInMillivolts(lead: 0) == [1, 2])
    #expect(signal.physicalInMillivolts(lead: 1)[0].isNaN)
    #expect(signal.missingCounts == [0, 1])
    let selected = try signal.selecting(LeadSet([Lead("V1")]))
    #expect(selected.samples == [DigitalSignal.missing, 5])
    #expect(selected.gain == [200])
    #expect(throws: ECGCoreError.self) { try signal.selecting(LeadSet([Lead("V6")])) }
  }

  @Test func aBeatsAbsentFiducialsReadAsAbsent() {
    let beat = Beat([.rPeak: 40, .pOnset: -7])
    #expect(beat[.rPeak] == 40)
    #expect(beat[.pOnset] == Beat.absent)
    #expect(beat[.tOffset] == Beat.absent)
  }
}
