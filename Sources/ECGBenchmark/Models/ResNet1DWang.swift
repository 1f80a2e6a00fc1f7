import ECGTraining

/// `resnet1d_wang`: the residual network of Wang, Yan and Oates 2017 for time series, as the PTB-XL benchmark (Strodthoff
/// et al. 2021, code/models/resnet1d.py) uses it. `[leads, samples]` to `[outputs]`.
///
/// A stem of 7 taps, three residual blocks of a 5-tap and a 3-tap convolution, all 128 wide, the second and third with
/// stride 2; then maximum and mean over time and the benchmark's head. Names are those of the published PyTorch module.
public final class ResNet1DWang: SequentialModel {
  /// Names that begin so belong to the head's last layer, which a new task draws anew.
  public static let outputLayer = "6.8."

  /// A network for `leads` leads with `outputs` outputs; the head drops a quarter of its 256 inputs and half of the 128
  /// in training, unless told otherwise.
  public init(leads: Int, outputs: Int, dropoutRates: (first: Double, second: Double) = (0.25, 0.5)) {
    super.init([
      PTBXLBenchmark.convolution("0", leads, 128, taps: 7, isFirst: true),
      BatchNorm1D(name: "1", channels: 128, rectify: true),
      Self.block("3.0", stride: 1),
      Self.block("4.0", stride: 2),
      Self.block("5.0", stride: 2),
      ConcatenatedPooling(),
      PTBXLBenchmark.head(name: "6", first: 2, features: 256, outputs: outputs, dropoutRates: dropoutRates),
    ])
    PTBXLBenchmark.setInitialNumbers(of: [chain])
  }

  private static func block(_ name: String, stride: Int) -> RectifiedResidual {
    let path = Chain([
      PTBXLBenchmark.convolution("\(name).conv1", 128, 128, taps: 5, stride: stride),
      BatchNorm1D(name: "\(name).bn1", channels: 128, rectify: true),
      PTBXLBenchmark.convolution("\(name).conv2", 128, 128, taps: 3),
      BatchNorm1D(name: "\(name).bn2", channels: 128),
    ])
    if stride == 1 { return RectifiedResidual(path: path) }
    let shortcut = Chain([
      PTBXLBenchmark.convolution("\(name).downsample.0", 128, 128, taps: 1, stride: stride),
      BatchNorm1D(name: "\(name).downsample.1", channels: 128),
    ])
    return RectifiedResidual(path: path, shortcut: shortcut)
  }
}
