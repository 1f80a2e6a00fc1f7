"""Writes the signals and manual boundaries on which the delineator's boundaries are fitted.

    python prepare.py DATA OUT [--records N]

DATA has the folders qtdb and ludb/data. With --records only the first N of the even half of each set are taken: to try
the programs, not to fit.
"""
import argparse, json, os, sys
import wfdb

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from recordings import BEATS, Collection, even_half

# Samples (250 Hz) of a QTDB record before its first and behind its last mark that are kept: the annotators marked
# stretches, and a beat is averaged with its neighbours.
BEFORE, BEHIND = 7500, 5000


def manual_beats(path, extension):
    """The waves of each beat, as marks such as {"p on": 210, "p": 225, "p off": 240, "qrs on": ...}, in samples."""
    marks, beats = wfdb.rdann(path, extension), []
    onset = wave = None
    for sample, symbol in zip(marks.sample, marks.symbol):
        sample = int(sample)
        if symbol == "(":
            onset, wave = sample, None
        elif symbol == ")":
            if wave and beats:
                beats[-1][wave + " off"] = sample
            wave = None
        elif symbol in ("p", "t") or symbol in BEATS:
            wave = symbol if symbol in ("p", "t") else "qrs"
            if not beats or wave == "p" or (wave == "qrs" and beats[-1].keys() & {"qrs", "t"}):
                beats.append({})
            beats[-1][wave] = sample
            if onset is not None:
                beats[-1][wave + " on"] = onset
            onset = None
        else:
            onset = wave = None
    return beats


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data")
    parser.add_argument("out")
    parser.add_argument("--records", type=int)
    arguments = parser.parse_args()
    out, manual = Collection(arguments.out), []

    folder = os.path.join(arguments.data, "qtdb")
    for name in even_half(folder, suffix=".q1c")[: arguments.records]:
        path = os.path.join(folder, name)
        record, beats = wfdb.rdrecord(path), manual_beats(path, "q1c")
        samples = [sample for beat in beats for sample in beat.values()]
        start, end = max(0, min(samples) - BEFORE), min(record.sig_len, max(samples) + BEHIND)
        beats = [{wave: sample - start for wave, sample in beat.items()} for beat in beats]
        out.add(f"qtdb_{name}", record.p_signal[start:end].T, samplingFrequency=record.fs)
        # One annotator, who looked at both leads.
        manual.append([beats] * record.n_sig)

    folder = os.path.join(arguments.data, "ludb", "data")
    for name in even_half(folder)[: arguments.records]:
        path = os.path.join(folder, name)
        record = wfdb.rdrecord(path)
        out.add(f"ludb_{name}", record.p_signal.T, samplingFrequency=record.fs)
        manual.append([manual_beats(path, lead.lower()) for lead in record.sig_name])

    out.close()
    with open(os.path.join(arguments.out, "manual.json"), "w") as file:
        json.dump(manual, file)


main()
