import ECGTraining

/// `cnn`: the plain convolutional network of arXiv 2508.11656 (Jayasundara et al. 2025; `SimpleCNN` of the published code,
/// for 8 leads of 5000 samples there). `[leads, samples]` to `[outputs]`.
///
/// The leads are laid one after the other into one channel; two convolutions of 3 taps, 16 and 1 wide, each with a
/// rectifier; then all numbers through 128 to the outputs. Initial numbers and names are those of the PyTorch module.
public final class PlainCNN: SequentialModel {
  /// Names that begin so belong to the last layer, which a new task draws anew.
  public static let outputLayer = "fc2."

  /// A network for `leads` leads of `samples` samples with `outputs` outputs.
  public init(leads: Int, samples: Int, outputs: Int) {
    super.init([
      Reshape(.oneChannel),
      StridedConvolution1D(
        name: "conv1", inputs: 1, outputs: 16, taps: 3, padding: 1, hasBias: true, needsInputGradient: false),
      Rectifier(),
      StridedConvolution1D(name: "conv2", inputs: 16, outputs: 1, taps: 3, padding: 1, hasBias: true),
      Rectifier(),
      Reshape(.features),
      Linear(name: "fc1", inputs: leads * samples, outputs: 128),
      Rectifier(),
      Linear(name: "fc2", inputs: 128, outputs: outputs),
    ])
  }
}
