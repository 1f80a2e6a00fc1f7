"""Records of the even half, their manual beats, and the files in which they are handed to the Swift programs."""
import json, os
import numpy, wfdb

BEATS = set("NLRBAaJSVrFejnE/fQ?")


def even_half(folder, key=None, suffix=".hea", other=False):
    """Names of the records with an even index, in order of name or of `key`; or the others, which no fit opens."""
    names = [name[: -len(suffix)] for name in os.listdir(folder) if name.endswith(suffix)]
    return sorted(names, key=key)[1 if other else 0 :: 2]


def reference_beats(path):
    """Samples of the beats in `path`.atr, and the stretches of ventricular flutter in it."""
    marks = wfdb.rdann(path, "atr")
    beats = [sample for sample, symbol in zip(marks.sample, marks.symbol) if symbol in BEATS]
    flutter, start = [], None
    for sample, symbol in zip(marks.sample, marks.symbol):
        if symbol == "[":
            start = int(sample)
        if symbol == "]" and start is not None:
            flutter.append([start, int(sample)])
            start = None
    return beats, flutter


class Collection:
    """A folder of signals, NAME.f32 (lead after lead, in mV), and index.json, which lists them in order."""

    def __init__(self, folder):
        os.makedirs(folder, exist_ok=True)
        self.folder, self.entries = folder, []

    def add(self, name, leads, **facts):
        leads = numpy.atleast_2d(numpy.asarray(leads, numpy.float32))
        leads.tofile(os.path.join(self.folder, name + ".f32"))
        self.entries.append(dict(name=name, leads=leads.shape[0], **facts))

    def close(self):
        with open(os.path.join(self.folder, "index.json"), "w") as file:
            json.dump(self.entries, file, default=int, indent=0)
