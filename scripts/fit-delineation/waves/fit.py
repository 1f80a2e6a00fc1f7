"""Fits the network that rates candidates for a P or T wave, or for a QRS complex's first flank, and prints it as JSON.

    python fit.py p|t|first SIGNALS CANDIDATES [SIGNALS CANDIDATES ...] > NETWORK.json

SIGNALS is a folder that prepare.py or stretch.py wrote, CANDIDATES what `candidates` made of it. In each lead of each beat the
candidate nearest to the manual peak is the wave, if it is near enough; the network's scores, as exponentials that are
shared out among the lead's candidates, are to give it the whole. Every lead of a record counts alike, QTDB's two leads
as much as 18 of LUDB's.
"""
import json, sys
import numpy
from scipy.optimize import minimize

# Hidden units of one network, how many networks of other first weights are averaged, and what large weights cost; chosen by
# 4-fold cross-validation over records.
SETTINGS = {
    "t": dict(hidden=4, networks=4, penalty=3e-3, mark="t", near=12),
    "p": dict(hidden=8, networks=2, penalty=1e-3, mark="p", near=8),
    "first": dict(hidden=4, networks=3, penalty=3e-3, mark="qrs on"),
}
# Grid samples between a manual QRS mark and the beat that is found: 150 ms, as beats are compared.
SAME_BEAT = 37


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
                 if "qrs" in beat and mark in beat and abs(beat["qrs"] * scale - place) < SAME_BEAT]
        if not beats or len(found) < 2:
            continue
        right = right_one([position for position, _ in found], beats[0][mark] * scale - place, settings)
        if right is not None:
            chosen.append((record, lead, [row for _, row in found], right))
    counts = {}
    for record, lead, *_ in chosen:
        counts[record, lead] = counts.get((record, lead), 0) + 1
    share = lambda record: 1.5 if records[record]["name"].startswith("qtdb") else 1 / 12
    return numpy.array(rows), [(at, best, share(record) / counts[record, lead]) for record, lead, at, best in chosen]


def fit(features, groups, hidden, penalty, seed):
    """Weights of one network on standardised features."""
    rows = numpy.concatenate([at for at, _, _ in groups])
    lengths = numpy.array([len(at) for at, _, _ in groups])
    starts = numpy.concatenate([[0], numpy.cumsum(lengths)[:-1]])
    segment = numpy.repeat(numpy.arange(len(groups)), lengths)
    target = starts + numpy.array([best for _, best, _ in groups])
    weight = numpy.array([weight for _, _, weight in groups])
    weight /= weight.sum()
    x = features[rows]
    width = x.shape[1]
    shapes = [(width, hidden), (hidden,), (hidden,), (width,)]

    def parts(flat):
        ends = numpy.cumsum([int(numpy.prod(shape)) for shape in shapes])
        return [piece.reshape(shape) for piece, shape in zip(numpy.split(flat, ends[:-1]), shapes)]

    def loss(flat):
        weights, offsets, outputs, direct = parts(flat)
        units = numpy.tanh(x @ weights + offsets)
        score = units @ outputs + x @ direct
        most = numpy.maximum.reduceat(score, starts)
        part = numpy.exp(score - most[segment])
        total = numpy.add.reduceat(part, starts)
        large = (weights**2).sum() + (outputs**2).sum() + (direct**2).sum()
        value = (weight * (numpy.log(total) + most - score[target])).sum() + penalty * large
        slope = part / total[segment] * weight[segment]
        slope[target] -= weight
        inner = numpy.outer(slope, outputs) * (1 - units**2)
        gradient = [x.T @ inner + 2 * penalty * weights, inner.sum(0), units.T @ slope + 2 * penalty * outputs,
                    x.T @ slope + 2 * penalty * direct]
        return value, numpy.concatenate([piece.ravel() for piece in gradient])

    random = numpy.random.default_rng(seed)
    first = numpy.concatenate([random.normal(0, 0.3, width * hidden), numpy.zeros(hidden),
                               random.normal(0, 0.3, hidden), numpy.zeros(width)])
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
    networks = [fit((features - mean) / spread, groups, settings["hidden"], settings["penalty"], seed)
                for seed in range(settings["networks"])]
    # Networks side by side are one network with the units of all; standardisation goes into the weights.
    network = dict(weights=[], offsets=[], outputs=[], direct=0)
    for weights, offsets, outputs, direct in networks:
        weights = weights / spread[:, None]
        network["weights"] += weights.T.ravel().tolist()
        network["offsets"] += (offsets - mean @ weights).tolist()
        network["outputs"] += (outputs / len(networks)).tolist()
        network["direct"] += direct / spread / len(networks)
    network["direct"] = network["direct"].tolist()
    json.dump(network, sys.stdout)


main()
