#!/usr/bin/env python3
"""Compares random batches by einthoven with h5py, on stores of the same recordings with and without compression.

Usage: bench_batches.py [--einthoven PATH] [--count 512] [--batch 64] [--rounds 5] [--seconds 1] [--json]

Makes two stores of synthetic recordings of 12 x 5000 in a temporary folder, which lie in the page cache then. Each round
times h5py's d[sorted indexes] and its read_direct record by record into one array (both give int16, as stored), and
einthoven, which gives float32 in mV in the training layout, on all processors. The figures are medians of the rounds.
The exit status is 1 where a goal is missed.

Needs: pip install h5py (numpy comes with it).
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

import h5py
import numpy as np

ROOT = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", ".."))
# Times read_direct, times d[indexes].
GOALS = {"deflate": (4, 20), "none": (4, None)}


def rate(recordings, seconds, work):
    """Recordings a second of the median call within `seconds`."""
    times, end = [], time.perf_counter() + seconds
    while time.perf_counter() < end or len(times) < 3:
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return recordings / statistics.median(times)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--einthoven", default=os.path.join(ROOT, ".build", "release", "einthoven"))
    parser.add_argument("--count", type=int, default=512)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    figures, missed = {}, False
    with tempfile.TemporaryDirectory() as folder:
        for codec in GOALS:
            store = os.path.join(folder, codec + ".store")
            subprocess.run(
                [options.einthoven, "synthesize", "--count", str(options.count), "--rate", "500", "--codec", codec,
                 "--out", store], check=True, capture_output=True)
            generator = np.random.default_rng(0)
            batches = [generator.choice(options.count, options.batch, replace=False) for _ in range(8)]
            rounds = []
            with h5py.File(os.path.join(store, "shard-00000.h5")) as file:
                signal = file["signal"]
                buffer = np.empty((options.batch, *signal.shape[1:]), np.int16)

                def direct():
                    for batch in batches:
                        for row, index in enumerate(batch):
                            signal.read_direct(buffer, np.s_[index], np.s_[row])

                def indexed():
                    for batch in batches:
                        signal[np.sort(batch)]

                for _ in range(options.rounds):
                    recordings = len(batches) * options.batch
                    told = subprocess.run(
                        [options.einthoven, "bench", "batches", store, "--batch", str(options.batch), "--seconds",
                         str(options.seconds), "--json"], check=True, capture_output=True).stdout
                    rounds.append({
                        "einthoven": json.loads(told)["recordings_per_second"],
                        "read_direct": rate(recordings, options.seconds, direct),
                        "indexed": rate(recordings, options.seconds, indexed),
                    })
            median = {name: statistics.median(r[name] for r in rounds) for name in rounds[0]}
            figures[codec] = median
            for peer, goal in zip(("read_direct", "indexed"), GOALS[codec]):
                factor = median["einthoven"] / median[peer]
                late = goal is not None and factor < goal
                missed = missed or late
                median["times_" + peer] = factor
                if not options.json:
                    note = "" if goal is None else f", goal {goal}{' MISSED' if late else ''}"
                    print(f"{codec}: einthoven {median['einthoven']:,.0f}, h5py {peer} {median[peer]:,.0f} "
                          f"recordings/s: {factor:.1f} times{note}")
    if options.json:
        print(json.dumps(figures, indent=2))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
