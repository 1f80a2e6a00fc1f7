"""Writes pieces of recordings and of noise on which it is fitted whether a row of beats is believed.

    python prepare.py DATA OUT [--other]

DATA has the folders mitdb, nstdb, qtdb and ludb/data; OUT gets about 0.4 GB. Pieces are of the even half of the records
and of the first half, in time, of each noise; with --other, of the rest: to report, not to fit. A generator with a seed
draws everything random.
"""
import argparse, importlib.util, os, sys
import numpy, wfdb

here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(here, ".."))
from recordings import Collection, even_half, reference_beats

# Of the other prepare.py: how beats are altered, noise is made and added.
place = importlib.util.spec_from_file_location("beats", os.path.join(here, "..", "beats", "prepare.py"))
beats_part = importlib.util.module_from_spec(place)
place.loader.exec_module(beats_part)
FREQUENCY, LEFT_OUT = beats_part.FREQUENCY, beats_part.LEFT_OUT
altered, made_noise, noise_gain = beats_part.altered, beats_part.made_noise, beats_part.noise_gain


def recorded_noise(data, other):
    """Both signals of nstdb's ma and bw, and electrode motion."""
    noise = {
        kind: wfdb.rdrecord(os.path.join(data, "nstdb", kind), physical=False).d_signal.astype(float)
        for kind in ("ma", "bw")}
    noise["em"] = 200 * beats_part.electrode_motion(data)
    for kind, values in noise.items():
        middle = len(values) // 2
        own = values[middle:] if other else values[:middle]
        noise[kind] = own.T - own.T.mean(axis=1, keepdims=True)
    return noise


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data")
    parser.add_argument("out")
    parser.add_argument("--other", action="store_true")
    arguments = parser.parse_args()
    path = lambda *parts: os.path.join(arguments.data, *parts)
    random = numpy.random.default_rng(101 if arguments.other else 100)
    out = Collection(arguments.out)

    def add(group, signal, frequency, record=""):
        name = f"{len(out.entries):06d}"
        out.add(name, signal, group=group, samplingFrequency=frequency, record=record)

    def cut(signal, count):
        start = int(random.integers(signal.shape[-1] - count + 1))
        return signal[..., start : start + count]

    noise = recorded_noise(arguments.data, arguments.other)
    lead = lambda values: values[int(random.integers(2))]
    for kind, values in noise.items():
        for seconds, count in ((10, 300), (5, 100), (30, 80)):
            for index in range(count):
                add(f"noise-{kind}-{seconds}", cut(values[index % 2], seconds * FREQUENCY) / 400, FREQUENCY)
        for _ in range(150):
            frequency = int(random.choice([250, 300, 430, 500]))
            add(f"noise-{kind}-speed", cut(lead(values), 10 * frequency) / 400, frequency)
        for _ in range(100):
            added = lead(noise[random.choice(sorted(noise))])
            mixed = cut(lead(values), 3600) + random.uniform(-1, 1) * cut(added, 3600)
            add(f"noise-{kind}-mixed", mixed / 400, FREQUENCY)
    for index in range(360):
        frequency = int(random.choice([100, 250, 360, 500]))
        count = frequency * int(random.choice([10, 10, 10, 30]))
        add(f"noise-made{index % 6}", made_noise(random, index % 6, count, frequency), frequency)
    for _ in range(200):
        add("noise-white", 0.1 * random.normal(size=5000), 500)
        add("noise-walk", 0.02 * numpy.cumsum(random.normal(size=5000)), 500)

    def add_pieces(group, record, signal, frequency, beats, flutter, count, seconds=10):
        length = int(seconds * frequency)
        for _ in range(count):
            start = int(random.integers(len(signal) - length + 1))
            inside = sum(start <= beat < start + length for beat in beats)
            if any(first < start + length and end > start for first, end in flutter):
                continue
            # A pause, or beats that nobody marked.
            if inside >= max(2, 0.35 * seconds):
                add(group, signal[start : start + length], frequency, record)

    for name in even_half(path("mitdb"), other=arguments.other):
        record = wfdb.rdrecord(path("mitdb", name))
        beats, flutter = reference_beats(path("mitdb", name))
        for index in (0, 1):
            group, signal = f"mitdb{index}", record.p_signal[:, index]
            for suffix, count, seconds in (("", 250, 10), ("-5", 60, 5), ("-3", 40, 3), ("-30", 30, 30)):
                add_pieces(group + suffix, name, signal, FREQUENCY, beats, flutter, count, seconds)
            # Slowed down by 1.3: said to be of 275 Hz.
            add_pieces(group + "-slowed", name, signal, 275, beats, flutter, 40)
            changed = altered(random, signal, beats, FREQUENCY)
            add_pieces(group + "-altered", name, changed, FREQUENCY, beats, flutter, 60)
        signal = record.p_signal[:, 0]
        for kind, values in noise.items():
            for decibels in (12, 6, 0):
                shifted = numpy.roll(values[0], int(random.integers(values.shape[1])))
                added = noise_gain(signal, beats, values[0], decibels) * numpy.resize(shifted, len(signal))
                add_pieces(f"with-{kind}-{decibels}", name, signal + added, FREQUENCY, beats, flutter, 40)
    for name in even_half(path("qtdb"), other=arguments.other):
        if name in LEFT_OUT and not arguments.other:
            continue
        record = wfdb.rdrecord(path("qtdb", name))
        if os.path.exists(path("qtdb", name + ".atr")):
            beats, flutter = reference_beats(path("qtdb", name))
        else:
            beats, flutter = range(0, len(record.p_signal), record.fs), []
        for index in (0, 1):
            add_pieces(f"qtdb{index}", name, record.p_signal[:, index], record.fs, beats, flutter, 30)
    for name in even_half(path("ludb", "data"), key=int, other=arguments.other):
        record = wfdb.rdrecord(path("ludb", "data", name))
        for index in range(12):
            add("ludb", record.p_signal[:, index], record.fs, name)
    out.close()


if __name__ == "__main__":
    main()
