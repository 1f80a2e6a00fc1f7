import ECGTraining

/// `xresnet1d101`: a residual network of 101 layers with the refinements of He et al. 2019 ("bag of tricks"), as the
/// PTB-XL benchmark (Strodthoff et al. 2021, code/models/xresnet1d.py) uses it. `[leads, samples]` to `[outputs]`.
///
/// A stem of three 5-tap convolutions (the first with stride 2) and a maximum of three (stride 2); four stages of 3, 4, 23
/// and 3 bottleneck blocks, 64 wide inside and 256 outside; all stages but the first halve the length, in their first
/// block: its 5-tap convolution has stride 2 and its shortcut takes means of two. Then maximum and mean over time and the
/// benchmark's head. Names are those of the published PyTorch module, which lists each block's `convs` a second time as
/// `convpath.0`; those names are read past, and left out of what is written (`load_state_dict(..., strict=False)`).
public final class XResNet1D101: SequentialModel {
  /// Names that begin so belong to the head's last layer, which a new task draws anew.
  public static let outputLayer = "8.8."

  /// A network for `leads` leads with `outputs` outputs; the head drops a quarter of its 512 inputs and half of the 128
  /// in training, unless told otherwise.
  public init(leads: Int, outputs: Int, dropoutRates: (first: Double, second: Double) = (0.25, 0.5)) {
    let stem: [any Layer] = [
      Self.convolution("0", leads, 32, taps: 5, stride: 2, isFirst: true),
      Self.convolution("1", 32, 32, taps: 5),
      Self.convolution("2", 32, 64, taps: 5),
      MaxPool1D(window: 3, stride: 2, padding: 1),
    ]
    let stages = [3, 4, 23, 3].enumerated().flatMap { stage, count in
      (0..<count).map { place in
        Self.block(
          "\(stage + 4).\(place)", inputs: stage + place == 0 ? 64 : 256, stride: stage > 0 && place == 0 ? 2 : 1)
      }
    }
    super.init(
      stem + stages + [
        ConcatenatedPooling(),
        PTBXLBenchmark.head(name: "8", first: 2, features: 512, outputs: outputs, dropoutRates: dropoutRates),
      ])
    PTBXLBenchmark.setInitialNumbers(of: [chain])
  }

  private static func block(_ name: String, inputs: Int, stride: Int) -> RectifiedResidual {
    let path = Chain([
      convolution("\(name).convs.0", inputs, 64, taps: 1),
      convolution("\(name).convs.1", 64, 64, taps: 5, stride: stride),
      convolution("\(name).convs.2", 64, 256, taps: 1, rectify: false),
    ])
    if inputs != 256 {
      return RectifiedResidual(
        path: path, shortcut: convolution("\(name).idpath.0", inputs, 256, taps: 1, rectify: false))
    }
    return RectifiedResidual(path: path, shortcut: stride == 1 ? nil : AveragePool1D(window: 2, stride: 2))
  }

  /// Convolution, batch norm and, unless it ends a path, rectifier.
  private static func convolution(
    _ name: String, _ inputs: Int, _ outputs: Int, taps: Int, stride: Int = 1, rectify: Bool = true,
    isFirst: Bool = false
  ) -> Chain {
    Chain([
      PTBXLBenchmark.convolution("\(name).0", inputs, outputs, taps: taps, stride: stride, isFirst: isFirst),
      BatchNorm1D(name: "\(name).1", channels: outputs, rectify: rectify),
    ])
  }
}
