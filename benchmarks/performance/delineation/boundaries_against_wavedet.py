#!/usr/bin/env python3
"""Scores the published wavelet delineator and einthoven's on the same records, in the same way.

Usage: boundaries_against_wavedet.py --qtdb FOLDER [--ludb FOLDER] [--einthoven PATH] [--json]

wavedet is a port to Python of ecg-kit's wavedet, the program of Martinez et al., IEEE Transactions on Biomedical Engineering
51(4):570-581, 2004, made to give the same marks. Each manual mark is compared with the nearest mark of its kind within
150 ms: of QTDB's two leads with the better one, of LUDB's twelve with the annotator's own. Two standard deviations are
given: the mean over records (LUDB: over records and leads) of that within each, and that of all errors together. What the
paper's bounds mean is seen by where its own program lies.

Needs: Python 3.12, pip install wavedet wfdb, and a release build of einthoven.
"""

import argparse
import glob
import json
import multiprocessing
import os
import statistics
import subprocess
import sys
import warnings

import numpy as np
import wavedet
import wfdb

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..")
# Our name, wavedet's, and the standard deviation that the paper gives for QTDB, in ms.
MARKS = {
    "p_onset": ("p_on", 14.8), "p_peak": ("p", 13.2), "p_offset": ("p_off", 12.8),
    "qrs_onset": ("qrs_on", 7.7), "qrs_offset": ("qrs_off", 8.7),
    "t_peak": ("t", 13.9), "t_offset": ("t_off", 18.1),
}
LUDB_LEADS = "i,ii,iii,avr,avl,avf,v1,v2,v3,v4,v5,v6"
WINDOW = 0.150
# Seconds before and behind the marked stretch of a QTDB record that wavedet sees too.
AROUND = 30


def manual_marks(path, extension):
    annotation = wfdb.rdann(path, extension)
    marks = {name: [] for name in MARKS}
    symbols, wave = annotation.symbol, None
    for index, (symbol, sample) in enumerate(zip(symbols, annotation.sample)):
        following = symbols[index + 1] if index + 1 < len(symbols) else ""
        if symbol == "(":
            if following == "p":
                marks["p_onset"].append(sample)
            elif following not in ("t", "u", "(", ")", ""):
                marks["qrs_onset"].append(sample)
            wave = None
        elif symbol == ")":
            if wave in ("p", "qrs", "t"):
                marks[wave + "_offset"].append(sample)
            wave = None
        elif symbol in ("p", "t"):
            marks[symbol + "_peak"].append(sample)
            wave = symbol
        else:
            wave = None if symbol == "u" else "qrs"
    return {name: np.array(samples) for name, samples in marks.items()}


def found_marks(signal, start, rate):
    """What wavedet finds in one lead, in samples of the record; nothing where it gives up."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = wavedet.delineate(np.nan_to_num(signal), rate)
    except Exception as error:  # noqa: BLE001
        print(f"wavedet: {error!r}", file=sys.stderr)
        return {name: np.array([]) for name in MARKS}
    marks = {}
    for name, (theirs, _) in MARKS.items():
        samples = np.asarray(getattr(found, theirs), float) + start
        marks[name] = samples[~np.isnan(samples)]
    return marks


def errors(manual, leads, rate):
    """For each kind of mark the errors in ms, the best of the leads for each, and how many were missed."""
    result = {}
    for name, samples in manual.items():
        near, missed = [], 0
        for sample in samples:
            distances = [found[name] - sample for found in leads if len(found[name])]
            best = min((d[np.argmin(abs(d))] for d in distances), key=abs, default=np.inf)
            if abs(best) <= WINDOW * rate:
                near.append(best * 1000 / rate)
            else:
                missed += 1
        result[name] = near, missed
    return result


def qtdb_record(path):
    record, manual = wfdb.rdrecord(path), manual_marks(path, "q1c")
    rate, samples = int(record.fs), np.concatenate([found for found in manual.values()])
    start = max(0, int(samples.min()) - AROUND * rate)
    end = int(samples.max()) + AROUND * rate
    leads = [found_marks(record.p_signal[start:end, lead], start, rate) for lead in range(record.n_sig)]
    return [errors(manual, leads, rate)]


def ludb_record(path):
    record = wfdb.rdrecord(path)
    rate = int(record.fs)
    return [errors(manual_marks(path, name.lower()), [found_marks(record.p_signal[:, lead], 0, rate)], rate)
            for lead, name in enumerate(record.sig_name)]


def wavedet_figures(paths, score):
    with multiprocessing.Pool(2) as pool:
        groups = [group for record in pool.map(score, paths) for group in record]
    figures = {}
    for name in MARKS:
        near = [group[name][0] for group in groups]
        every = [error for group in near for error in group]
        count = len(every) + sum(group[name][1] for group in groups)
        figures[name] = dict(
            sensitivity=len(every) / count, mean_ms=statistics.mean(every), sd_ms=statistics.stdev(every),
            mean_record_sd_ms=statistics.mean(statistics.stdev(group) for group in near if len(group) > 1))
    return figures


def our_figures(einthoven, folder, extensions):
    output = subprocess.run([einthoven, "delineate", folder, "--evaluate", extensions, "--json"], check=True,
                            capture_output=True, text=True).stdout
    return {name: json.loads(output)["boundaries"][name] for name in MARKS}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--qtdb", required=True)
    parser.add_argument("--ludb")
    parser.add_argument("--einthoven", default=os.path.join(ROOT, ".build", "release", "einthoven"))
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    sets = {"qtdb": (options.qtdb, ".q1c", qtdb_record, "q1c")}
    if options.ludb:
        sets["ludb"] = (options.ludb, ".hea", ludb_record, LUDB_LEADS)
    figures = {}
    for name, (folder, suffix, score, extensions) in sets.items():
        paths = sorted(path[: -len(suffix)] for path in glob.glob(os.path.join(folder, "*" + suffix)))
        figures[name] = dict(records=len(paths), wavedet=wavedet_figures(paths, score),
                             einthoven=our_figures(options.einthoven, folder, extensions))
    if options.json:
        return print(json.dumps(figures, indent=1))
    for name, entry in figures.items():
        print(f"{name}, {entry['records']} records: Se %, mean, sd within records, sd of all, in ms")
        print(f"{'':12}{'published':>10}{'wavedet':>30}{'einthoven':>30}")
        for mark, (_, published) in MARKS.items():
            line = f"{mark:12}{published:10.1f}"
            for program in ("wavedet", "einthoven"):
                found = entry[program][mark]
                line += f"{100 * found['sensitivity']:12.2f}{found['mean_ms']:6.1f}"
                line += f"{found['mean_record_sd_ms']:6.1f}{found['sd_ms']:6.1f}"
            print(line)


main()
