"""inception1d in PyTorch, as `einthoven` has it: parameters carry the same names."""
import torch
from torch import nn


class Block(nn.Module):
    """A bottleneck of 32, filters of 39, 19 and 9 taps on it, 1x1 filters on maxima of three; batch norm, rectifier."""

    def __init__(self, inputs, conv, norm):
        super().__init__()
        self.neck = conv(inputs, 32, 1)
        self.wide = nn.ModuleList([conv(32, 32, taps) for taps in (39, 19, 9)])
        self.side = conv(inputs, 32, 1)
        self.bn = norm(128)

    def forward(self, x):
        narrow = self.neck(x)
        if x.dim() == 4:
            maxima = nn.functional.max_pool2d(x, (1, 3), stride=1, padding=(0, 1))
        else:
            maxima = nn.functional.max_pool1d(x, 3, stride=1, padding=1)
        return torch.relu(self.bn(torch.cat([wide(narrow) for wide in self.wide] + [self.side(maxima)], 1)))


class Inception1D(nn.Module):
    """`flat` computes with two-dimensional layers of height 1, which PyTorch's CPU code is faster at."""

    def __init__(self, outputs, leads=8, dropout=(0.25, 0.5), flat=False):
        super().__init__()
        norm = nn.BatchNorm2d if flat else nn.BatchNorm1d

        def conv(inputs, outputs, taps):
            if flat:
                return nn.Conv2d(inputs, outputs, (1, taps), padding=(0, taps // 2), bias=False)
            return nn.Conv1d(inputs, outputs, taps, padding=taps // 2, bias=False)

        self.blocks = nn.ModuleList([Block(leads if depth == 0 else 128, conv, norm) for depth in range(6)])
        self.skip = nn.ModuleList([nn.Sequential(conv(inputs, 128, 1), norm(128)) for inputs in (leads, 128)])
        self.head = nn.Sequential(
            nn.BatchNorm1d(256), nn.Dropout(dropout[0]), nn.Linear(256, 128), nn.ReLU(),
            nn.BatchNorm1d(128), nn.Dropout(dropout[1]), nn.Linear(128, outputs))

    def forward(self, x):
        residual = x
        for depth, block in enumerate(self.blocks):
            x = block(x)
            if depth % 3 == 2:
                x = torch.relu(x + self.skip[depth // 3](residual))
                residual = x
        x = x.flatten(2)
        return self.head(torch.cat([x.amax(2), x.mean(2)], 1))
