"""Annotation files as wfdb-python reads them, one line a mark, for comparison with Einthoven's own reading.

Usage, for the golden values:
    python scripts/golden/wfdb_annotations.py > Tests/WFDBTests/Golden/annotations.json
Usage, for every annotation file below folders (or for files named one by one):
    python scripts/golden/wfdb_annotations.py FOLDER_OR_FILE ...
"""
import hashlib
import json
import os
import struct
import sys
import tempfile

import wfdb
from wfdb.io import annotation

NOT_ANNOTATIONS = ("hea dat mat csv txt md xyz json py tsv " + " ".join(f"d{i}" for i in range(10))).split()


def no_header(*arguments, **named):
    raise FileNotFoundError


# Only the file's own time resolution is compared: a header beside it is another reader's business.
annotation.record.rdheader = no_header


def text(raw):
    """One text without zeros at its end, from wfdb-python's one character a byte."""
    data = raw.encode("latin-1").rstrip(b"\0")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def describe(path):
    record, extension = path.rsplit(".", 1)
    marks = wfdb.rdann(record, extension, return_label_elements=["symbol", "label_store"])
    own = [] if marks.custom_labels is None else marks.custom_labels.values.tolist()
    lines = [f"resolution {json.dumps(marks.fs)}"]
    lines += [f"definition {n} {s} {text(d)}" for n, s, d in own]
    for sample, symbol, code, subtype, channel, number, note in zip(
        marks.sample, marks.symbol, marks.label_store, marks.subtype, marks.chan, marks.num, marks.aux_note
    ):
        if not isinstance(symbol, str):  # NaN for a number without a symbol
            symbol = f"[{code}]"
        lines.append(f"{sample} {symbol} {subtype} {channel} {number} {text(note)}")
    return lines


def entry(path):
    lines = describe(path)
    return {
        "count": sum(not line.startswith(("resolution", "definition")) for line in lines),
        "sha256": hashlib.sha256("".join(line + "\n" for line in lines).encode()).hexdigest(),
    }


def files(paths):
    for path in paths:
        if os.path.isfile(path):
            yield path
        for folder, _, names in os.walk(path):
            for name in sorted(names):
                if "." in name and name.rsplit(".", 1)[1] not in NOT_ANNOTATIONS:
                    yield os.path.join(folder, name)


def word(code, value=0):
    return struct.pack("<H", code << 10 | value)


def skip(step):
    upper, lower = step >> 16 & 0xFFFF, step & 0xFFFF
    return word(59) + struct.pack("<HH", upper, lower)


def aux(data):
    return word(63, len(data)) + data + b"\0" * (len(data) % 2)


def comment(line):
    return word(22) + aux(line)


END = word(0)
TABLE = [comment(b"## annotation type definitions"), comment(b"15 c calibration pulse\n"),
         comment(b"42 xyz two words"), comment(b"1 n a beat like any other"), comment(b"## end of definitions")]
CASES = {
    "end only": END,
    "every code": b"".join(word(code, 10) for code in range(1, 59)) + END,
    "steps of 0 and 1023": word(1) + word(1) + word(5, 1023) + word(5, 1022) + END,
    "long steps": word(1, 5) + skip(2**31 - 1) + word(1) + skip(2**31 - 1) + skip(2**31 - 1) + word(1, 7) + END,
    "steps back": word(1, 500) + skip(-400) + word(5) + skip(-(2**31)) + word(1, 3) + END,
    "inherited channel and number": word(1, 1) + word(62, 3) + word(60, 0xFE) + word(1, 1) + word(61, 0x80)
    + word(1, 1) + word(62, 255) + word(60, 0x7F) + word(1, 1) + word(62) + word(60) + word(1, 1) + END,
    "code 0 hands on": word(1, 1) + word(0, 9) + word(62, 4) + word(60, 5) + aux(b"lost") + word(1, 1) + END,
    "texts": word(28, 1) + aux(b"(AFIB") + word(28, 1) + aux(b"(N\0\0") + word(22, 1) + aux(b"") + word(22, 1)
    + aux(b"x" * 255) + word(22, 1) + aux(b"a\0b") + word(1, 1) + END,
    "UTF-8 text": word(22, 1) + aux("Müller".encode()) + word(1, 1) + END,
    "Latin-1 text": word(22, 1) + aux("Müller".encode("latin-1")) + word(1, 1) + END,
    "time resolution": comment(b"## time resolution: 360") + skip(-1) + word(0, 1) + word(1, 18) + END,
    "fractional time resolution": comment(b"## time resolution: 128.5") + word(1, 18) + END,
    "definitions": b"".join(TABLE) + skip(-1) + word(0, 1)
    + b"".join(word(code, 9) for code in (15, 42, 1, 5, 17)) + aux(b"text") + END,
    "everything at once": comment(b"## time resolution: 250") + b"".join(TABLE) + skip(-1) + word(0, 1)
    + comment(b"made by hand") + word(15, 3) + word(61, 1) + word(62, 1) + word(60, 1) + aux(b"!") + END,
    "a beat at sample 0": word(1) + word(5, 3) + END,
}


def golden():
    synthetic = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, data in CASES.items():
            path = os.path.join(folder, "case.atr")
            with open(path, "wb") as file:
                file.write(data)
            synthetic[name] = {"bytes": data.hex(), "lines": describe(path)}
    bundled = {path: entry(path) for path in files(["data/mitdb", "data/qtdb"])}
    table = [
        {"number": int(label.label_store), "symbol": label.symbol, "beat": annotation.is_qrs[label.label_store]}
        for label in annotation.ann_labels
    ]
    return {"wfdb": wfdb.__version__, "bundled": bundled, "synthetic": synthetic, "table": table}


result = golden() if len(sys.argv) == 1 else {path: entry(path) for path in files(sys.argv[1:])}
print(json.dumps(result, indent=1, sort_keys=True))
