#!/usr/bin/env python3
"""Compares inception1d of einthoven with PyTorch's, number by number, and training to the end seed by seed.

Usage: compare_with_pytorch.py layers [--check PATH] [--recordings 18]
       compare_with_pytorch.py exact [--check PATH] [--signals ecg|noise] [--shapes 32x250 32x1000 23x1000 8x5000]
       compare_with_pytorch.py choices [--check PATH] [--signals ecg|noise] [--shapes ...] [--rank]
       compare_with_pytorch.py trained [--check PATH] [--seeds 5] [--epochs 10] [--recordings 320] [--length 250]

`layers`: every layer alone on the same numbers, output, gradient to the input and gradients to parameters, against
PyTorch in double precision: the norm of the difference relative to the norm. The exit status is 1 where one is above 1e-6.

`exact`: for the same weights and batch, without dropout, the largest difference of outputs, and for every parameter the
norm of the gradients' difference relative to the gradient's norm; against PyTorch in single precision and in double
precision. Where a rounding error takes a rectifier's or a maximum's other side, a gradient changes by a step that no
precision of the sums can mend, so PyTorch's own single precision is compared with its double precision too. The exit
status is 1 where outputs are farther apart than 1e-4 or gradients than 5e-3; what is beyond 1e-3 is told.

`choices`: what is left of these differences once both make the same choices. einthoven's choices (which side each
rectifier and each maximum took) are given to PyTorch, and PyTorch's fp32 ones to its own double precision; the worst
parameter's gradient is told before and after, beside how far PyTorch's fp32 settings are from one another. `--rank` gives
double precision the differing choices of one layer at a time and tells what they are worth. The exit status is 1 where
einthoven's gradients are farther than 1e-4 from PyTorch's with the same choices, or its outputs farther than 1e-4.

`trained`: both train on the same synthetic recordings to regress QT, with the same optimiser, schedule, batch size and
distribution of initial weights, but each with its own random numbers, and keep the best epoch on the same validation
recordings. The means may differ by no more than the seeds spread.

PATH is the program training-check (swift build -c release --product training-check). Needs scripts/setup-python-torch.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile

import numpy as np
import torch

import choices
import layers
from network import Inception1D

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.normpath(os.path.join(HERE, "..", "..", ".."))


def safetensors(path):
    """Names to arrays: eight bytes of length, a JSON header, then the numbers."""
    data = open(path, "rb").read()
    end = 8 + int.from_bytes(data[:8], "little")
    header = json.loads(data[8:end])
    return {
        name: np.frombuffer(data[end + about["data_offsets"][0]:end + about["data_offsets"][1]], np.float32)
        .reshape(about["shape"]) for name, about in header.items() if name != "__metadata__"}


def network_of(weights, dtype, flat=False):
    """inception1d without dropout, in training."""
    network = Inception1D(5, dropout=(0, 0), flat=flat)
    own = network.state_dict()
    missing = network.load_state_dict(
        {name: torch.tensor(value).reshape(own[name].shape) for name, value in weights.items()}, strict=False)
    left = [name for name in missing.missing_keys if not name.endswith("num_batches_tracked")]
    assert not left and not missing.unexpected_keys, (left, missing.unexpected_keys)
    return network.to(dtype).train()


def gradients_of(network, outputs):
    """Every parameter's gradient of the cross-entropy, in einthoven's shapes; the targets are 0 to 4 in turn."""
    loss = torch.nn.functional.cross_entropy(outputs, torch.arange(len(outputs)) % 5)
    loss.backward()
    found = {name: parameter.grad.double().numpy() for name, parameter in network.named_parameters()}
    return loss.item(), {name: grad[:, :, 0] if grad.ndim == 4 else grad for name, grad in found.items()}


def torch_pass(weights, signals, dtype):
    """Training and inference outputs, loss and gradients by PyTorch."""
    network, batch = network_of(weights, dtype), torch.tensor(signals).to(dtype)
    network.eval()
    with torch.no_grad():
        inference = network(batch)
    network.train()
    outputs = network(batch)
    loss, gradients = gradients_of(network, outputs)
    return inference.double().numpy(), outputs.detach().double().numpy(), loss, gradients


def apart(ours, theirs):
    return float(np.linalg.norm(ours - theirs) / max(np.linalg.norm(theirs), 1e-12))


def kind(name):
    for part in ("neck", "wide", "side", "bn", "skip"):
        if f".{part}" in name or name.startswith(part):
            return part
    return "head"


class Batch:
    """One batch of einthoven's: signals, weights, outputs, gradients and, where asked, activations."""

    def __init__(self, options, shape, with_activations=False):
        self.recordings, self.length = (int(part) for part in shape.split("x"))
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([options.check, options.signals, folder, str(self.length), str(self.recordings)]
                           + ["activations"] * with_activations, check=True)
            self.signals = np.fromfile(folder + "/signals.f32", np.float32).reshape(self.recordings, 8, self.length)
            self.weights = safetensors(folder + "/weights.safetensors")
            self.gradients = safetensors(folder + "/gradients.safetensors")
            told = json.load(open(folder + "/outputs.json"))
            if with_activations:
                self.values = choices.values_of_einthoven(safetensors(folder + "/activations.safetensors"))
        self.inference, self.training = np.array(told["inference"]), np.array(told["training"])
        self.loss = told["loss"]


