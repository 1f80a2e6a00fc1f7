"""Outputs, loss, gradients and running statistics of the reference models in PyTorch (double precision), for weights and
signals that both sides can compute. Modules are named as in the published code (helme/ecg_ptbxl_benchmarking for the
PTB-XL benchmark's models), without dropout.

Usage: python scripts/golden/models.py > Tests/ECGBenchmarkTests/Golden/models.json
"""
import json

import numpy as np
import torch
from torch import nn

RECORDINGS, LEADS, LENGTH, OUTPUTS = 18, 8, 120, 5


def noise(count, salt):
    """Uniform in -1/2 ..< 1/2: the top 24 bits of splitmix64 at salt * 2^32 + index."""
    with np.errstate(over="ignore"):
        z = np.arange(count, dtype=np.uint64) + np.uint64(salt << 32)
        z = (z + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z ^= z >> np.uint64(31)
    return torch.from_numpy((z >> np.uint64(40)).astype(np.float64) / 2**24 - 0.5)


class MaxMean(nn.Module):
    def forward(self, x):
        return torch.cat([x.amax(2, keepdim=True), x.mean(2, keepdim=True)], 1)


def head(features, *pools):
    return nn.Sequential(
        *pools, nn.BatchNorm1d(features), nn.Dropout(0), nn.Linear(features, 128), nn.ReLU(), nn.BatchNorm1d(128),
        nn.Dropout(0), nn.Linear(128, OUTPUTS),
    )


def conv(inputs, outputs, taps, stride=1):
    return nn.Conv1d(inputs, outputs, taps, stride=stride, padding=(taps - 1) // 2, bias=False)


class BasicBlock(nn.Module):
    def __init__(self, stride):
        super().__init__()
        self.conv1, self.bn1 = conv(128, 128, 5, stride), nn.BatchNorm1d(128)
        self.conv2, self.bn2 = conv(128, 128, 3), nn.BatchNorm1d(128)
        self.downsample = nn.Sequential(conv(128, 128, 1, stride), nn.BatchNorm1d(128)) if stride > 1 else None

    def forward(self, x):
        y = self.bn2(self.conv2(torch.relu(self.bn1(self.conv1(x)))))
        return torch.relu(y + (x if self.downsample is None else self.downsample(x)))


def resnet1d_wang():
    return nn.Sequential(
        conv(LEADS, 128, 7), nn.BatchNorm1d(128), nn.ReLU(), nn.Sequential(BasicBlock(1)),
        nn.Sequential(BasicBlock(2)), nn.Sequential(BasicBlock(2)), head(256, MaxMean(), nn.Flatten()),
    )


def layer(inputs, outputs, taps, stride=1, act=True):
    return nn.Sequential(conv(inputs, outputs, taps, stride), nn.BatchNorm1d(outputs), *([nn.ReLU()] if act else []))


class ResBlock(nn.Module):
    def __init__(self, inputs, stride):
        super().__init__()
        self.convs = nn.Sequential(
            layer(inputs, 64, 1), layer(64, 64, 5, stride), layer(64, 256, 1, act=False)
        )
        self.convpath = nn.Sequential(self.convs)
        path = [nn.AvgPool1d(2, ceil_mode=True)] if stride > 1 else []
        self.idpath = nn.Sequential(*path, *([layer(inputs, 256, 1, act=False)] if inputs != 256 else []))

    def forward(self, x):
        return torch.relu(self.convpath(x) + self.idpath(x))


def xresnet1d101():
    stages = [
        nn.Sequential(
            *[
                ResBlock(64 if stage + place == 0 else 256, 2 if stage > 0 and place == 0 else 1)
                for place in range(count)
            ]
        )
        for stage, count in enumerate([3, 4, 23, 3])
    ]
    return nn.Sequential(
        layer(LEADS, 32, 5, 2), layer(32, 32, 5), layer(32, 64, 5), nn.MaxPool1d(3, 2, 1), *stages,
        head(512, MaxMean(), nn.Flatten()),
    )


def fcn_wang():
    sizes = [(LEADS, 128, 8), (128, 256, 5), (256, 128, 3)]
    return nn.Sequential(*[nn.Sequential(layer(*size)) for size in sizes], head(256, MaxMean(), nn.Flatten()))


class Apply(nn.Module):
    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, x):
        return self.function(x)


def lstm():
    pools = Apply(lambda x: torch.cat([x.mean(2), x.amax(2), x[:, :, -1]], 1))
    return nn.Sequential(
        Apply(lambda x: x.transpose(1, 2)), Apply(lambda x: x.transpose(0, 1)), nn.LSTM(LEADS, 256, 2),
        Apply(lambda x: x[0].transpose(0, 1)), Apply(lambda x: x.transpose(1, 2)), head(768, pools),
    )


class CNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv1d(1, 16, 3, padding=1), nn.Conv1d(16, 1, 3, padding=1)
        self.fc1, self.fc2 = nn.Linear(LEADS * LENGTH, 128), nn.Linear(128, OUTPUTS)

    def forward(self, x):
        x = torch.relu(self.conv2(torch.relu(self.conv1(x.flatten(1).unsqueeze(1)))))
        return self.fc2(torch.relu(self.fc1(x.flatten(1))))


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.qkv, self.proj = nn.Linear(width, 3 * width), nn.Linear(width, width)

    def forward(self, x):
        n, steps, width = x.shape
        q, k, v = self.qkv(x).reshape(n, steps, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        y = nn.functional.scaled_dot_product_attention(q, k, v)
        return self.proj(y.transpose(1, 2).reshape(n, steps, width))


class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.norm1, self.attn, self.norm2 = nn.LayerNorm(width), Attention(width, heads), nn.LayerNorm(width)
        self.mlp = nn.ModuleDict({"fc1": nn.Linear(width, 4 * width), "fc2": nn.Linear(4 * width, width)})

    def forward(self, x):
        x = x + self.attn(self.norm1(x))
        return x + self.mlp["fc2"](nn.functional.gelu(self.mlp["fc1"](self.norm2(x))))


class ViT(nn.Module):
    def __init__(self, width=128, patch=20):
        super().__init__()
        self.cls_token = nn.Parameter(torch.zeros(1, 1, width))
        self.pos_embed = nn.Parameter(torch.zeros(1, LENGTH // patch + 1, width))
        self.patch_embed = nn.ModuleDict({"proj": nn.Conv1d(LEADS, width, patch, stride=patch)})
        self.blocks = nn.Sequential(*[Block(width, 4) for _ in range(6)])
        self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, OUTPUTS)

    def forward(self, x):
        x = self.patch_embed["proj"](x).transpose(1, 2)
        x = torch.cat([self.cls_token.expand(len(x), -1, -1), x], 1) + self.pos_embed
        return self.head(self.norm(self.blocks(x))[:, 0])


def golden(make):
    network = make().double()
    with torch.no_grad():
        for salt, (name, parameter) in enumerate(sorted(network.named_parameters())):
            values = noise(parameter.numel(), salt).reshape(parameter.shape)
            if parameter.dim() == 1:
                # A norm's scale lies around 1; biases stay small.
                values = 1 + values / 2 if name.endswith("weight") else values / 4
                if name.endswith("convs.2.1.weight"):
                    # Blocks that change little, as at the start of training: through 33 strong ones single precision
                    # loses the gradients, in PyTorch too (6% of the norm).
                    values = values / 64
            else:
                values = values * 2 / parameter[0].numel() ** 0.5
            # Single-precision values, so that both sides begin with the same numbers.
            parameter.copy_(values.float().double())
    signals = noise(RECORDINGS * LEADS * LENGTH, 1000).reshape(RECORDINGS, LEADS, LENGTH).float().double() * 4
    network.train()
    outputs = network(signals)
    loss = nn.functional.cross_entropy(outputs, torch.arange(RECORDINGS) % OUTPUTS)
    loss.backward()
    network.eval()
    with torch.no_grad():
        inference = network(signals)

    def rounded(tensor):
        return [float(f"{value:.9g}") for value in tensor.flatten().tolist()]

    running = sorted((n, b) for n, b in network.named_buffers() if "running" in n and "convpath" not in n)
    return {
        "loss": loss.item(),
        "training_outputs": [rounded(row) for row in outputs],
        "inference_outputs": [rounded(row) for row in inference],
        "statistics": {name: rounded(buffer[:3]) for name, buffer in running[:4] + running[-4:]},
        "gradients": {
            name: [rounded(parameter.grad.norm())[0], *rounded(parameter.grad.flatten()[:3])]
            for name, parameter in network.named_parameters()
        },
    }


models = {
    "resnet1d_wang": resnet1d_wang, "xresnet1d101": xresnet1d101, "fcn_wang": fcn_wang, "lstm": lstm, "cnn": CNN,
    "vit": ViT,
}
print(json.dumps({name: golden(make) for name, make in models.items()}, sort_keys=True).replace("}, ", "},\n"))
