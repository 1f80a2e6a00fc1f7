"""Fits the odds that a row of beats is one of heartbeats, and prints FittedBeatEvidence.swift.

    python fit.py INDEX FEATURES [OTHER_INDEX OTHER_FEATURES]

INDEX is index.json of prepare.py, FEATURES what the program `evidence` wrote. Logistic regression on the neighbourhoods of
beats; every piece of a kind counts alike. The shares of pieces that are rejected go to stderr, for both halves if the
other one is given.
"""
import json, os, sys

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"
import numpy
from sklearn.linear_model import LogisticRegression

# How much each kind of piece counts, chosen by hand; those of 0 dB little, where electrode motion at large hides beats.
WEIGHTS = {
    "ludb": 3, "qtdb0": 2, "qtdb1": 1, "mitdb0": 3, "mitdb0-5": 1.5, "mitdb0-3": 1.5, "mitdb0-30": 0.5, "mitdb0-altered": 2,
    "mitdb0-slowed": 1, "mitdb1": 0.7, "mitdb1-5": 0.3, "mitdb1-3": 0.3, "mitdb1-altered": 0.5, "with-bw-12": 1,
    "with-bw-6": 1, "with-bw-0": 0.5, "with-ma-12": 1, "with-ma-6": 1, "with-ma-0": 0.2, "with-em-12": 1,
    "with-em-6": 0.5, "with-em-0": 0.1, "noise-em-10": 4, "noise-em-5": 1, "noise-em-30": 1, "noise-em-speed": 2,
    "noise-em-mixed": 1, "noise-bw-10": 1, "noise-bw-speed": 1, "noise-bw-mixed": 1, "noise-ma-10": 1, "noise-ma-30": 1,
    "noise-ma-speed": 1, "noise-ma-mixed": 1, "noise-made2": 0.2, "noise-made3": 0.2, "noise-made4": 0.5,
    "noise-made5": 0.5, "noise-white": 0.5}
BAR = -1.5  # BeatTrust.evidenceBar
PENALTY = 1.0


def load(index, features):
    with open(index) as file:
        groups = numpy.array([entry["group"] for entry in json.load(file)])
    rows = numpy.fromfile(features, numpy.float32).reshape(-1, 16).astype(float)
    return groups, rows[:, :14], rows[:, 14].astype(int), rows[:, 15]


def fit(groups, features, piece):
    beats = numpy.bincount(piece, minlength=len(groups))
    count = {kind: ((groups == kind) & (beats > 0)).sum() for kind in set(groups)}
    weights = numpy.array([WEIGHTS.get(kind, 0) / max(count[kind], 1) for kind in groups])[piece] / beats[piece]
    used = weights > 0
    features, weights = features[used], weights[used] / weights[used].mean()
    mean, deviation = features.mean(0), features.std(0)
    isBeat = ~numpy.char.startswith(groups, "noise")[piece][used]
    model = LogisticRegression(C=1 / PENALTY, max_iter=5000)
    model.fit((features - mean) / deviation, isBeat, sample_weight=weights)
    weights = model.coef_[0] / deviation
    return weights, model.intercept_[0] - (mean * weights).sum()


def rejected(groups, features, piece, believed, weights, offset):
    """For each piece whether the mean odds reject it, and whether these or the evidence do."""
    before = numpy.bincount(piece, believed, len(groups)) == 0
    after = before.copy()
    odds = features @ weights + offset
    for own in numpy.split(numpy.arange(len(piece)), numpy.flatnonzero(numpy.diff(piece)) + 1):
        ordered = numpy.sort(odds[own])
        after[piece[own[0]]] |= ordered[len(ordered) * 3 // 4] < BAR
    return before, after


def main():
    tables = [load(*sys.argv[k : k + 2]) for k in range(1, len(sys.argv) - 1, 2)]
    groups, features, piece, _ = tables[0]
    weights, offset = fit(groups, features, piece)
    digits = lambda value: float(f"{value:.4g}")
    weights, offset = numpy.array([digits(weight) for weight in weights]), digits(offset)
    results = [rejected(*table, weights, offset) for table in tables]
    print("kind: pieces, % rejected by the mean odds, and with the evidence; for each half", file=sys.stderr)
    for kind in sorted(set(groups)):
        line = f"{kind:16}"
        for (own, *_), (before, after) in zip(tables, results):
            of = own == kind
            line += f" {of.sum():5} {100 * before[of].mean():7.2f} {100 * after[of].mean():7.2f}"
        print(line, file=sys.stderr)
    print("/// The numbers of ``BeatEvidence``; `docs/beats.md` says what they are fitted on.")
    print("enum FittedBeatEvidence {\n  /// A weight for each of its features.\n  static let weights = [")
    for start in range(0, len(weights), 7):
        print("    " + ", ".join(f"{weight:g}" for weight in weights[start : start + 7]) + ",")
    print(f"  ]\n  /// What is added to their sum.\n  static let offset = {offset:g}\n}}")


main()