def exact(options):
    missed = False
    for shape in options.shapes:
        batch = Batch(options, shape)
        recordings, length, own_gradients = batch.recordings, batch.length, batch.gradients
        own = batch.inference, batch.training, batch.loss, own_gradients
        beyond = 0
        single = torch_pass(batch.weights, batch.signals, torch.float32)
        double = torch_pass(batch.weights, batch.signals, torch.float64)
        print(f"\n{recordings} recordings of 8 x {length}, {options.signals}")
        print("| difference | einthoven - fp32 | einthoven - float64 | fp32 - float64 |\n|---|---:|---:|---:|")
        pairs = [(own, single), (own, double), (single, double)]
        for row, at in (("outputs in inference, largest", 0), ("outputs in training, largest", 1)):
            figures = [float(np.abs(a[at] - b[at]).max()) for a, b in pairs]
            missed |= figures[0] > 1e-4
            print(f"| {row} | " + " | ".join(f"{f:.1e}" for f in figures) + " |")
        print("| loss | " + " | ".join(f"{abs(a[2] - b[2]):.1e}" for a, b in pairs) + " |")
        for group in ("neck", "wide", "side", "skip", "bn", "head"):
            names = [name for name in own_gradients if kind(name) == group]
            figures = [max(apart(a[3][name], b[3][name]) for name in names) for a, b in pairs]
            missed |= figures[0] > 5e-3
            beyond += sum(apart(own[3][name], single[3][name]) > 1e-3 for name in names)
            print(f"| gradients of {group}, worst parameter, relative | "
                  + " | ".join(f"{f:.1e}" for f in figures) + " |")
        print(f"parameters whose gradient is farther than 1e-3 from PyTorch's: {beyond} of {len(own_gradients)}")
    print("\nbounds:", "MISSED" if missed else "met")
    return 1 if missed else 0


def layer_by_layer(options):
    missed = False
    print("| layer alone | output | gradient to input | to parameters, worst | PyTorch fp32, worst of all |")
    print("|---|---:|---:|---:|---:|")
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([options.check, "layers", folder, str(options.recordings or 18)], check=True)
        names = json.load(open(folder + "/layers.json"))
        assert set(names) == set(layers.LAYERS), set(names) ^ set(layers.LAYERS)
        for index, name in enumerate(names):
            own = safetensors(f"{folder}/{index}.safetensors")
            double, single = (layers.run(name, own, dtype) for dtype in (torch.float64, torch.float32))
            off = {key: apart(own[key], double[key]) for key in double}
            missed |= max(off.values()) > 1e-6
            parameters = [figure for key, figure in off.items() if key.startswith("gradient ")]
            worst = f"{max(parameters):.1e}" if parameters else ""
            theirs = max(apart(single[key], double[key]) for key in double)
            print(f"| {name} | {off['y']:.1e} | {off['dx']:.1e} | {worst} | {theirs:.1e} |", flush=True)
    print("\nwithin 1e-6 of double precision:", "NOT ALL" if missed else "all")
    return 1 if missed else 0


