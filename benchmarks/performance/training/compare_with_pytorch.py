#!/usr/bin/env python3
"""Compares inception1d of einthoven with PyTorch's, number by number, and training to the end seed by seed.

Usage: compare_with_pytorch.py exact [--check PATH] [--signals ecg|noise] [--shapes 32x1000 23x1000 8x5000]
       compare_with_pytorch.py trained [--check PATH] [--seeds 5] [--epochs 10] [--recordings 320] [--length 250]

`exact`: for the same weights and batch, without dropout, the largest difference of outputs, and for every parameter the
norm of the gradients' difference relative to the gradient's norm; against PyTorch in single precision and in double
precision. Where a rounding error takes a rectifier's or a maximum's other side, a gradient changes by a step that no
precision of the sums can mend, so PyTorch's own single precision is compared with its double precision too. The exit
status is 1 where outputs are farther apart than 1e-4 or gradients than 5e-3; what is beyond 1e-3 is told.

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


def torch_pass(weights, signals, dtype):
    """Training and inference outputs, loss and gradients by PyTorch."""
    network = Inception1D(5, dropout=(0, 0))
    missing = network.load_state_dict({name: torch.tensor(value) for name, value in weights.items()}, strict=False)
    left = [name for name in missing.missing_keys if not name.endswith("num_batches_tracked")]
    assert not left and not missing.unexpected_keys, (left, missing.unexpected_keys)
    network, batch = network.to(dtype), torch.tensor(signals).to(dtype)
    network.eval()
    with torch.no_grad():
        inference = network(batch)
    network.train()
    outputs = network(batch)
    loss = torch.nn.functional.cross_entropy(outputs, torch.arange(len(batch)) % 5)
    loss.backward()
    gradients = {name: parameter.grad.double().numpy() for name, parameter in network.named_parameters()}
    return inference.double().numpy(), outputs.detach().double().numpy(), loss.item(), gradients


def apart(ours, theirs):
    return float(np.linalg.norm(ours - theirs) / max(np.linalg.norm(theirs), 1e-12))


def kind(name):
    for part in ("neck", "wide", "side", "bn", "skip"):
        if f".{part}" in name or name.startswith(part):
            return part
    return "head"


def exact(options):
    missed = False
    for shape in options.shapes:
        recordings, length = (int(part) for part in shape.split("x"))
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([options.check, options.signals, folder, str(length), str(recordings)], check=True)
            signals = np.fromfile(folder + "/signals.f32", np.float32).reshape(recordings, 8, length)
            weights = safetensors(folder + "/weights.safetensors")
            own_gradients = safetensors(folder + "/gradients.safetensors")
            told = json.load(open(folder + "/outputs.json"))
        own = np.array(told["inference"]), np.array(told["training"]), told["loss"], own_gradients
        beyond = 0
        single = torch_pass(weights, signals, torch.float32)
        double = torch_pass(weights, signals, torch.float64)
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
        subprocess.run([options.check, "data", folder, str(options.recordings), str(options.length)], check=True)
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
    parser.add_argument("what", choices=["exact", "trained"])
    parser.add_argument("--check", default=os.path.join(ROOT, ".build", "release", "training-check"))
    parser.add_argument("--shapes", nargs="+", default=["32x1000", "23x1000", "8x5000"])
    parser.add_argument("--signals", choices=["ecg", "noise"], default="ecg")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--recordings", type=int, default=320)
    parser.add_argument("--length", type=int, default=250)
    options = parser.parse_args()
    return exact(options) if options.what == "exact" else trained(options)


if __name__ == "__main__":
    sys.exit(main())
