"""Which side every rectifier and maximum of inception1d takes: read off a pass, or given to one.

A choice is a boolean for a rectifier (the number passes), 0, 1 or 2 for a maximum of three (the step before, this one,
the one after), and the step for the maximum over all time. Where two values are a rounding error apart, two programs may
choose differently, and a gradient then differs by a step, however exact the sums.
"""
import numpy as np
import torch
from torch.nn import functional


class OwnChoices:
    """PyTorch's own. `taken` keeps them by name, `values` what rectifiers came to."""

    def __init__(self):
        self.taken, self.values = {}, {}

    def rectify(self, x, name):
        y = torch.relu(x)
        self.values[name] = y.detach()
        self.taken[name] = self.values[name] > 0
        return y

    def maxima_of_three(self, x, name):
        y, at = functional.max_pool1d(x, 3, stride=1, padding=1, return_indices=True)
        self.taken[name] = (at - torch.arange(x.shape[2]) + 1).to(torch.int8)
        return y

    def maximum_over_time(self, x, name):
        # Of equal values amax, which the network itself calls, shares the gradient among all; max takes the first, as
        # einthoven does. Beside zeros, which send no gradient on, equal values are not met.
        y, at = x.max(2)
        self.taken[name] = at
        return y


class GivenChoices:
    """Those of `given`, and PyTorch's own where it says nothing."""

    def __init__(self, given):
        self.given, self.own = given, OwnChoices()

    def rectify(self, x, name):
        return x * self.given[name] if name in self.given else self.own.rectify(x, name)

    def maxima_of_three(self, x, name):
        if name not in self.given:
            return self.own.maxima_of_three(x, name)
        return x.gather(2, self.given[name].long() + torch.arange(x.shape[2]) - 1)

    def maximum_over_time(self, x, name):
        if name not in self.given:
            return self.own.maximum_over_time(x, name)
        return x.gather(2, self.given[name][:, :, None])[:, :, 0]


def forward(network, x, choices):
    """The forward pass of network.Inception1D without dropout, its rectifiers and maxima taken by `choices`."""
    residual = x
    for depth, block in enumerate(network.blocks):
        narrow = block.neck(x)
        # No gradient passes the first block's maxima, and its values are the signal's own.
        maxima = (choices.maxima_of_three(x, f"maxima of three, block {depth}") if depth
                  else functional.max_pool1d(x, 3, stride=1, padding=1))
        z = torch.cat([wide(narrow) for wide in block.wide] + [block.side(maxima)], 1)
        x = choices.rectify(block.bn(z), f"rectifier, block {depth}")
        if depth % 3 == 2:
            x = choices.rectify(x + network.skip[depth // 3](residual), f"rectifier, end of stage {depth // 3}")
            residual = x
    x = torch.cat([choices.maximum_over_time(x, "maximum over time"), x.mean(2)], 1)
    x = choices.rectify(network.head[2](network.head[0](x)), "rectifier, head")
    return network.head[6](network.head[4](x))


def values_of_einthoven(activations):
    """What einthoven's rectifiers came to (`training-check ... activations`), by the names of `forward`."""
    values = {"rectifier, head": activations["rectifier"][:, :, 0]}
    for depth in range(6):
        reader = f"blocks.{depth + 1}.neck" if depth < 5 else "pool"
        before = reader + " before the shortcut"
        values[f"rectifier, block {depth}"] = activations[before if depth % 3 == 2 else reader]
        if depth % 3 == 2:
            values[f"rectifier, end of stage {depth // 3}"] = activations[reader]
    return values


def choices_of_einthoven(values):
    """The choices that einthoven made, by the rule of its kernels: a rectifier passes what is above 0, and of equal
    values the first is the largest. That the gradients agree once these are given to PyTorch tests the rule too."""
    taken = {name: value > 0 for name, value in values.items()}
    for depth in range(1, 7):
        x = values[f"rectifier, end of stage {depth // 3 - 1}" if depth % 3 == 0 else f"rectifier, block {depth - 1}"]
        if depth == 6:
            taken["maximum over time"] = x.argmax(2)
            break
        x = np.pad(x, ((0, 0), (0, 0), (1, 1)), constant_values=-np.inf)
        before, here, after = x[:, :, :-2], x[:, :, 1:-1], x[:, :, 2:]
        taken[f"maxima of three, block {depth}"] = np.where(
            (before >= here) & (before >= after), 0, np.where(here >= after, 1, 2)).astype(np.int8)
    return {name: torch.from_numpy(np.ascontiguousarray(choice)) for name, choice in taken.items()}


def by_kind(counts):
    """The counts of `different` added up for rectifiers, maxima of three, and the maximum over time."""
    kinds = {}
    for name, count in counts.items():
        kind = name.split(",")[0]
        kinds[kind] = kinds.get(kind, 0) + count
    return ", ".join(f"{kind} {count}" for kind, count in sorted(kinds.items())) or "none"


def different(a, b):
    """How many choices differ between two passes, by name, where any does."""
    counts = {name: int((a[name] != b[name]).sum()) for name in a}
    return {name: count for name, count in counts.items() if count}