def worst(a, b):
    """The largest of the parameters' relative differences, and its parameter."""
    figures = {name: apart(a[name], b[name]) for name in a}
    name = max(figures, key=figures.get)
    return figures[name], name


def chosen_pass(batch, dtype, how):
    """Outputs and gradients of PyTorch with its choices made by `how`."""
    network = network_of(batch.weights, dtype)
    outputs = choices.forward(network, torch.tensor(batch.signals).to(dtype), how)
    return outputs.detach().double().numpy(), gradients_of(network, outputs)[1]


def other_settings(batch):
    """Name and gradients of PyTorch's fp32 settings beside the default."""
    def plain(flat=False):
        network, signals = network_of(batch.weights, torch.float32, flat), torch.tensor(batch.signals)
        if flat:
            network = network.to(memory_format=torch.channels_last)
            signals = signals[:, :, None].to(memory_format=torch.channels_last)
        return gradients_of(network, network(signals))[1]

    yield "default", plain()
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield "one thread", plain()
    torch.set_num_threads(threads)
    with torch.backends.mkldnn.flags(enabled=False):
        yield "without oneDNN", plain()
    yield "channels last", plain(flat=True)


def same_choices(options):
    missed = False
    for shape in options.shapes:
        batch = Batch(options, shape, with_activations=True)
        ours = choices.choices_of_einthoven(batch.values)
        print(f"\n{batch.recordings} recordings of 8 x {batch.length}, {options.signals}", flush=True)
        double_choices, single_choices = choices.OwnChoices(), choices.OwnChoices()
        _, double = chosen_pass(batch, torch.float64, double_choices)
        _, single = chosen_pass(batch, torch.float32, single_choices)
        theirs, true = single_choices.taken, double_choices.taken
        made = sum(choice.numel() for choice in true.values())
        print(f"choices: {made}; different:")
        for name, pair in (("einthoven - float64", (ours, true)), ("fp32 - float64", (theirs, true)),
                           ("einthoven - fp32", (ours, theirs))):
            counts = choices.different(*pair)
            print(f"    {name}: {sum(counts.values())} ({choices.by_kind(counts)})")
        far = [max(apart(found[name], double_choices.values[name].numpy()) for name in double_choices.values)
               for found in (batch.values, {name: value.numpy() for name, value in single_choices.values.items()})]
        print(f"activations, worst layer, from float64: einthoven {far[0]:.1e}, fp32 {far[1]:.1e}")
        double_choices.values, single_choices.values = {}, {}
        outputs, double_ours = chosen_pass(batch, torch.float64, choices.GivenChoices(ours))
        _, single_ours = chosen_pass(batch, torch.float32, choices.GivenChoices(ours))
        _, double_theirs = chosen_pass(batch, torch.float64, choices.GivenChoices(theirs))
        held = worst(batch.gradients, double_ours), worst(batch.gradients, single_ours)
        missed |= max(held[0][0], held[1][0], float(np.abs(batch.training - outputs).max())) > 1e-4
        print("| gradients, worst parameter, relative | each its own choices | the same choices |\n|---|---:|---:|")
        for name, before, after in (
                ("einthoven - float64", worst(batch.gradients, double), held[0]),
                ("einthoven - fp32", worst(batch.gradients, single), held[1]),
                ("fp32 - float64", worst(single, double), worst(single, double_theirs))):
            print(f"| {name} | {before[0]:.1e} ({before[1]}) | {after[0]:.1e} ({after[1]}) |", flush=True)
        if options.rank:
            for name, taken in (("einthoven", ours), ("fp32", theirs)):
                for place, count in choices.different(taken, true).items():
                    _, found = chosen_pass(batch, torch.float64, choices.GivenChoices({place: taken[place]}))
                    far, parameter = worst(found, double)
                    print(f"of {name}, {place}: {count} different, worth {far:.1e} ({parameter})", flush=True)
        settings = list(other_settings(batch))
        for name, found in settings:
            far = [worst(found, other)[0] for other in (settings[0][1], double)]
            print(f"PyTorch fp32, {name}: {far[0]:.1e} from the default, {far[1]:.1e} from float64", flush=True)
    print("\nwith the same choices, within 1e-4:", "NO" if missed else "yes")
    return 1 if missed else 0


