"""The layers of `training-check layers` in PyTorch, in double precision: what each makes of the same numbers."""
import torch
from torch.nn import functional


def convolve(x, weight, **how):
    return functional.conv1d(x, weight, padding=weight.shape[2] // 2, **how)


def wide(x, value):
    return torch.cat([convolve(x, value[f"wide{taps}.weight"]) for taps in (39, 19, 9)], 1)


def pointwise(x, value):
    maxima = functional.max_pool1d(x, 3, stride=1, padding=1)
    return torch.cat([functional.conv1d(part, value[name + ".weight"])
                      for part, name in ((x, "neck"), (maxima, "side"), (x, "skip"))], 1)


def batch_norm(x, value, name="n"):
    return functional.batch_norm(x, None, None, value[name + ".weight"], value[name + ".bias"], training=True)


def fused(x, value):
    return pointwise(torch.relu(batch_norm(wide(x, value), value, "norm")), value)


def over_time(x, value, name):
    return functional.linear(x.transpose(1, 2), value[name + ".weight"], value[name + ".bias"]).transpose(1, 2)


def attention(x, value, heads=4):
    recordings, channels, length = x.shape
    parts = over_time(x, value, "a.qkv").reshape(recordings, 3, heads, channels // heads, length).transpose(3, 4)
    mixed = functional.scaled_dot_product_attention(*parts.unbind(1))
    return over_time(mixed.transpose(2, 3).reshape(recordings, channels, length), value, "a.proj")


def lstm(x, value):
    layer = torch.nn.LSTM(x.shape[1], value["r.weight_hh_l0"].shape[1], batch_first=True).to(x.dtype)
    named = {name.removeprefix("r."): number for name, number in value.items()}
    return torch.func.functional_call(layer, named, (x.transpose(1, 2),))[0].transpose(1, 2)


def layer_norm(x, value):
    return functional.layer_norm(x.transpose(1, 2), x.shape[1:2], value["n.weight"], value["n.bias"]).transpose(1, 2)


LAYERS = {
    "convolutions of 39, 19, 9 taps, by spectra": wide,
    "convolutions of 39, 19, 9 taps, directly": wide,
    "convolution of 5 taps": lambda x, value: convolve(x, value["c.weight"]),
    "pointwise convolutions, on maxima too": pointwise,
    "convolutions, batch norm, rectifier, pointwise, fused": fused,
    "strided convolution": lambda x, value: functional.conv1d(x, value["s.weight"], value["s.bias"], 2, 3),
    "batch norm": batch_norm,
    "batch norm with rectifier": lambda x, value: torch.relu(batch_norm(x, value)),
    "layer norm": layer_norm,
    "rectifier": lambda x, value: torch.relu(x),
    "gelu": lambda x, value: functional.gelu(x),
    "maximum of three": lambda x, value: functional.max_pool1d(x, 3, 1, 1),
    "maximum pool": lambda x, value: functional.max_pool1d(x, 3, 2, 1),
    "mean pool": lambda x, value: functional.avg_pool1d(x, 2, 2, ceil_mode=True),
    "maximum and mean over time": lambda x, value: torch.cat([x.amax(2), x.mean(2)], 1)[:, :, None],
    "mean, maximum and last step":
        lambda x, value: torch.cat([x.mean(2), x.amax(2), x[:, :, -1]], 1)[:, :, None],
    "linear": lambda x, value: over_time(x, value, "l"),
    "linear over time": lambda x, value: over_time(x, value, "l"),
    "attention": attention,
    "lstm": lstm,
}


def run(name, numbers, dtype):
    """Output, gradient to the input and gradients to parameters of layer `name`: `y`, `dx`, `gradient <parameter>`."""
    x = torch.tensor(numbers["x"]).to(dtype).requires_grad_()
    value = {key.removeprefix("value "): torch.tensor(number).to(dtype).requires_grad_()
             for key, number in numbers.items() if key.startswith("value ")}
    y = LAYERS[name](x, value)
    y.backward(torch.tensor(numbers["dy"]).to(dtype))
    results = {"y": y.detach(), "dx": x.grad}
    results.update({f"gradient {key}": number.grad for key, number in value.items()})
    return {key: number.double().numpy() for key, number in results.items()}
