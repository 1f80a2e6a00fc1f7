"""Recordings of 12 leads x 5,000 samples a second, one core: einthoven and NeuroKit2's multi-lead simulator in one run.

Rounds of both alternate, so that whatever else the machine does falls on both. NeuroKit2's recordings have noise as its
simulator adds it by default, ours as the preset draws it, fiducials and intervals included.
"""
import argparse
import json
import os
import statistics
import subprocess
import time
import warnings

# One thread for NumPy, before it is imported.
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"
warnings.filterwarnings("ignore")
import neurokit2  # noqa: E402

parser = argparse.ArgumentParser()
parser.add_argument("--einthoven", default=".build/release/einthoven")
parser.add_argument("--rounds", type=int, default=3)
parser.add_argument("--presets", nargs="+", default=["default", "ptbxl-like"])
arguments = parser.parse_args()

# One processor for both.
os.sched_setaffinity(0, {sorted(os.sched_getaffinity(0))[0]})


def simulate(seed):
    begin = time.perf_counter()
    neurokit2.ecg_simulate(duration=10, sampling_rate=500, method="multileads", random_state=seed)
    return 1 / (time.perf_counter() - begin)


ours = {preset: [] for preset in arguments.presets}
peer = []
simulate(0)
for turn in range(arguments.rounds):
    peer += [simulate(3 * turn + k) for k in (1, 2, 3)]
    for preset in arguments.presets:
        output = subprocess.run(
            [arguments.einthoven, "bench", "synthesize", "--preset", preset, "--seconds", "2", "--json"],
            check=True, capture_output=True, text=True,
        ).stdout
        ours[preset].append(json.loads(output)["recordings_per_second"])

neurokit = statistics.median(peer)
print(f"NeuroKit2 {neurokit2.__version__} multileads: {neurokit:.2f} recordings/s")
for preset in arguments.presets:
    rate = statistics.median(ours[preset])
    print(f"einthoven {preset}: {rate:.0f} recordings/s, {rate / neurokit:.0f} times NeuroKit2")
