#!/usr/bin/env python3
"""Compares training and inference of inception1d with PyTorch's fastest ways on the same processors.

Usage: bench_train.py [--einthoven PATH] [--lengths 1000 5000] [--rounds 3] [--runs 5] [--threads 2] [--variants ...]
                      [--json FILE]

Each round runs `einthoven bench speed` and every variant of PyTorch one after the other, each in a process of its own;
figures are medians of the rounds, and the fastest variant in single precision and in bf16 is chosen for each length and
job. A variant is joined by '+': flat (Conv2d of height 1), cl (channels last), fused (Adam in one call), compile, bf16
(autocast). All of them get the allocator's best settings. einthoven computes in single precision throughout.

Needs: scripts/setup-python-torch (PyTorch from PyPI, several gigabytes). The exit status is 1 where a goal is missed.
"""
import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.normpath(os.path.join(HERE, "..", "..", ".."))
VARIANTS = ["flat+cl", "flat+cl+fused", "flat+cl+compile", "flat+cl+bf16", "flat+cl+compile+bf16"]
ALLOCATOR = "glibc.malloc.mmap_threshold=8589934592:glibc.malloc.trim_threshold=17179869184:glibc.malloc.hugetlb=1"
# (job, kind of peer, times)
GOALS = [("training", "fp32", 3), ("training", "bf16", 2), ("inference", "fp32", 2.5), ("memory", "fp32", 4)]


def measure_torch(variant, length, batch, threads, runs):
    """One variant in this process."""
    import torch

    from network import Inception1D

    parts = set(variant.split("+"))
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    network = Inception1D(1, flat="flat" in parts)
    signals, targets = torch.randn(batch, 8, length), torch.randn(batch, 1)
    if "flat" in parts:
        signals = signals[:, :, None]
    if "cl" in parts:
        network = network.to(memory_format=torch.channels_last)
        signals = signals.to(memory_format=torch.channels_last)
    optimizer = torch.optim.Adam(network.parameters(), lr=0.001, fused="fused" in parts or None)
    forward = torch.compile(network) if "compile" in parts else network

    def autocast():
        return torch.autocast("cpu", dtype=torch.bfloat16, enabled="bf16" in parts)

    def step():
        optimizer.zero_grad(set_to_none=True)
        with autocast():
            loss = (forward(signals).float() - targets).abs().mean()
        loss.backward()
        optimizer.step()
        return loss.item()

    def predict():
        with torch.no_grad(), autocast():
            forward(signals)

    def median(work):
        times = []
        for _ in range(runs):
            begin = time.perf_counter()
            work()
            times.append(time.perf_counter() - begin)
        return statistics.median(times)

    network.train()
    step(), step()
    training = median(step)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    network.eval()
    predict()
    print(json.dumps({
        "training": batch / training, "inference": batch / median(predict), "memory": memory,
        "torch": torch.__version__}))


def run_torch(variant, length, options):
    """One variant in a process of its own, or None where it does not work here."""
    # Settings for other libraries' processor choice would slow PyTorch down.
    environment = {k: v for k, v in os.environ.items() if not k.startswith("OPENBLAS")}
    told = subprocess.run(
        [sys.executable, os.path.abspath(__file__), "--measure", variant, "--lengths", str(length), "--runs",
         str(options.runs), "--threads", str(options.threads), "--batch", str(options.batch)],
        env={**environment, "GLIBC_TUNABLES": ALLOCATOR}, capture_output=True, text=True)
    if told.returncode != 0:
        print(f"{variant}: {(told.stderr.strip().splitlines() or ['failed'])[-1]}", file=sys.stderr)
        return None
    return json.loads(told.stdout.strip().splitlines()[-1])


def run_einthoven(length, options):
    told = subprocess.run(
        [options.einthoven, "bench", "speed", "--model", "inception1d", "--length", str(length), "--batch",
         str(options.batch), "--threads", str(options.threads), "--runs", str(options.runs), "--json"],
        check=True, capture_output=True, text=True)
    figures = json.loads(told.stdout)
    return {
        "training": figures["training_recordings_per_second"], "inference": figures["inference_recordings_per_second"],
        "memory": figures["peak_memory_bytes"], "share": figures["share_of_peak"],
        "peak": figures["peak_operations_per_second"], "set": figures["instruction_set"]}


def medians(rounds):
    return {key: statistics.median(r[key] for r in rounds) for key, value in rounds[0].items()
            if not isinstance(value, str)}


def compare(length, options):
    """All medians at one length, and the rows of the table."""
    rounds = {name: [] for name in ["einthoven"] + options.variants}
    torch_version = None
    for _ in range(options.rounds):
        rounds["einthoven"].append(run_einthoven(length, options))
        for variant in options.variants:
            if rounds[variant] is None:
                continue
            figures = run_torch(variant, length, options)
            if figures is None:
                rounds[variant] = None
                continue
            torch_version = figures.pop("torch")
            rounds[variant].append(figures)
    figures = {name: medians(taken) for name, taken in rounds.items() if taken}
    ours, rows = figures["einthoven"], []
    for job, kind, goal in GOALS:
        peers = [name for name in figures if name != "einthoven" and ("bf16" in name) == (kind == "bf16")]
        if not peers:
            continue
        # The memory to compare with is that of the way which trains fastest.
        best = max(peers, key=lambda name: figures[name]["training" if job == "memory" else job])
        peer, own = figures[best][job], ours[job]
        times = peer / own if job == "memory" else own / peer
        rows.append({"length": length, "job": job, "peer": best, "kind": kind, "peer_figure": peer, "own": own,
                     "times": times, "goal": goal, "met": times >= goal})
    return {"medians": figures, "torch": torch_version, "set": rounds["einthoven"][0]["set"]}, rows


def shown(job, figure):
    return f"{figure / 2**20:,.0f} MiB" if job == "memory" else f"{figure:,.1f} recordings/s"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--einthoven", default=os.path.join(ROOT, ".build", "release", "einthoven"))
    parser.add_argument("--lengths", type=int, nargs="+", default=[1000, 5000])
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--variants", nargs="+", default=VARIANTS)
    parser.add_argument("--json", help="where to write all figures")
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        return measure_torch(options.measure, options.lengths[0], options.batch, options.threads, options.runs)
    results, rows = {}, []
    for length in options.lengths:
        results[str(length)], added = compare(length, options)
        rows += added
    print("| inception1d, batch 32 | PyTorch's fastest | its figure | einthoven | ratio | goal |")
    print("|---|---|---:|---:|---:|---|")
    for row in rows:
        print(f"| {row['job']}, 8 x {row['length']} | {row['kind']}: {row['peer']} | "
              f"{shown(row['job'], row['peer_figure'])} | {shown(row['job'], row['own'])} | {row['times']:.2f} | "
              f"{row['goal']}, {'met' if row['met'] else 'MISSED'} |")
    print()
    for length, result in results.items():
        own = result["medians"]["einthoven"]
        print(f"8 x {length}: einthoven's arithmetic is {own['share']:.0%} of the {own['peak'] / 1e9:.0f} GFLOP/s that "
              f"multiply-adds on registers reach ({result['set']}, {options.threads} threads); PyTorch {result['torch']}.")
    if options.json:
        with open(options.json, "w") as file:
            json.dump({"results": results, "rows": rows}, file, indent=2)
    return 0 if all(row["met"] for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
