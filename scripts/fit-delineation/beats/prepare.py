"""Writes the signals on which the odds of beats are fitted.

    python prepare.py DATA OUT [--records N]

DATA has the folders mitdb, nstdb, qtdb and ludb/data; OUT gets about 0.5 GB. With --records only the first N of the
even half of each set are taken: to try the programs, not to fit.

Two generators with seeds draw everything random, in the order of the signals; another set of records draws other
numbers.
"""
import argparse, os, sys
import numpy, wfdb
from scipy.signal import lfilter

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from recordings import Collection, even_half, reference_beats

# Excerpts of MIT-BIH records of the odd half.
LEFT_OUT = {"sel104", "sel116"}
# MIT-BIH and its noise recordings, in Hz.
FREQUENCY = 360
NOISE_SAMPLES = 650000


def changed_in_runs(random, values, lengths, share, change, step=1):
    """Calls `change` on some runs of beats; `share` of the runs are changed, or every `step`-th beat of them."""
    first = 0
    while first < len(values):
        length = int(random.integers(*lengths))
        if random.random() < share:
            run = slice(first, first + length, step)
            values[run] = change(values[run])
        first += length


def altered(random, signal, beats, frequency):
    """The signal with beats made larger, smaller, wider or inverted: rhythms and shapes change more often than in the
    recordings, so the fit cannot rely on beats that are all alike."""
    count = len(beats)
    gain = numpy.exp(random.normal(0, 0.35, count))
    changed_in_runs(random, gain, (5, 40), 0.25, lambda run: run * numpy.exp(random.normal(-0.3, 0.5)))
    # Every other beat, as in bigeminy.
    changed_in_runs(random, gain, (10, 60), 0.15, lambda run: run * numpy.exp(random.normal(0.7, 0.3)), step=2)
    gain = numpy.clip(gain, 0.2, 3.5)
    width = numpy.ones(count)
    isWide = random.random(count) < 0.12
    width[isWide] = random.uniform(1.3, 2.2, isWide.sum())
    changed_in_runs(random, width, (3, 12), 0.06, lambda run: random.uniform(1.3, 2.2))
    sign = numpy.where(random.random(count) < 0.08, -1, 1)

    result = signal.copy()
    reach = int(0.08 * frequency)
    for k in range(1, count - 1):
        r = beats[k]
        start = r - min(int(0.45 * (r - beats[k - 1])), int(0.35 * frequency))
        end = r + min(int(0.55 * (beats[k + 1] - r)), int(0.6 * frequency))
        if start < 0 or end >= len(signal) or end - start < int(0.2 * frequency):
            continue
        places = numpy.arange(start, end + 1)
        # The QRS complex is stretched; what lies before and behind it gives the room.
        inner = [r - reach, r + reach]
        outer = [r - width[k] * 0.08 * frequency, r + width[k] * 0.08 * frequency]
        if not (start < outer[0] - 2 and outer[1] + 2 < end and start < inner[0] and inner[1] < end):
            outer = inner
        source = numpy.interp(places, [start, outer[0], r, outer[1], end], [start, inner[0], r, inner[1], end])
        stretched = numpy.interp(source, places, signal[start : end + 1])
        line = numpy.linspace(signal[start], signal[end], len(places))
        result[start : end + 1] = line + (stretched - line) * gain[k] * sign[k]
    return result


def trimmed_mean(values):
    values = numpy.sort(values)
    cut = int(0.05 * len(values))
    return values[cut : len(values) - cut].mean()


