import CKernels
import Reproducibility
import Synchronization

/// The memory in which one recording is made, and the vector kernels that work on it: eight leads (I, II, V1 to V6), lead
/// after lead. Workspaces are used again, since the system takes longer to hand out fresh memory than a recording takes.
/// Every value is written before it is read, so results do not depend on what a workspace was used for. All instruction
/// sets give the same bits.
struct SynthesisWorkspace: Sendable {
  static let leadCount = 8
  static let electrodeCount = 9
  /// Of the instruction set named by `EINTHOVEN_ISA`, else of the fastest that this processor has.
  static let kernels = ek_synthesis_kernels_for(ek_preferred_instruction_set()).pointee
  /// Workspaces for more samples than this are not kept: they would hold hundreds of bytes a sample for good.
  private static let longestKept = 50_000
  private static let idle = Mutex<[SynthesisWorkspace]>([])

  /// Samples in each lead.
  private(set) var sampleCount = 0
  /// The noise-free leads.
  private(set) var leads: [Double] = []
  /// The sum of the noises, before it is scaled.
  private(set) var noise: [Double] = []
  /// One noise by itself.
  private var part: [Double] = []
  private var numbers: [Int32] = []
  private var cosine: [Double] = []
  private var sine: [Double] = []

  /// What `body` makes in a workspace for `sampleCount` samples, which is idle again afterwards.
  static func with<Result>(_ sampleCount: Int, _ body: (inout SynthesisWorkspace) -> Result) -> Result {
    var workspace = idle.withLock { $0.popLast() } ?? SynthesisWorkspace()
    if workspace.sampleCount != sampleCount { workspace = SynthesisWorkspace(sampleCount: sampleCount) }
    let result = body(&workspace)
    if sampleCount <= longestKept { idle.withLock { if $0.count < 64 { $0.append(workspace) } } }
    return result
  }

  private init() {}

  private init(sampleCount: Int) {
    self.sampleCount = sampleCount
    leads = [Double](repeating: 0, count: Self.leadCount * sampleCount)
    noise = leads
    part = leads
    numbers = [Int32](repeating: 0, count: Self.electrodeCount * sampleCount)
    cosine = [Double](repeating: 0, count: Self.mostSinusoids * sampleCount)
    sine = cosine
  }

  /// Sinusoids that can be made at once.
  static let mostSinusoids = 4

  /// Sets the leads to the dipole seen through `rows`; the result is the mean over leads of each lead's variance, mV^2.
  /// O(samples).
  mutating func project(_ dipole: DipoleSignal, rows: [DipoleVector]) -> Double {
    Self.kernels.project(
      rows.flatMap { [$0.x, $0.y, $0.z] }, dipole.x, dipole.y, dipole.z, sampleCount, &leads)
  }

  /// Sets the part to noise between two corners: at each electrode sums of four uniform numbers from `stream`, less what
  /// is below one corner and above another; `low` and `high` are the first-order filters' coefficients. O(samples).
  mutating func makeBandNoise(low: Double, high: Double, using stream: inout RandomStream) {
    let count = Self.electrodeCount * sampleCount
    let position = stream.takeBlocks(UInt64((count + 1) / 2))
    Self.kernels.uniform_sums(
      [position.key.0, position.key.1], position.index, position.block, count, &numbers)
    Self.kernels.band_to_leads(numbers, sampleCount, low, high, &part)
  }

  /// Sets the part to the sum of at most ``mostSinusoids`` sinusoids. O(samples * waves).
  mutating func makeSinusoids(_ waves: [LeadSinusoid]) {
    let turns = waves.map { PortableMath.sineAndCosine(2 * Double.pi * $0.cyclesPerSample) }
    Self.kernels.turning(waves.count, turns.map(\.cosine), turns.map(\.sine), sampleCount, &cosine, &sine)
    Self.kernels.sinusoids(
      waves.count, waves.flatMap(\.cosines), waves.flatMap(\.sines), cosine, sine, sampleCount, &part)
  }

  /// Sets the part to 0. O(samples).
  mutating func clearPart() {
    part.withUnsafeMutableBufferPointer { $0.update(repeating: 0) }
  }

  /// Adds `values` of one electrode to the part, from sample `first` on, as the leads see it: `weights` has a factor a lead.
  mutating func addToPart(_ values: [Double], weights: [Double], first: Int) {
    part.withUnsafeMutableBufferPointer { part in
      for (lead, weight) in weights.enumerated() where weight != 0 {
        let start = lead * sampleCount + first
        for (offset, value) in values.enumerated() where first + offset < sampleCount {
          part[start + offset] += weight * value
        }
      }
    }
  }

  /// Sets the noise to the part, or adds the part to it, scaled to a mean square of `power`; nothing where the part is 0.
  /// The result says whether there was anything.
  mutating func takePart(power: Double, isFirst: Bool) -> Bool {
    let count = part.count
    let present = Self.kernels.sum_of_squares(part, count) / Double(count)
    guard present > 0 else { return false }
    let factor = (power / present).squareRoot()
    if isFirst {
      Self.kernels.scaled(part, factor, count, &noise)
    } else {
      Self.kernels.add_scaled(part, factor, count, &noise)
    }
    return true
  }

  /// The noise's mean square, in a fixed order of summation. O(samples).
  var noisePower: Double { Self.kernels.sum_of_squares(noise, noise.count) / Double(noise.count) }

  /// Eight leads with `factor` times the noise, mV. O(samples).
  mutating func sum(noiseFactor factor: Double?) -> [Double] {
    guard let factor else { return leads }
    Self.kernels.scaled(noise, factor, noise.count, &part)
    var sum = leads
    Self.kernels.add_scaled(part, 1, part.count, &sum)
    return sum
  }

  /// Sets the leads to those, noise included, that the electrodes show which stand in each other's place. The chest leads'
  /// reference, the mean of the limb electrodes, stays. O(samples).
  mutating func exchange(_ swap: ElectrodeSwap, noiseFactor: Double?) {
    leads = sum(noiseFactor: noiseFactor)
    let count = sampleCount
    func chest(_ first: Int, _ second: Int) {
      for sample in 0..<count { leads.swapAt((first + 1) * count + sample, (second + 1) * count + sample) }
    }
    switch swap {
    case .arms:
      for sample in 0..<count {
        let (one, two) = (leads[sample], leads[count + sample])
        (leads[sample], leads[count + sample]) = (-one, two - one)
      }
    case .rightArmLeg:
      for sample in 0..<count {
        let (one, two) = (leads[sample], leads[count + sample])
        (leads[sample], leads[count + sample]) = (one - two, -two)
      }
    case .leftArmLeg: for sample in 0..<count { leads.swapAt(sample, count + sample) }
    case .v1V2: chest(1, 2)
    case .v1V3: chest(1, 3)
    case .v3V6: chest(3, 6)
    }
  }

  /// Twelve leads from eight plus `factor` times the noise, in digital units, `gain` of them a mV. O(samples).
  func digitised(noiseFactor factor: Double?, gain: Double) -> [Int16] {
    [Int16](unsafeUninitializedCapacity: 12 * sampleCount) { buffer, initialized in
      if let out = buffer.baseAddress {
        if let factor {
          Self.kernels.digitise(leads, noise, factor, gain, sampleCount, out)
        } else {
          Self.kernels.digitise(leads, nil, 0, gain, sampleCount, out)
        }
      }
      initialized = 12 * sampleCount
    }
  }
}

/// One frequency with an amplitude of its cosine and of its sine in each of the eight leads.
struct LeadSinusoid: Sendable {
  let cyclesPerSample: Double
  let cosines: [Double]
  let sines: [Double]
}
