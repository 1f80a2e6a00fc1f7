"""Fits the network that rates candidates for a P or T wave, or for a QRS complex's first flank, and prints it as JSON.

    python fit.py p|t|first SIGNALS CANDIDATES [SIGNALS CANDIDATES ...] > NETWORK.json

SIGNALS is a folder that prepare.py or stretch.py wrote, CANDIDATES what `candidates` made of it. In each lead of each beat the
candidate nearest to the manual peak is the wave, if it is near enough; the network's scores, as exponentials that are
shared out among the lead's candidates, are to give it the whole. Where a beat has no manual
P wave, none of its candidates is right, and a score that is fitted too, that of no wave, is to win. Every lead of a record counts alike, QTDB's two leads
as much as 18 of LUDB's.
"""
import json, sys
import numpy
from scipy.optimize import minimize

# Hidden units of one network, how many networks of other first weights are averaged, and what large weights cost; chosen by
# 4-fold cross-validation over records.
SETTINGS = {
    "t": dict(hidden=16, networks=8, penalty=5e-4, mark="t", near=12),
    "p": dict(hidden=8, networks=2, penalty=1e-3, mark="p", near=8, may_be_missing=True),
    "first": dict(hidden=4, networks=3, penalty=3e-3, mark="qrs on"),
}
# Grid samples between a manual QRS mark and the beat that is found: 150 ms, as beats are compared.
SAME_BEAT = 37
# Nearer to the start a wave may be cut off, and is then left unmarked.
EDGE = 110
NO_WAVE = -1


def right_one(places, mark, settings):
    """Index of the candidate that is right, None where none is."""
    if "near" in settings:
        nearest = min(range(len(places)), key=lambda index: abs(places[index] - mark))
        return nearest if abs(places[nearest] - mark) <= settings["near"] else None
    # A flank on the mark itself is not yet behind it.
    behind = [index for index, place in enumerate(places) if place >= mark + 1]
    return min(behind, key=lambda index: places[index], default=None)


def read(signals, candidates, kind):
    """Features of all candidates, and for each lead of each beat its rows, which of them is right, and its weight."""
    settings, mark = SETTINGS[kind], SETTINGS[kind]["mark"]
    with open(f"{signals}/index.json") as index, open(f"{signals}/manual.json") as file:
        records, manual = json.load(index), json.load(file)
    rows, groups = [], {}
    with open(candidates) as file:
        for line in file:
            record, beat, place, lead, what, position, *features = line.split(",")
            if what == kind:
                key = int(record), int(lead), int(beat), int(place)
                groups.setdefault(key, []).append((float(position), len(rows)))
                rows.append([float(number) for number in features])
    chosen = []
    for (record, lead, _, place), found in groups.items():
        scale = 250 / records[record]["samplingFrequency"]
        beats = [beat for beat in manual[record][lead]
                 if "qrs" in beat and abs(beat["qrs"] * scale - place) < SAME_BEAT]
        if not beats:
            continue
        rows_of_lead = [row for _, row in found]
        if mark in beats[0]:
            right = right_one([position for position, _ in found], beats[0][mark] * scale - place, settings)
            if right is not None and (len(found) > 1 or "may_be_missing" in settings):
                chosen.append((record, lead, rows_of_lead, right))
        elif "may_be_missing" in settings and place > EDGE:
            chosen.append((record, lead, rows_of_lead, NO_WAVE))
    counts = {}
    for record, lead, *_ in chosen:
        counts[record, lead] = counts.get((record, lead), 0) + 1
    share = lambda record: 1.5 if records[record]["name"].startswith("qtdb") else 1 / 12
    return numpy.array(rows), [(at, best, share(record) / counts[record, lead]) for record, lead, at, best in chosen]


