import ArgumentParser
import ECGCore
import ECGStore
import ECGSynthesis
import Reproducibility

/// `einthoven synthesize`.
struct SynthesizeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "synthesize", abstract: "Make a store of synthetic 12-lead ECGs with exact fiducials and intervals.",
    discussion: """
      Recording i depends on the seed, the options and i alone, whatever the count.
      Noise, swapped electrodes and missing leads change neither fiducials nor
      intervals.

      Presets:
      \(presetList)

      Examples:
        einthoven synthesize --count 1000 --seed 7 --out synthetic.store
        einthoven synthesize --count 500 --preset left-bundle-branch-block \\
          --strength 0.8 --rate 500 --snr 12 --mains 50 --out lbbb.store
      """)

  private static let presetList = SyntheticRecordingModel.presets.map { "  \($0.name)" }.joined(separator: "\n")

  @Option(help: "How many recordings.")
  var count: Int

  @Option(help: "Seed of everything random.")
  var seed: UInt64 = 0

  @Option(help: "Store to write: a folder that is not there yet.")
  var out: String

  @Option(help: "Sampling frequency in Hz.")
  var rate: Double = 100

  @Option(help: "Seconds each recording lasts.")
  var duration: Double = 10

  @Option(help: "Which population the recordings are drawn from.")
  var preset: String = "default"

  @Option(help: "How strong the pathologies are: 0 (normal) to 1 (plain to see).")
  var strength: Double = 1

  @OptionGroup(title: "Noise and recorder") var signal: SignalOptions

  @OptionGroup var storing: StoreOptions

  func validate() throws {
    if count < 1 { throw ValidationError("--count must be at least 1, not \(count).") }
    guard (0...1).contains(strength) else { throw ValidationError("--strength must be from 0 to 1, not \(strength).") }
  }

  func run() throws {
    let source = try SyntheticSource(
      count: count, seed: seed, samplingFrequencyInHertz: rate, durationInSeconds: duration, preset: preset,
      strength: strength, settings: signal.settings)
    let report = try storing.writer.convert(source, to: out, title: "synthesize")
    Console.result("\(out)  \(report.contentDigest.hex)")
  }
}

/// How synthetic signals are disturbed.
struct SignalOptions: ParsableArguments {
  @Option(help: "Signal-to-noise ratio of every recording in dB, or none for no noise. Default: drawn by the preset.")
  var snr: String?

  @Option(help: "A kind of noise instead of the preset's mixture. May be given several times.")
  var noise: [NoiseKind] = []

  @Option(help: "Mains frequency in Hz. Default: drawn by the preset.")
  var mains: Mains?

  @Option(help: "Values beyond plus or minus so many mV stay there.")
  var clip: Double?

  @Option(help: "One digital unit in microvolts.")
  var resolution: Double = 1

  @Option(help: "Electrodes that stand in each other's place.")
  var swap: ElectrodeSwap?

  @Option(help: "A lead that is not recorded. May be given several times.")
  var missing: [String] = []

  func validate() throws {
    if let snr, snr != "none", Double(snr) == nil {
      throw ValidationError("--snr must be a number of dB or none, not '\(snr)'.")
    }
  }

  var settings: RecordingSettings {
    var settings = RecordingSettings()
    settings.signalToNoiseInDecibels = snr.map { $0 == "none" ? .infinity : Double($0) ?? .nan }
    settings.noise = noise.isEmpty ? nil : Set(noise)
    settings.mains = mains
    settings.clippingInMillivolts = clip
    settings.resolutionInMicrovolts = resolution
    settings.swap = swap
    settings.missingLeads = missing.map { Lead.standardised($0) }
    return settings
  }
}

extension NoiseKind: ExpressibleByArgument {}
extension Mains: ExpressibleByArgument {}
extension ElectrodeSwap: ExpressibleByArgument {}
