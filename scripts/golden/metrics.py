#!/usr/bin/env python3
"""Writes Tests/ECGBenchmarkTests/Golden/metrics.json: metrics by scikit-learn, bootstrap intervals by numpy.

Run from the repository root with scikit-learn and numpy installed: python3 scripts/golden/metrics.py
"""
import json
import warnings

import numpy as np
from sklearn.metrics import (accuracy_score, f1_score, mean_absolute_error, r2_score, roc_auc_score,
                             root_mean_squared_error)

rng = np.random.default_rng(20240611)


def classification(name, truth, scores, classes, patients=None):
    truth, scores = np.asarray(truth), np.asarray(scores, float)
    present = [c for c in range(classes) if 0 < (truth == c).sum() < len(truth)]
    areas = [roc_auc_score(truth == c, scores[:, c]) if c in present else None for c in range(classes)]
    predicted = scores.argmax(axis=1)
    return {
        "name": name, "truth": truth.tolist(), "scores": scores.tolist(), "class_count": classes,
        "patients": [f"p{i}" for i in (patients if patients is not None else range(len(truth)))],
        "areas": areas, "macro_auc": float(np.mean([areas[c] for c in present])),
        "accuracy": float(accuracy_score(truth, predicted)),
        "macro_f1": float(f1_score(truth, predicted, average="macro")),
    }


def regression(name, truth, predictions, patients=None):
    return {
        "name": name, "truth": truth.tolist(), "predictions": predictions.tolist(),
        "patients": [f"p{i}" for i in (patients if patients is not None else range(len(truth)))],
        "mae": float(mean_absolute_error(truth, predictions)),
        "rmse": float(root_mean_squared_error(truth, predictions)),
        "r2": float(r2_score(truth, predictions)),
    }


def bootstrap(patients, metric, replicates=20000):
    """2.5% and 97.5% points of metric(row numbers) over replicates that draw patients with replacement."""
    rows = [np.flatnonzero(patients == p) for p in np.unique(patients)]
    values = []
    for _ in range(replicates):
        drawn = rng.integers(len(rows), size=len(rows))
        values.append(metric(np.concatenate([rows[d] for d in drawn])))
    return [float(v) for v in np.percentile(values, [2.5, 97.5])]


def area(positive, score):
    order = np.argsort(score, kind="stable")
    sorted_scores = score[order]
    first = np.searchsorted(sorted_scores, score, "left")
    last = np.searchsorted(sorted_scores, score, "right")
    ranks = 0.5 * (first + last + 1)
    p, n = positive.sum(), (~positive).sum()
    return (ranks[positive].sum() - p * (p + 1) / 2) / (p * n)


def with_intervals():
    patients = np.sort(rng.integers(150, size=300))
    truth = rng.integers(3, size=300)
    # Recordings of a patient share part of their error, so intervals by patient are wider than by recording.
    shared = rng.normal(size=(150, 3))[patients]
    scores = np.round(1.2 * np.eye(3)[truth] + 0.8 * shared + 0.6 * rng.normal(size=(300, 3)), 2)
    case = classification("three classes, two recordings a patient", truth, scores, 3, patients)
    predicted = scores.argmax(axis=1)

    def f1(i):
        t, p = truth[i], predicted[i]
        return np.mean([2 * ((t == c) & (p == c)).sum() / ((t == c).sum() + (p == c).sum()) for c in range(3)])

    case["intervals"] = {
        "macro_auc": bootstrap(patients, lambda i: np.mean([area(truth[i] == c, scores[i, c]) for c in range(3)])),
        "accuracy": bootstrap(patients, lambda i: np.mean(truth[i] == predicted[i])),
        "macro_f1": bootstrap(patients, f1),
    }
    target = np.round(60 + 15 * rng.normal(size=300), 1)
    predictions = np.round(target + 4 * shared[:, 0] + 3 * rng.normal(size=300), 1)
    error = np.abs(target - predictions)
    other = regression("two recordings a patient", target, predictions, patients)
    other["intervals"] = {
        "mae": bootstrap(patients, lambda i: error[i].mean()),
        "rmse": bootstrap(patients, lambda i: np.sqrt((error[i] ** 2).mean())),
        "r2": bootstrap(patients, lambda i: 1 - (error[i] ** 2).sum() / ((target[i] - target[i].mean()) ** 2).sum()),
    }
    return case, other


warnings.simplefilter("ignore")
truth = rng.integers(5, size=80)
ties = np.round(rng.random((80, 5)) + 0.3 * np.eye(5)[truth], 1)
absent = rng.choice([0, 2, 3], size=60)
never = np.round(rng.random((60, 5)), 2)
never[:, 3] = -1  # class 3 is never predicted, class 1 predicted though never true, class 4 neither
never[:, 4] = -2
one_sided = rng.integers(2, size=20)
grouped, numbers = with_intervals()
cases = {
    "classification": [
        classification("five classes with ties", truth, ties, 5),
        classification("absent classes", absent, never, 5),
        classification("two classes, all scores equal", one_sided, np.full((20, 2), 0.5), 2),
        grouped,
    ],
    "regression": [
        regression("forty numbers", np.round(rng.normal(size=40), 3), np.round(rng.normal(size=40), 3)),
        numbers,
    ],
}
with open("Tests/ECGBenchmarkTests/Golden/metrics.json", "w") as file:
    json.dump(cases, file)
    file.write("\n")