def train_torch(folder, seed, epochs):
    """The least validation error of one seed."""
    targets = torch.tensor(np.fromfile(folder + "/targets.f64")).float()
    signals = torch.tensor(np.fromfile(folder + "/signals.f32", np.float32)).reshape(len(targets), 8, -1)
    border = len(targets) * 3 // 4
    torch.manual_seed(seed)
    network = Inception1D(1, flat=True).to(memory_format=torch.channels_last)
    signals = signals[:, :, None].to(memory_format=torch.channels_last)
    # einthoven draws linear layers as PyTorch does, and convolutions too: uniform in 1 / sqrt(fan in).
    optimizer = torch.optim.Adam(network.parameters(), lr=0.002)
    schedule = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.9)
    best = np.inf
    for _ in range(epochs):
        network.train()
        for batch in torch.randperm(border).split(32):
            if len(batch) == 1:
                continue
            optimizer.zero_grad()
            (network(signals[batch])[:, 0] - targets[batch]).abs().mean().backward()
            optimizer.step()
        schedule.step()
        network.eval()
        with torch.no_grad():
            best = min(best, (network(signals[border:])[:, 0] - targets[border:]).abs().mean().item())
    return best


def trained(options):
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([options.check, "data", folder, str(options.recordings or 320), str(options.length)], check=True)
        ours, theirs = [], []
        for seed in range(options.seeds):
            told = subprocess.run(
                [options.check, "train", folder, str(seed), str(options.epochs)], check=True, capture_output=True)
            ours.append(float(told.stdout))
            theirs.append(train_torch(folder, seed, options.epochs))
            print(f"seed {seed}: einthoven {ours[-1]:.4f}, PyTorch {theirs[-1]:.4f}", file=sys.stderr, flush=True)
    print("| seed | einthoven | PyTorch |\n|---:|---:|---:|")
    for seed, (own, other) in enumerate(zip(ours, theirs)):
        print(f"| {seed} | {own:.4f} | {other:.4f} |")
    spread = statistics.stdev(theirs)
    print(f"| mean, sd | {statistics.mean(ours):.4f}, {statistics.stdev(ours):.4f} | "
          f"{statistics.mean(theirs):.4f}, {spread:.4f} |")
    difference = abs(statistics.mean(ours) - statistics.mean(theirs))
    print(f"\nmeans differ by {difference:.4f}, PyTorch's seeds by a deviation of {spread:.4f}:",
          "within" if difference <= spread else "OUTSIDE")
    return 0 if difference <= spread else 1


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["layers", "exact", "choices", "trained"])
    parser.add_argument("--check", default=os.path.join(ROOT, ".build", "release", "training-check"))
    parser.add_argument("--shapes", nargs="+", default=["32x250", "32x1000", "23x1000", "8x5000"])
    parser.add_argument("--signals", choices=["ecg", "noise"], default="ecg")
    parser.add_argument("--rank", action="store_true")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--recordings", type=int)
    parser.add_argument("--length", type=int, default=250)
    options = parser.parse_args()
    runs = {"layers": layer_by_layer, "exact": exact, "choices": same_choices, "trained": trained}
    return runs[options.what](options)


if __name__ == "__main__":
    sys.exit(main())
