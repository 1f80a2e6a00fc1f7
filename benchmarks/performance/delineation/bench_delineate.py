#!/usr/bin/env python3
"""Compares the speed of einthoven's delineator with NeuroKit2's wavelet delineation, on the same leads in the same run.

Usage: bench_delineate.py [--einthoven PATH] [--count 8] [--rounds 3] [--seconds 2] [--json]

Makes a store of synthetic recordings of 12 x 5000 at 500 Hz in a temporary folder. Each round times einthoven on one
thread, every lead by itself from millivolts to fiducials, beat detection included; and NeuroKit2 on lead II of each
recording: ecg_clean, ecg_peaks and ecg_delineate(method="dwt"), and the last of them alone. The figures are medians of
the rounds. The exit status is 1 where the goal, 50 times NeuroKit2's delineation alone, is missed.

Needs: pip install neurokit2 h5py
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import warnings

import h5py
import neurokit2
import numpy as np

ROOT = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", ".."))
GOAL = 50


def peer(leads, rate):
    """Leads a second: all of it, and ecg_delineate alone."""
    whole, alone, done = 0.0, 0.0, 0
    for lead in leads:
        start = time.perf_counter()
        try:
            _, peaks = neurokit2.ecg_peaks(neurokit2.ecg_clean(lead, rate), rate)
            middle = time.perf_counter()
            neurokit2.ecg_delineate(lead, peaks["ECG_R_Peaks"], rate, method="dwt")
        except Exception:  # NeuroKit2 fails on some noisy leads: they do not count.
            continue
        end = time.perf_counter()
        whole, alone, done = whole + end - start, alone + end - middle, done + 1
    return done / whole, done / alone


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--einthoven", default=os.path.join(ROOT, ".build", "release", "einthoven"))
    parser.add_argument("--count", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    warnings.filterwarnings("ignore")
    rounds = []
    with tempfile.TemporaryDirectory() as folder:
        store = os.path.join(folder, "synthetic.store")
        subprocess.run(
            [options.einthoven, "synthesize", "--count", str(options.count), "--rate", "500", "--out", store],
            check=True, capture_output=True)
        with h5py.File(os.path.join(store, "shard-00000.h5")) as file:
            gain, baseline = file["gain"][:, 1:2], file["baseline"][:, 1:2]
            leads = (file["signal"][:, 1].astype(np.float64) - baseline) / gain
        for _ in range(options.rounds):
            own = json.loads(subprocess.run(
                [options.einthoven, "bench", "delineate", store, "--seconds", str(options.seconds), "--json"],
                check=True, capture_output=True).stdout)
            rounds.append((own["leads_per_second"], own["recordings_per_second"], *peer(leads, 500)))
    own, recordings, whole, alone = (statistics.median(column) for column in zip(*rounds))
    figures = {
        "einthoven_leads_per_second": own, "einthoven_recordings_per_second": recordings,
        "neurokit_leads_per_second": whole, "neurokit_delineate_leads_per_second": alone,
        "times_neurokit": own / whole, "times_neurokit_delineate": own / alone,
    }
    if options.json:
        print(json.dumps(figures, indent=2))
    else:
        print(f"einthoven: {own:.0f} leads/s, {recordings:.0f} recordings of 12 leads/s, beat detection included")
        print(f"NeuroKit2 {neurokit2.__version__}: {whole:.1f} leads/s with cleaning and R peaks, {alone:.1f} without")
        print(f"ratio: {own / whole:.0f} with, {own / alone:.0f} without (goal {GOAL})")
    sys.exit(0 if own / alone >= GOAL else 1)


if __name__ == "__main__":
    main()
