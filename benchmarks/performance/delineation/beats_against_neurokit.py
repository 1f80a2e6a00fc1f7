"""Beat detection against NeuroKit2 on MIT-BIH records, clean and with noise, in one run.

    python beats_against_neurokit.py CHECK MITDB NSTDB [--json FILE] [--conditions clean,bw0,ma0,...]

CHECK is the program `delineation-check` (swift build -c release --product delineation-check); MITDB and NSTDB are
folders of the MIT-BIH Arrhythmia and Noise Stress Test databases. The peer is NeuroKit2's ecg_clean and ecg_peaks with
their defaults. Needs wfdb, numpy and neurokit2.

First signal, whole records, 150 ms, one-to-one; ventricular flutter between [ and ] left out. Noise is the first signal
of bw or ma, added over the whole record. As in nst of the WFDB software, the signal's power is the square of the mean
peak-to-peak amplitude of the first 300 beats (within 50 ms, without the 5 % smallest and largest) over 8, and the
noise's is the square of its mean rms over 1 s (without the 5 % smallest and largest).
"""
import argparse, glob, json, os, subprocess, time
import neurokit2, numpy, wfdb

BEATS = set("NLRBAaJSVrFejnE/fQ?")


def record(path):
    signal = wfdb.rdrecord(path, channels=[0]).p_signal[:, 0]
    marks = wfdb.rdann(path, "atr")
    beats = numpy.array([s for s, c in zip(marks.sample, marks.symbol) if c in BEATS])
    flutter, start = [], None
    for sample, symbol in zip(marks.sample, marks.symbol):
        if symbol == "[":
            start = sample
        if symbol == "]" and start is not None:
            flutter.append((start, sample))
    return signal, beats, flutter


def trimmed_mean(values):
    values = numpy.sort(values)
    cut = int(0.05 * len(values))
    return values[cut : len(values) - cut].mean()


def noise_gain(signal, beats, noise, frequency, decibels):
    reach = int(0.05 * frequency)
    inside = [b for b in beats[:300] if b >= reach and b + reach < len(signal)]
    amplitude = trimmed_mean([numpy.ptp(signal[b - reach : b + reach + 1]) for b in inside])
    seconds = noise[: len(noise) // frequency * frequency].reshape(-1, frequency)
    return amplitude / numpy.sqrt(8) / (trimmed_mean(seconds.std(axis=1)) * 10 ** (decibels / 20))


def matched(reference, found, window):
    """One-to-one pairs, nearest first."""
    pairs, first = [], 0
    for i, sample in enumerate(reference):
        while first < len(found) and sample - found[first] > window:
            first += 1
        j = first
        while j < len(found) and found[j] - sample <= window:
            pairs.append((abs(int(found[j]) - int(sample)), i, j))
            j += 1
    used_reference, used_found = set(), set()
    for _, i, j in sorted(pairs):
        if i not in used_reference and j not in used_found:
            used_reference.add(i)
            used_found.add(j)
    return len(used_reference)


def score(reference, found, flutter, frequency):
    keep = lambda beats: [b for b in beats if not any(a <= b <= e for a, e in flutter)]
    reference, found = keep(reference), keep(found)
    true = matched(reference, found, 0.15 * frequency)
    return numpy.array([true, len(reference) - true, len(found) - true])


def ours(check, signal, frequency):
    run = subprocess.run(
        [check, "find", str(frequency)], input=signal.astype(numpy.float32).tobytes(), capture_output=True, check=True)
    return numpy.array([int(line) for line in run.stdout.split()], dtype=int)


def peer(signal, frequency):
    cleaned = neurokit2.ecg_clean(signal, sampling_rate=frequency)
    return numpy.asarray(neurokit2.ecg_peaks(cleaned, sampling_rate=frequency)[1]["ECG_R_Peaks"], dtype=int)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("check")
    parser.add_argument("mitdb")
    parser.add_argument("nstdb")
    parser.add_argument("--json")
    parser.add_argument(
        "--conditions", default="clean,118e24,118e12,118e00,bw12,bw6,bw0,ma12,ma6,ma0", help="comma-separated")
    arguments = parser.parse_args()
    frequency = 360
    records = {os.path.basename(p)[:-4]: record(p[:-4]) for p in sorted(glob.glob(arguments.mitdb + "/*.hea"))}
    noises = {
        kind: wfdb.rdrecord(f"{arguments.nstdb}/{kind}", channels=[0], physical=False).d_signal[:, 0].astype(float)
        for kind in ("bw", "ma")
    }
    results = {}
    print("condition\tours Se %\tours P+ %\tNeuroKit2 Se %\tNeuroKit2 P+ %\tours s\tNeuroKit2 s")
    for condition in arguments.conditions.split(","):
        kind = condition[:2]
        if condition.startswith("118e"):
            cases = [record(f"{arguments.nstdb}/{condition}")]
        elif kind in noises:
            noise = noises[kind] - noises[kind].mean()
            cases = []
            for signal, beats, flutter in records.values():
                gain = noise_gain(signal, beats, noise, frequency, float(condition[2:]))
                cases.append((signal + gain * noise[: len(signal)], beats, flutter))
        else:
            cases = list(records.values())
        totals, seconds = [numpy.zeros(3, int), numpy.zeros(3, int)], [0.0, 0.0]
        for signal, beats, flutter in cases:
            for side, find in enumerate((lambda: ours(arguments.check, signal, frequency), lambda: peer(signal, frequency))):
                start = time.perf_counter()
                found = find()
                seconds[side] += time.perf_counter() - start
                totals[side] += score(beats, found, flutter, frequency)
        figures = []
        for true, missed, false in totals:
            figures += [100 * true / max(true + missed, 1), 100 * true / max(true + false, 1)]
        results[condition] = dict(zip(("sensitivity", "positive_predictivity", "peer_sensitivity",
                                       "peer_positive_predictivity"), (f / 100 for f in figures)))
        print("\t".join([condition] + [f"{f:.2f}" for f in figures] + [f"{s:.1f}" for s in seconds]), flush=True)
    if arguments.json:
        with open(arguments.json + ".tmp", "w") as file:
            json.dump(results, file, indent=2)
        os.replace(arguments.json + ".tmp", arguments.json)


if __name__ == "__main__":
    main()
