"""Outputs and gradients of inception1d in PyTorch (double precision), for weights that both sides can compute.

Usage: python scripts/golden/inception1d.py > Tests/ECGBenchmarkTests/Golden/inception1d.json
"""
import json

import torch
from torch import nn

RECORDINGS, LEADS, LENGTH, OUTPUTS = 18, 8, 120, 5


def filler(count, salt):
    """The same small integers on both sides: ((7919 i + 104729 salt) mod 2003 - 1001) / 2003."""
    index = torch.arange(count, dtype=torch.int64)
    return ((index * 7919 + salt * 104729) % 2003 - 1001).double() / 2003


def conv(inputs, outputs, taps):
    return nn.Conv1d(inputs, outputs, taps, padding=taps // 2, bias=False)


class Block(nn.Module):
    def __init__(self, inputs):
        super().__init__()
        self.neck = conv(inputs, 32, 1)
        self.wide = nn.ModuleList([conv(32, 32, taps) for taps in (39, 19, 9)])
        self.side = conv(inputs, 32, 1)
        self.bn = nn.BatchNorm1d(128)

    def forward(self, x):
        narrow = self.neck(x)
        parts = [wide(narrow) for wide in self.wide]
        maxima, self.chosen = nn.functional.max_pool1d(x, 3, stride=1, padding=1, return_indices=True)
        parts.append(self.side(maxima))
        return torch.relu(self.bn(torch.cat(parts, dim=1)))


class Inception1D(nn.Module):
    def __init__(self):
        super().__init__()
        self.blocks = nn.ModuleList([Block(LEADS if depth == 0 else 128) for depth in range(6)])
        self.skip = nn.ModuleList(
            [nn.Sequential(conv(inputs, 128, 1), nn.BatchNorm1d(128)) for inputs in (LEADS, 128)]
        )
        self.head = nn.Sequential(
            nn.BatchNorm1d(256), nn.Dropout(0), nn.Linear(256, 128), nn.ReLU(),
            nn.BatchNorm1d(128), nn.Dropout(0), nn.Linear(128, OUTPUTS),
        )

    def forward(self, x):
        residual = x
        # What rectifiers let through, by who reads it, and which of three steps (0, 1, 2) is each maximum: counted and
        # summed, so that another program can tell whether it has chosen the same.
        self.passed, self.chosen = {}, {}
        for depth, block in enumerate(self.blocks):
            reader = f"blocks.{depth + 1}.neck" if depth < 5 else "pool"
            x = block(x)
            if depth > 0:
                self.chosen[f"blocks.{depth}.neck"] = (block.chosen - torch.arange(x.shape[2]) + 1).sum().item()
            if depth in (2, 5):
                self.passed[reader + " before the shortcut"] = (x > 0).sum().item()
                x = torch.relu(x + self.skip[depth // 3](residual))
                residual = x
            self.passed[reader] = (x > 0).sum().item()
        largest, at = x.max(dim=2)
        self.chosen["pool"] = at[largest > 0].sum().item()
        return self.head(torch.cat([x.amax(dim=2), x.mean(dim=2)], dim=1))


network = Inception1D().double()
with torch.no_grad():
    for salt, (name, parameter) in enumerate(sorted(network.named_parameters())):
        values = filler(parameter.numel(), salt).reshape(parameter.shape)
        if parameter.dim() == 1:
            # Batch norm's scale lies around 1; biases stay small.
            values = 1 + values / 2 if name.endswith("weight") else values / 4
        else:
            values = values * 2 / parameter[0].numel() ** 0.5
        # Single-precision values, so that both sides begin with the same numbers.
        parameter.copy_(values.float().double())
signals = filler(RECORDINGS * LEADS * LENGTH, 77).reshape(RECORDINGS, LEADS, LENGTH).float().double() * 4
targets = torch.arange(RECORDINGS) % OUTPUTS

network.train()
outputs = network(signals)
passed, chosen = network.passed, network.chosen
loss = nn.functional.cross_entropy(outputs, targets)
loss.backward()
gradients = {
    name: {"norm": parameter.grad.norm().item(), "first": parameter.grad.flatten()[:4].tolist()}
    for name, parameter in network.named_parameters()
}
network.eval()
with torch.no_grad():
    inference = network(signals)
print(
    json.dumps(
        {
            "loss": loss.item(),
            "training_outputs": outputs.tolist(),
            "inference_outputs": inference.tolist(),
            "running_mean": network.blocks[5].bn.running_mean[:4].tolist(),
            "running_var": network.blocks[5].bn.running_var[:4].tolist(),
            "gradients": gradients,
            "passed": passed,
            "chosen": chosen,
        },
        indent=1,
        sort_keys=True,
    )
)
