"""Writes the signals of prepare.py with other PR, ST and TP segments, so that P waves far from the QRS complex are seen
in more than the few records that have them.

    python stretch.py SIGNALS CANDIDATES OUT

In each variant the segments from P offset to QRS onset, from QRS offset to T onset and from the end of a beat to the next
are stretched, each by a factor of its own; two leads of each record are kept. Beats without manual marks have their
record's usual ones.
"""
import json, sys
import numpy

sys.path.insert(0, __file__.rsplit("/", 2)[0])
from recordings import Collection

VARIANTS = 5
# Factors, drawn evenly on a logarithmic scale, and the longest PR interval in seconds.
PR, ST, TP, LONGEST_PR = (0.7, 4.0), (0.6, 1.8), (0.7, 1.3), 0.42
WAVES = ("p on", "p", "p off", "qrs on", "qrs", "qrs off", "t on", "t", "t off")


def common_marks(leads, rate):
    """The beats of the second lead, each mark the median of all leads' where at least half of them have it."""
    beats = []
    for beat in leads[1]:
        if "qrs" not in beat:
            continue
        marks = {}
        for lead in leads:
            for other in lead:
                if "qrs" in other and abs(other["qrs"] - beat["qrs"]) < 0.1 * rate:
                    for wave, sample in other.items():
                        marks.setdefault(wave, []).append(sample)
        beats.append({wave: float(numpy.median(found)) for wave, found in marks.items() if 2 * len(found) >= len(leads)})
    return beats


def all_beats(manual, places, rate):
    """A beat for each of `places`: the manual one, or the usual distances from its R peak."""
    usual = {wave: numpy.median([beat[wave] - beat["qrs"] for beat in manual if wave in beat])
             for wave in WAVES if any(wave in beat for beat in manual)}
    if 2 * sum("p" in beat for beat in manual) < len(manual):
        usual = {wave: distance for wave, distance in usual.items() if wave[0] != "p"}
    for place in places:
        marked = [beat for beat in manual if abs(beat["qrs"] - place) < 0.15 * rate]
        yield marked[0] if marked else {wave: place + distance for wave, distance in usual.items()}


def stretches(beats, rate, factor):
    """Segments (start, end, factor) in samples, which may overlap."""
    end = 0.0
    for beat in beats:
        if "qrs" not in beat:
            continue
        onset, offset = beat.get("qrs on", beat["qrs"] - 0.04 * rate), beat.get("qrs off", beat["qrs"] + 0.05 * rate)
        start = beat.get("p on", onset)
        if start > end:
            yield end, start, factor["tp"]
        if "p off" in beat and beat["p off"] < onset:
            room = max(0.0, LONGEST_PR * rate - (onset - start))
            yield beat["p off"], onset, min(factor["pr"], 1 + room / max(onset - beat["p off"], 1))
        t_onset = beat.get("t on", beat["t"] - 0.08 * rate if "t" in beat else None)
        if t_onset is not None and t_onset > offset + 0.02 * rate:
            yield offset, t_onset, factor["st"]
        end = max(beat.get("t off", offset + 0.3 * rate), offset)


def new_times(segments, count):
    """Knots of the old time and where they come to lie."""
    knots, factors, position = [0.0], [], 0.0
    for start, end, factor in sorted(segments) + [(float(count - 1), float(count - 1), 1.0)]:
        start = max(start, position)
        if start > position:
            knots.append(start)
            factors.append(1.0)
        if end > start:
            knots.append(end)
            factors.append(factor)
        position = max(position, end)
    return numpy.array(knots), numpy.concatenate([[0.0], numpy.cumsum(numpy.diff(knots) * factors)])


def main():
    signals, candidates, out = sys.argv[1:]
    with open(f"{signals}/index.json") as index, open(f"{signals}/manual.json") as file:
        records, manual = json.load(index), json.load(file)
    places = {}
    with open(candidates) as file:
        for line in file:
            record, _, place, _ = line.split(",", 3)
            places.setdefault(int(record), set()).add(int(place))
    random, collection, marks = numpy.random.default_rng(7), Collection(out), []
    for variant in range(VARIANTS):
        for number, (record, leads) in enumerate(zip(records, manual)):
            rate, count = record["samplingFrequency"], record["leads"]
            signal = numpy.nan_to_num(numpy.fromfile(f"{signals}/{record['name']}.f32", numpy.float32).reshape(count, -1))
            kept = random.choice(count, 2, replace=False) if count > 2 else [0, 1]
            beats = common_marks(leads, rate) if count > 2 else [beat for beat in leads[0] if "qrs" in beat]
            factor = {name: float(numpy.exp(random.uniform(*numpy.log(reach))))
                      for name, reach in (("pr", PR), ("st", ST), ("tp", TP))}
            found = [place * rate / 250 for place in sorted(places.get(number, ()))]
            old, new = new_times(list(stretches(all_beats(beats, found, rate), rate, factor)), signal.shape[1])
            times = numpy.interp(numpy.arange(int(new[-1])), new, old)
            stretched = [numpy.interp(times, numpy.arange(signal.shape[1]), signal[lead]) for lead in kept]
            collection.add(f"{record['name']}_{variant}", stretched, samplingFrequency=rate)
            moved = [{wave: float(numpy.interp(sample, old, new)) for wave, sample in beat.items()} for beat in beats]
            marks.append([moved] * 2)
    collection.close()
    with open(f"{out}/manual.json", "w") as file:
        json.dump(marks, file)


main()
