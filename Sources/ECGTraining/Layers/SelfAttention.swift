import CKernels

/// Multi-head self-attention between time steps. `[channels, length]` to the same. With Q, K and V the heads' thirds of
/// `qkv` x, each head of width w = channels / heads gives
///
///     y[i] = sum over j of softmax over j (Q[i] . K[j] / sqrt(w)) V[j]
///
/// and `proj` maps all heads' y, one after the other, to the result. Vaswani et al. 2017, section 3.2. Probabilities are
/// computed again in the backward pass: keeping them would take heads * length^2 numbers for each recording.
public final class SelfAttention: Layer {
  private let channels: Int
  private let heads: Int
  private let width: Int
  private let entrance: TimeLinear
  private let exit: TimeLinear
  private let mixed = Tensor()
  private let entranceGradient = Tensor()
  private let scratch = Tensor()
  private var projections: TensorView?

  /// Attention under `name` (`<name>.qkv`, `<name>.proj`) with `heads` heads, which divide the channels.
  public init(name: String, channels: Int, heads: Int) {
    self.channels = channels
    self.heads = heads
    width = channels / heads
    entrance = TimeLinear(name: name + ".qkv", inputs: channels, outputs: 3 * channels)
    exit = TimeLinear(name: name + ".proj", inputs: channels, outputs: channels)
  }

  /// Those of `qkv` and of `proj`.
  public var parameters: [Parameter] { entrance.parameters + exit.parameters }

  private var scale: Float { 1 / Float(width).squareRoot() }

  /// y as above. O(channels * length * (channels + length)) for each recording.
  public func forward(_ input: TensorView, _ pass: Pass) -> TensorView {
    let projections = entrance.forward(input, pass)
    self.projections = projections
    let (channels, length, width, scale) = (channels, input.length, width, scale)
    let result = mixed.view(groups: input.groups, channels: channels, length: length)
    let rows = scratch.view(groups: input.groups, channels: heads, length: 8 * length)
    pass.count(input.groups * heads * Arithmetic.attention(length: length, width: width))
    pass.forEachChannel(heads) { head, group in
      pass.kernels.attention(
        projections.channel(head * width, group: group), projections.channel(channels + head * width, group: group),
        projections.channel(2 * channels + head * width, group: group), length, width, scale,
        result.channel(head * width, group: group), rows.channel(head, group: group))
    }
    return exit.forward(result, pass)
  }

  /// With P the probabilities and S the scores before the softmax: dV[j] = sum over i of P[i][j] dy[i];
  /// dP[i][j] = dy[i] . V[j]; dS[i][j] = P[i][j] (dP[i][j] - sum over k of P[i][k] dP[i][k]);
  /// dQ[i] = sum over j of dS[i][j] K[j] / sqrt(w); dK[j] = sum over i of dS[i][j] Q[i] / sqrt(w).
  public func backward(_ gradient: TensorView, _ pass: Pass) -> TensorView {
    let projections = projections.keptByForward
    let (channels, length, width, scale) = (channels, projections.length, width, scale)
    let dy = exit.backward(gradient, pass)
    let result = entranceGradient.view(groups: projections.groups, channels: 3 * channels, length: length)
    let rows = scratch.view(groups: projections.groups, channels: heads, length: 8 * length)
    pass.count(projections.groups * heads * Arithmetic.attentionGradient(length: length, width: width))
    pass.forEachChannel(heads) { head, group in
      func part(_ view: TensorView, _ third: Int) -> UnsafeMutablePointer<Float> {
        view.channel(third * channels + head * width, group: group)
      }
      pass.kernels.attention_gradient(
        part(projections, 0), part(projections, 1), part(projections, 2), dy.channel(head * width, group: group),
        length, width, scale, part(result, 0), part(result, 1), part(result, 2), rows.channel(head, group: group))
    }
    return entrance.backward(result, pass)
  }
}
