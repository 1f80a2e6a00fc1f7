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
  /// Signals of fewer samples leave nothing for the layers to compute with.
  public var fewestSamples = 1
  /// A new network for so many leads, samples of each lead, and outputs.
  public let make: @Sendable (_ leads: Int, _ samples: Int, _ outputs: Int) -> any Layer

  /// All models.
  public static let all: [ReferenceModel] = [
    ReferenceModel(
      id: "inception1d", summary: "InceptionTime for ECGs: Ismail Fawaz et al. 2020, Strodthoff et al. 2021",
      outputLayer: Inception1D.outputLayer
    ) { leads, _, outputs in Inception1D(leads: leads, outputs: outputs) },
    ReferenceModel(
      id: "resnet1d_wang", summary: "residual network of 3 blocks: Wang et al. 2017, Strodthoff et al. 2021",
      outputLayer: ResNet1DWang.outputLayer
    ) { leads, _, outputs in ResNet1DWang(leads: leads, outputs: outputs) },
    ReferenceModel(
      id: "xresnet1d101", summary: "residual network of 101 layers: He et al. 2019, Strodthoff et al. 2021",
      outputLayer: XResNet1D101.outputLayer
    ) { leads, _, outputs in XResNet1D101(leads: leads, outputs: outputs) },
    ReferenceModel(
      id: "fcn_wang", summary: "fully convolutional network: Wang et al. 2017, Strodthoff et al. 2021",
      outputLayer: FCNWang.outputLayer, fewestSamples: 2
    ) { leads, _, outputs in FCNWang(leads: leads, outputs: outputs) },
    ReferenceModel(
      id: "lstm", summary: "two LSTM layers of 256 units: Strodthoff et al. 2021", outputLayer: LSTMNetwork.outputLayer
    ) { leads, _, outputs in LSTMNetwork(leads: leads, outputs: outputs) },
    ReferenceModel(
      id: "cnn", summary: "two short convolutions and two linear layers: Jayasundara et al. 2025",
      outputLayer: PlainCNN.outputLayer
    ) { leads, samples, outputs in PlainCNN(leads: leads, samples: samples, outputs: outputs) },
    ReferenceModel(
      id: "vit", summary: "small vision transformer over pieces of 20 samples: after Dosovitskiy et al. 2021",
      outputLayer: ViT.outputLayer, fewestSamples: ViT.patch
    ) { leads, samples, outputs in ViT(leads: leads, samples: samples, outputs: outputs) },
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
