import ECGTraining
import Reproducibility

/// A network that tasks may name. The list is the array ``all``; adding a model is one file and one line.
public struct ReferenceModel: Sendable {
  /// As in task files and on boards.
  public let id: String
  /// One line for people, with the source.
  public let summary: String
  /// Parameters whose names begin so belong to the last layer, which a transfer draws anew.
  public let outputLayer: String
  /// A new network for so many leads and outputs.
  public let make: @Sendable (_ leads: Int, _ outputs: Int) -> any Layer

  /// All models.
  public static let all: [ReferenceModel] = [
    ReferenceModel(
      id: "inception1d", summary: "InceptionTime for ECGs: Ismail Fawaz et al. 2020, Strodthoff et al. 2021",
      outputLayer: Inception1D.outputLayer
    ) { Inception1D(leads: $0, outputs: $1) }
  ]

  /// The model `id`.
  ///
  /// - Throws: ``BenchmarkError`` `unknown-name` with the nearest.
  public static func named(_ id: String) throws(BenchmarkError) -> ReferenceModel {
    guard let found = all.first(where: { $0.id == id }) else {
      throw BenchmarkError(
        .unknownName, at: ErrorPlace("model"), found: "no model '\(id)'",
        advice: NearestName.advice(for: id, among: all.map(\.id)))
    }
    return found
  }
}
