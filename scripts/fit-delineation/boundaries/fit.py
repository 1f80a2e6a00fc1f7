"""Fits the weights of the fades to manual boundaries and prints them as in FittedParameters.swift.

    python fit.py SIGNALS FADES

SIGNALS is what prepare.py wrote, FADES the table of the program `fades`. Huber regression with a penalty on large
weights; nothing is random. Lengths are in grid samples of 4 ms.
"""
import os

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"
import argparse, json, warnings
import numpy
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import HuberRegressor

GRID = 250
# The Swift name, the penalty (None: chosen by cross-validation), and what is added to the constant by hand.
BOUNDARIES = {
    "qrs on": ("qrsOnset", None, 0), "qrs off": ("qrsOffset", None, 0), "p on": ("pOnset", None, 0),
    "p off": ("pOffset", None, 0), "t on": ("tOnset", None, 0), "t off": ("tOffset", None, 1)}
PENALTIES = (3, 30, 300, 3000, 30000, 200000)
# Farther from the manual boundary another wave was found, or none was marked.
FARTHEST = 15
# A manual and a found beat are one within so many samples of the recording.
SAME_BEAT = {"qtdb": 40, "ludb": 60}
FOLDS = 4


def read_fades(path):
    """The waves by recording and lead: R peak, then wave, then numbers."""
    waves = {}
    with open(path) as file:
        for line in file:
            recording, lead, r, wave, *numbers = line.strip().split(",")
            lead = waves.setdefault((int(recording), int(lead)), {})
            lead.setdefault(int(r), {})[wave] = [float(number) for number in numbers]
    return waves


def examples(signals, fades):
    """For each boundary rows of: from LUDB or not, index of the record in its set, distance from the flank, fades."""
    with open(os.path.join(signals, "index.json")) as file:
        recordings = json.load(file)
    with open(os.path.join(signals, "manual.json")) as file:
        manual = json.load(file)
    waves, rows, count = read_fades(fades), {key: [] for key in BOUNDARIES}, {"qtdb": 0, "ludb": 0}
    for index, recording in enumerate(recordings):
        set_name = recording["name"].split("_")[0]
        record, count[set_name] = count[set_name], count[set_name] + 1
        for lead in range(recording["leads"]):
            found = waves.get((index, lead), {})
            peaks = numpy.array(sorted(found))
            for marks in manual[index][lead]:
                if "qrs" not in marks or len(peaks) == 0:
                    continue
                r = peaks[numpy.abs(peaks - marks["qrs"]).argmin()]
                if abs(r - marks["qrs"]) >= SAME_BEAT[set_name]:
                    continue
                for boundary in BOUNDARIES.keys() & marks.keys():
                    wave, side = boundary.split()
                    if wave not in found[r]:
                        continue
                    onset, offset, first, last, *distances = found[r][wave]
                    place = marks[boundary] * GRID / recording["samplingFrequency"]
                    half = len(distances) // 2
                    if side == "on":
                        error, distance, distances = onset - place, first - place, distances[:half]
                    else:
                        error, distance, distances = offset - place, place - last, distances[half:]
                    if abs(error) <= FARTHEST:
                        rows[boundary].append([set_name == "ludb", record, distance, *distances])
    return {boundary: numpy.array(values, float) for boundary, values in rows.items()}


def record_weights(is_ludb, record):
    """Every record counts alike, however many beats are marked in it."""
    weights = numpy.zeros(len(record))
    for of_set in (is_ludb == 0, is_ludb == 1):
        for name in numpy.unique(record[of_set]):
            own = of_set & (record == name)
            weights[own] = 1000 / own.sum()
    return weights


def regression(inputs, distance, weights, penalty):
    model = HuberRegressor(epsilon=1.35, alpha=penalty, max_iter=3000)
    return model.fit(inputs, distance, sample_weight=weights)


def cross_validated_penalty(inputs, distance, weights, record):
    """The penalty with the least error, cut at 60 ms, over folds of whole records."""
    scores = []
    for penalty in PENALTIES:
        error = numpy.zeros(len(distance))
        for fold in range(FOLDS):
            own = record % FOLDS == fold
            model = regression(inputs[~own], distance[~own], weights[~own], penalty)
            error[own] = model.predict(inputs[own]) - distance[own]
        squares = numpy.minimum(numpy.abs(error), 15) ** 2
        scores.append((numpy.sqrt(numpy.average(squares, weights=weights)), penalty))
    return min(scores)[1]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("signals")
    parser.add_argument("fades")
    arguments = parser.parse_args()
    # 3000 steps are enough for the digits that are printed of all but nearly collinear fades.
    warnings.filterwarnings("ignore", category=ConvergenceWarning)
    for boundary, rows in examples(arguments.signals, arguments.fades).items():
        is_ludb, record, distance, distances = rows[:, 0], rows[:, 1].astype(int), rows[:, 2], rows[:, 3:]
        name, penalty, added = BOUNDARIES[boundary]
        # What LUDB's annotators do differently throughout is a term of its own, which the delineator leaves out. In
        # units of 16 ms the penalty is like that on the fades.
        inputs = numpy.column_stack([distances / 4, is_ludb])
        weights = record_weights(is_ludb, record)
        penalty = penalty or cross_validated_penalty(inputs, distance, weights, record)
        model = regression(inputs, distance, weights, penalty)
        print(f"  // {len(rows)} boundaries, penalty {penalty}")
        print(f"  static let {name} = BoundaryModel(\n    constant: {model.intercept_ + added:.3f},\n    weights: [")
        # A row for each scale.
        for scale in (model.coef_[:-1] / 4).reshape(-1, 7):
            print("      " + ", ".join(f"{weight:.3f}" for weight in scale) + ",")
        print("    ])")


main()