def fit(features, groups, hidden, penalty, seed, may_be_missing):
    """Weights of one network on standardised features, and the score of no wave."""
    rows = numpy.concatenate([at for at, _, _ in groups])
    lengths = numpy.array([len(at) for at, _, _ in groups])
    starts = numpy.concatenate([[0], numpy.cumsum(lengths)[:-1]])
    segment = numpy.repeat(numpy.arange(len(groups)), lengths)
    best = numpy.array([best for _, best, _ in groups])
    is_there = best != NO_WAVE
    target = (starts + best)[is_there]
    weight = numpy.array([weight for _, _, weight in groups])
    weight /= weight.sum()
    x = features[rows]
    width = x.shape[1]
    shapes = [(width, hidden), (hidden,), (hidden,), (width,), (1,)]

    def parts(flat):
        ends = numpy.cumsum([int(numpy.prod(shape)) for shape in shapes])
        return [piece.reshape(shape) for piece, shape in zip(numpy.split(flat, ends[:-1]), shapes)]

    def loss(flat):
        weights, offsets, outputs, direct, (none,) = parts(flat)
        units = numpy.tanh(x @ weights + offsets)
        score = units @ outputs + x @ direct
        most = numpy.maximum.reduceat(score, starts)
        if may_be_missing:
            most = numpy.maximum(most, none)
        part = numpy.exp(score - most[segment])
        missing = numpy.exp(none - most) if may_be_missing else 0 * most
        total = numpy.add.reduceat(part, starts) + missing
        large = (weights**2).sum() + (outputs**2).sum() + (direct**2).sum()
        value = (weight * (numpy.log(total) + most)).sum() + penalty * large
        value -= (weight[is_there] * score[target]).sum() + none * weight[~is_there].sum()
        slope = part / total[segment] * weight[segment]
        slope[target] -= weight[is_there]
        of_none = (missing / total * weight).sum() - weight[~is_there].sum()
        inner = numpy.outer(slope, outputs) * (1 - units**2)
        gradient = [x.T @ inner + 2 * penalty * weights, inner.sum(0), units.T @ slope + 2 * penalty * outputs,
                    x.T @ slope + 2 * penalty * direct, numpy.array([of_none])]
        return value, numpy.concatenate([piece.ravel() for piece in gradient])

    random = numpy.random.default_rng(seed)
    first = numpy.concatenate([random.normal(0, 0.3, width * hidden), numpy.zeros(hidden),
                               random.normal(0, 0.3, hidden), numpy.zeros(width + 1)])
    found = minimize(loss, first, jac=True, method="L-BFGS-B", options=dict(maxiter=300))
    print(f"seed {seed}: {found.fun:.5f} after {found.nit} steps", file=sys.stderr)
    return parts(found.x)


def main():
    kind, *paths = sys.argv[1:]
    settings = SETTINGS[kind]
    features, groups = numpy.zeros((0, 0)), []
    for signals, candidates in zip(paths[::2], paths[1::2]):
        more, chosen = read(signals, candidates, kind)
        groups += [(numpy.array(at) + len(features), best, weight) for at, best, weight in chosen]
        features = numpy.concatenate([features, more]) if len(features) else more
    used = numpy.concatenate([at for at, _, _ in groups])
    mean, spread = features[used].mean(0), features[used].std(0) + 1e-9
    may_be_missing = "may_be_missing" in settings
    networks = [fit((features - mean) / spread, groups, settings["hidden"], settings["penalty"], seed, may_be_missing)
                for seed in range(settings["networks"])]
    # Networks side by side are one network with the units of all; standardisation goes into the weights.
    network = dict(weights=[], offsets=[], outputs=[], direct=0, none=0)
    for weights, offsets, outputs, direct, (none,) in networks:
        weights = weights / spread[:, None]
        network["weights"] += weights.T.ravel().tolist()
        network["offsets"] += (offsets - mean @ weights).tolist()
        network["outputs"] += (outputs / len(networks)).tolist()
        network["direct"] += direct / spread / len(networks)
        # Scores of candidates lack what standardisation takes from the direct inputs; so must the score of no wave.
        network["none"] += (none + mean @ (direct / spread)) / len(networks)
    network["direct"] = network["direct"].tolist()
    if not may_be_missing:
        del network["none"]
    json.dump(network, sys.stdout)


main()
