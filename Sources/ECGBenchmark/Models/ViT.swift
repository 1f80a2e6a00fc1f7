import ECGTraining

/// `vit`: a small vision transformer (Dosovitskiy et al. 2021) over pieces of 20 samples. `[leads, samples]` to
/// `[outputs]`.
///
/// Each piece of all leads becomes a token of 128 numbers; a class token is put before them and a trained position added.
/// Six blocks of self-attention with four heads and of a layer 512 wide with GELU, each behind a layer norm and around it a
/// shortcut; the class token, normed, gives the outputs. A tenth is dropped behind the positions, each attention and each
/// wide layer's end. Names are those of the usual PyTorch module (timm's `VisionTransformer`, with a 1-D convolution as
/// patch embedding); initial numbers are PyTorch's defaults.
///
/// The design is ours: the transformer of arXiv 2508.11656 sees a whole recording as a single token, so that its attention
/// has nothing to choose from, and has 115 million parameters at 8 leads of 5000 samples.
public final class ViT: SequentialModel {
  /// Names that begin so belong to the last layer, which a new task draws anew.
  public static let outputLayer = "head."
  /// Samples of a token; what is left over at the end is not seen.
  public static let patch = 20

  /// A network for `leads` leads of `samples` samples (at least 20) with `outputs` outputs.
  public init(leads: Int, samples: Int, outputs: Int, dropoutRate: Double = 0.1) {
    let width = 128
    let blocks = (0..<6).map { Self.block("blocks.\($0)", width: width, heads: 4, dropoutRate: dropoutRate) }
    super.init(
      [
        StridedConvolution1D(
          name: "patch_embed.proj", inputs: leads, outputs: width, taps: Self.patch, stride: Self.patch, hasBias: true,
          needsInputGradient: false),
        TokenEmbedding(token: "cls_token", position: "pos_embed", channels: width, steps: samples / Self.patch),
        TimeDropout(name: "pos_drop", rate: dropoutRate),
      ] + blocks + [
        // Tokens are normed one by one, so the others need not be.
        FirstStep(),
        LayerNorm(name: "norm", channels: width),
        Linear(name: "head", inputs: width, outputs: outputs),
      ])
  }

  private static func block(_ name: String, width: Int, heads: Int, dropoutRate: Double) -> Chain {
    Chain([
      Residual(
        Chain([
          LayerNorm(name: "\(name).norm1", channels: width),
          SelfAttention(name: "\(name).attn", channels: width, heads: heads),
          TimeDropout(name: "\(name).attn.proj_drop", rate: dropoutRate),
        ])),
      Residual(
        Chain([
          LayerNorm(name: "\(name).norm2", channels: width),
          TimeLinear(name: "\(name).mlp.fc1", inputs: width, outputs: 4 * width),
          GELU(),
          TimeLinear(name: "\(name).mlp.fc2", inputs: 4 * width, outputs: width),
          TimeDropout(name: "\(name).mlp.drop2", rate: dropoutRate),
        ])),
    ])
  }
}