def noise_gain(signal, beats, noise, decibels):
    """What noise is to be multiplied by, as nst of the WFDB software measures signal and noise."""
    reach = int(0.05 * FREQUENCY)
    inside = [b for b in beats[:300] if b >= reach and b + reach < len(signal)]
    amplitude = trimmed_mean([numpy.ptp(signal[b - reach : b + reach + 1]) for b in inside])
    seconds = noise[: len(noise) // FREQUENCY * FREQUENCY].reshape(-1, FREQUENCY)
    return amplitude / numpy.sqrt(8) / (trimmed_mean(seconds.std(axis=1)) * 10 ** (decibels / 20))


def electrode_motion(data):
    """What 118e00 has and 118 has not, both signals in mV."""
    clean, noisy = (wfdb.rdrecord(os.path.join(data, name)).p_signal for name in ("mitdb/118", "nstdb/118e00"))
    # Noise begins at 5 minutes and is on in every other 2 minutes; a second at either end is cut off.
    time = numpy.arange(len(clean)) / FREQUENCY
    within = (time - 300) % 120
    is_on = (time >= 301) & (((time - 300) // 120) % 2 == 0) & (within > 1) & (within < 119)
    return (noisy - clean)[is_on]


def recorded_noise(data):
    """Second signals of nstdb: muscle, baseline, electrode motion. The first signals are kept for testing."""
    noise = {}
    for kind, name in (("muscle", "ma"), ("baseline", "bw")):
        record = wfdb.rdrecord(os.path.join(data, "nstdb", name), physical=False)
        noise[kind] = record.d_signal[:, 1].astype(float)
    noise["motion"] = numpy.resize(electrode_motion(data)[:, 1], NOISE_SAMPLES)
    return {kind: values - values.mean() for kind, values in noise.items()}


def made_noise(random, kind, count, frequency):
    """One of six kinds: white, low-passed, pink, hum, a resonance, and white in bursts."""
    white = random.normal(0, 1, count)
    one_pole = lambda share, values: lfilter([1], [1, -share], values)
    if kind == 0:
        return 0.1 * white
    if kind == 1:
        return 0.02 * one_pole(numpy.exp(-2 * numpy.pi * random.uniform(0.1, 5) / frequency), white)
    if kind == 2:
        return 0.05 * (one_pole(0.99, white) * 0.3 + one_pole(0.9, white) + white)
    if kind == 3:
        hum = 0.2 * numpy.sin(2 * numpy.pi * random.choice([50, 60]) * numpy.arange(count) / frequency + 1)
        return hum + 0.01 * white + 0.3 * numpy.sin(2 * numpy.pi * 0.3 * numpy.arange(count) / frequency)
    if kind == 4:
        turn = 2 * numpy.pi * random.uniform(3, 25) / frequency
        return 0.1 * lfilter([1], [1, -2 * 0.97 * numpy.cos(turn), 0.97**2], white)
    return 0.1 * white * numpy.exp(lfilter([1 - 0.999], [1, -0.999], random.normal(0, 40, count)))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data")
    parser.add_argument("out")
    parser.add_argument("--records", type=int)
    arguments = parser.parse_args()
    path = lambda *parts: os.path.join(arguments.data, *parts)
    out = Collection(arguments.out)

    def add(group, name, signal, frequency, beats, flutter=(), part=False):
        out.add(
            f"{group}_{name}", signal, group=group, samplingFrequency=frequency, beats=beats, flutter=flutter,
            isMarkedInPart=part)

    mitdb = even_half(path("mitdb"))[: arguments.records]
    qtdb = even_half(path("qtdb"))
    qtdb = [name for name in qtdb if os.path.exists(path("qtdb", name + ".atr"))][: arguments.records]
    ludb = even_half(path("ludb", "data"), key=int)[: arguments.records]
    read = lambda *parts: (wfdb.rdrecord(path(*parts)), *reference_beats(path(*parts)))
    of_mitdb = {name: read("mitdb", name) for name in mitdb}
    of_qtdb = {name: read("qtdb", name) for name in qtdb}

    # As recorded.
    for name, (record, beats, flutter) in of_mitdb.items():
        add("mitdb-first", name, record.p_signal[:, 0], FREQUENCY, beats, flutter)
    for name, (record, beats, flutter) in of_qtdb.items():
        if name not in LEFT_OUT:
            add("qtdb-first", name, record.p_signal[:, 0], record.fs, beats, flutter)
    for name in ludb:
        record = wfdb.rdrecord(path("ludb", "data", name))
        # Each lead has an annotator of its own, who often left the first and the last beat out.
        for lead, title in enumerate(record.sig_name):
            marks = wfdb.rdann(path("ludb", "data", name), title.lower())
            beats = [sample for sample, symbol in zip(marks.sample, marks.symbol) if symbol == "N"]
            add("ludb", f"{name}-{title.lower()}", record.p_signal[:, lead], record.fs, beats, part=True)
    for name, (record, beats, flutter) in of_mitdb.items():
        add("mitdb-second", name, record.p_signal[:, 1], FREQUENCY, beats, flutter)
        # Slowed down by 1.3: said to be of 275 Hz.
        for lead in (0, 1):
            add("slowed", f"{name}-{lead}", record.p_signal[:, lead], 275, beats, flutter)
    for name, (record, beats, flutter) in of_qtdb.items():
        if name not in LEFT_OUT:
            add("qtdb-second", name, record.p_signal[:, 1], record.fs, beats, flutter)

    random = numpy.random.default_rng(7)
    for name, (record, beats, flutter) in of_mitdb.items():
        for lead in (0, 1):
            signal = altered(random, record.p_signal[:, lead], beats, FREQUENCY)
            add("altered-mitdb", f"{name}-{lead}", signal, FREQUENCY, beats, flutter)
    for name, (record, beats, flutter) in of_qtdb.items():
        for lead in (0, 1):
            # Those left out take their random numbers too, so that the others' are those of the committed fit.
            signal = altered(random, record.p_signal[:, lead], beats, record.fs)
            if name not in LEFT_OUT:
                add("altered-qtdb", f"{name}-{lead}", signal, record.fs, beats, flutter)

    random = numpy.random.default_rng(11)
    noise = recorded_noise(arguments.data)
    for index, (name, (record, beats, flutter)) in enumerate(of_mitdb.items()):
        signal = record.p_signal[:, 0]
        for kind, values in noise.items():
            for turn in (0, 1):
                decibels = [0, 6, 12, 3][(index + 2 * turn) % 4]
                shifted = numpy.roll(values, int(random.integers(len(values))))[: len(signal)]
                added = noise_gain(signal, beats, values, decibels) * (shifted * random.choice([-1, 1]))
                add(kind, f"{name}-{turn}", signal + added, FREQUENCY, beats, flutter)
    # Noise without beats: every candidate is false.
    for index in range(60):
        frequency = int(random.choice([100, 250, 360, 500]))
        count = frequency * int(random.choice([10, 30, 120]))
        add("noise", f"made-{index}", made_noise(random, index % 6, count, frequency), frequency, [])
    for kind, values in noise.items():
        add("noise", kind, values / 400, FREQUENCY, [])
        for index in range(8):
            start = int(random.integers(600000))
            count = FREQUENCY * int(random.choice([10, 30]))
            add("noise", f"{kind}-{index}", values[start : start + count] / 400, FREQUENCY, [])
    out.close()


if __name__ == "__main__":
    main()
