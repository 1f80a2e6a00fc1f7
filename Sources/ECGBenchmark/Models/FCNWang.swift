import ECGTraining

/// `fcn_wang`: the fully convolutional network of Wang, Yan and Oates 2017 for time series, as the PTB-XL benchmark
/// (Strodthoff et al. 2021, code/models/basic_conv1d.py) uses it. `[leads, samples]` to `[outputs]`.
///
/// Convolutions of 8, 5 and 3 taps, 128, 256 and 128 wide, each with batch norm and rectifier; then maximum and mean over
/// time and the benchmark's head. The 8 taps have 3 zeros on both sides, so that one sample is lost there. Names are those
/// of the published PyTorch module.
public final class FCNWang: SequentialModel {
  /// Names that begin so belong to the head's last layer, which a new task draws anew.
  public static let outputLayer = "3.8."

  /// A network for `leads` leads with `outputs` outputs; the head drops a quarter of its 256 inputs and half of the 128
  /// in training, unless told otherwise.
  public init(leads: Int, outputs: Int, dropoutRates: (first: Double, second: Double) = (0.25, 0.5)) {
    super.init([
      PTBXLBenchmark.convolution("0.0.0", leads, 128, taps: 8, isFirst: true),
      BatchNorm1D(name: "0.0.1", channels: 128, rectify: true),
      PTBXLBenchmark.convolution("1.0.0", 128, 256, taps: 5),
      BatchNorm1D(name: "1.0.1", channels: 256, rectify: true),
      PTBXLBenchmark.convolution("2.0.0", 256, 128, taps: 3),
      BatchNorm1D(name: "2.0.1", channels: 128, rectify: true),
      ConcatenatedPooling(),
      PTBXLBenchmark.head(name: "3", first: 2, features: 256, outputs: outputs, dropoutRates: dropoutRates),
    ])
    PTBXLBenchmark.setInitialNumbers(of: [chain])
  }
}
