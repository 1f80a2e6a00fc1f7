"""Fits one of the two networks that give candidates their log odds.

    python fit.py INDEX FEATURES INPUTS HIDDEN OUT.json

INDEX is index.json of prepare.py, FEATURES what the program `features` wrote. One hidden layer of rectified units,
cross-entropy, Adam with a step that falls along a cosine. First weights and the order of candidates come from a
generator with seed 0.
"""
import os

# One thread: sums in another order give other last digits, and 30 rounds of fitting make them larger.
os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"
import argparse, json
import numpy

# How much each kind of signal counts, chosen by hand on the even half. Records of a kind count alike, however long.
WEIGHTS = {
    "mitdb-first": 6, "mitdb-second": 0.5, "slowed": 1, "altered-mitdb": 3, "altered-qtdb": 2, "muscle": 1.5,
    "baseline": 1.2, "motion": 2.5, "noise": 1.5, "ludb": 3, "qtdb-first": 3, "qtdb-second": 0.7}
EPOCHS, PER_EPOCH, BATCH = 30, 400000, 1024
DECAY, FIRST_STEP, LAST_STEP = 2e-5, 4e-3, 1e-4


def load(index, features, inputs):
    rows = numpy.fromfile(features, numpy.float32).reshape(-1, inputs + 2)
    record = rows[:, inputs + 1].astype(int)
    with open(index) as file:
        groups = numpy.array([entry["group"] for entry in json.load(file)])
    candidates = numpy.bincount(record, minlength=len(groups)).astype(float)
    weights, group = numpy.zeros(len(rows)), groups[record]
    for kind in set(group):
        own = group == kind
        weights[own] = WEIGHTS[kind] / len(set(record[own])) / candidates[record[own]]
    return rows[:, :inputs], rows[:, inputs], weights / weights.mean(), group


def forward(inputs, network):
    weights, offsets, outputs, offset = network
    hidden = numpy.maximum(inputs @ weights + offsets, 0)
    return hidden, hidden @ outputs + offset


def fit(features, labels, weights, units):
    random = numpy.random.default_rng(0)
    mean, deviation = features.mean(0), features.std(0) + 1e-6
    scaled = ((features - mean) / deviation).astype(numpy.float32)
    share, count = weights / weights.sum(), scaled.shape[1]
    network = [
        random.normal(0, 1 / numpy.sqrt(count), (count, units)).astype(numpy.float32),
        numpy.zeros(units, numpy.float32),
        random.normal(0, 1 / numpy.sqrt(units), units).astype(numpy.float32),
        numpy.zeros(1, numpy.float32)]
    moments = [numpy.zeros_like(part) for part in network]
    squares = [numpy.zeros_like(part) for part in network]
    turn = 0
    for epoch in range(EPOCHS):
        # Candidates are drawn as often as they count.
        order = random.choice(len(labels), size=min(PER_EPOCH, len(labels)), p=share)
        step = FIRST_STEP * 0.5 * (1 + numpy.cos(numpy.pi * epoch / EPOCHS)) + LAST_STEP
        for start in range(0, len(order), BATCH):
            batch = order[start : start + BATCH]
            inputs = scaled[batch]
            hidden, odds = forward(inputs, network)
            error = ((1 / (1 + numpy.exp(-odds)) - labels[batch]) / len(batch)).astype(numpy.float32)
            back = (error[:, None] * network[2]) * (hidden > 0)
            gradients = [
                inputs.T @ back + DECAY * network[0], back.sum(0),
                hidden.T @ error + DECAY * network[2], error.sum(keepdims=True)]
            turn += 1
            for k, gradient in enumerate(gradients):
                moments[k] = 0.9 * moments[k] + 0.1 * gradient
                squares[k] = 0.999 * squares[k] + 0.001 * gradient**2
                size = numpy.sqrt(squares[k] / (1 - 0.999**turn)) + 1e-8
                network[k] = network[k] - step * (moments[k] / (1 - 0.9**turn)) / size
    # The scaling goes into the weights, so the detector need not know it.
    weights = network[0] / deviation[:, None]
    return [weights, network[1] - (mean / deviation) @ network[0], network[2], network[3]]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name, kind in (("index", str), ("features", str), ("inputs", int), ("hidden", int), ("out", str)):
        parser.add_argument(name, type=kind)
    arguments = parser.parse_args()
    features, labels, weights, group = load(arguments.index, arguments.features, arguments.inputs)
    network = fit(features, labels, weights, arguments.hidden)
    odds = forward(features, network)[1]
    for kind in WEIGHTS:
        beats = (group == kind) & (labels == 1)
        others = (group == kind) & (labels == 0)
        print(
            f"{kind:14} {beats.sum():7} beats, odds against {(odds[beats] < 0).sum():5}; "
            f"{others.sum():7} others, odds for {(odds[others] >= 0).sum():5}")
    # Four digits, as in the Swift file: the second pass is fitted behind the first as it will be used.
    digits = lambda values: [float(f"{value:.4g}") for value in numpy.ravel(values)]
    parts = dict(weights=digits(network[0].T), offsets=digits(network[1]), outputs=digits(network[2]))
    with open(arguments.out, "w") as file:
        json.dump(dict(parts, offset=digits(network[3])[0]), file)


main()
