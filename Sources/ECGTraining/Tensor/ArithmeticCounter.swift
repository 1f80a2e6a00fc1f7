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

  /// An exponential (`elementary_body.h`): ten multiply-adds and a difference.
  private static let exponential = 21
  /// A logistic function: a sum and a division more.
  private static let logistic = exponential + 2
  /// A hyperbolic tangent: two products, a sum and a difference more.
  private static let tangent = exponential + 4

  /// A step of an LSTM's recurrence, forward or backward, for all units of one group: four products of a unit's gate with
  /// the state; three logistic functions, two tangents, the cell and the state, or their gradients, for which the cell's
  /// tangent is worked out again.
  static func recurrence(units: Int, isForward: Bool) -> Int {
    let pointwise = isForward ? 3 * logistic + 2 * tangent + 4 : tangent + 6 + 17
    return units * (8 * units + pointwise) * Tensor.lanes
  }

  /// Attention of one head of one group: scores and their scale, the softmax, and the mix of values.
  static func attention(length: Int, width: Int) -> Int {
    length * length * (2 * width + 1 + softmax + 2 * width) * Tensor.lanes
  }

  /// Its gradients: scores and softmax again, the gradient to the probabilities, through the softmax (a dot product, a
  /// difference and two products), and to queries, keys and values.
  static func attentionGradient(length: Int, width: Int) -> Int {
    length * length * (2 * (2 * width + 1) + softmax + 2 + 3 + 6 * width) * Tensor.lanes
  }

  /// A number of a softmax: less the largest, exponential, sum, share.
  private static let softmax = 1 + exponential + 1 + 1

  /// A layer norm's number: mean, squares of deviations, result.
  static func layerNorm(numbers: Int) -> Int { 8 * numbers * Tensor.lanes }

  /// Its gradients: two sums for the input and the result, two for the parameters.
  static func layerNormGradient(numbers: Int) -> Int { (13 + 5) * numbers * Tensor.lanes }

  /// A number of GELU: the normal distribution by an exponential, a polynomial of degree 5 and a division.
  static func gelu(numbers: Int) -> Int { (exponential + 18) * numbers * Tensor.lanes }

  /// Its gradient: the density too, and three operations more.
  static func geluGradient(numbers: Int) -> Int { (exponential + 21) * numbers * Tensor.lanes }

  /// One operation a number.
  static func single(numbers: Int) -> Int { numbers * Tensor.lanes }

  /// Sums of deviations and of their squares.
  static func moments(numbers: Int) -> Int { 4 * numbers * Tensor.lanes }
}
