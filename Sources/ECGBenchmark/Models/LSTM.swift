import ECGTraining

/// `lstm`: two layers of 256 LSTM units over the samples, as in the PTB-XL benchmark (Strodthoff et al. 2021,
/// code/models/rnn1d.py). `[leads, samples]` to `[outputs]`.
///
/// Mean, maximum and last step of the second layer go to the benchmark's head. Names are those of the published PyTorch
/// module. The benchmark trains it at a learning rate of 0.001 with gradients clipped at a norm of 0.25.
///
/// The LSTM of arXiv 2508.11656 reads the leads as time steps of 5000 features each and differs between regression and
/// classification, so that its backbone cannot be transferred; it is not offered.
public final class LSTMNetwork: SequentialModel {
  /// Names that begin so belong to the head's last layer, which a new task draws anew.
  public static let outputLayer = "5.7."

  /// A network for `leads` leads with `outputs` outputs; the head drops a quarter of its 768 inputs and half of the 128
  /// in training, unless told otherwise.
  public init(leads: Int, outputs: Int, dropoutRates: (first: Double, second: Double) = (0.25, 0.5)) {
    let head = PTBXLBenchmark.head(name: "5", first: 1, features: 768, outputs: outputs, dropoutRates: dropoutRates)
    super.init([
      LSTM(name: "2", layer: 0, inputs: leads, units: 256, needsInputGradient: false),
      LSTM(name: "2", layer: 1, inputs: 256, units: 256),
      MeanMaximumLastPooling(),
      head,
    ])
    PTBXLBenchmark.setInitialNumbers(of: [head])
  }
}
