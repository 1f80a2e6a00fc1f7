import Synchronization

/// Counts the floating-point operations that layers really do, a multiply-add as two: what a share of the machine's peak
/// is a share of. Lanes without a recording count, since they are computed; loads, stores, comparisons and the shuffles
/// of a transposition do not.
public final class ArithmeticCounter: Sendable {
  private let operations = Atomic<Int>(0)

  init() {}

  /// Operations counted so far.
  public var total: Int { operations.load(ordering: .relaxed) }

  func add(_ count: Int) { operations.wrappingAdd(count, ordering: .relaxed) }
}

/// Operations of one part of a layer.
enum Arithmetic {
  /// A product of an `outputs` x `inputs` matrix with `steps` steps of 16 lanes.
  static func product(outputs: Int, inputs: Int, steps: Int) -> Int { 2 * outputs * inputs * steps * Tensor.lanes }

  /// A product of spectra of one tile, in all bins: 4 multiply-adds a pair.
  static func spectra(pairs: Int) -> Int { 8 * FourierTables.bins * pairs * Tensor.lanes }

  /// One transform of 256 real points, either way (`fourier_body.h`): a radix-8 pass of 16 butterflies (24 complex
  /// additions, 8 operations for the eighths, 7 turns of 6 less those by nothing), a radix-16 pass of 8 (64 complex
  /// additions, 9 turns), and the separation of 64 pairs of bins (8 additions, one turn).
  static let transform = Tensor.lanes * (16 * (24 * 2 + 8) + 15 * 7 * 6 + 8 * (64 * 2 + 9 * 6) + 64 * (8 + 6))

  /// An activation behind batch norm: a multiply-add, and at the end of a residual block three operations more.
  static func activation(numbers: Int, hasShortcut: Bool) -> Int { (hasShortcut ? 5 : 2) * numbers * Tensor.lanes }

  /// A gradient behind batch norm: two multiply-adds, a difference and the mask.
  static func gradient(numbers: Int) -> Int { 6 * numbers * Tensor.lanes }

  /// Sums of deviations and of their squares.
  static func moments(numbers: Int) -> Int { 4 * numbers * Tensor.lanes }
}
