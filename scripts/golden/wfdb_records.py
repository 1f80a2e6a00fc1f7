"""Digests of the bundled records as wfdb-python decodes them.

Usage: python scripts/golden/wfdb_records.py > Tests/WFDBTests/Golden/records.json
"""
import glob
import hashlib
import json
import os

import numpy as np
import wfdb

records = {}
names = sorted(glob.glob("data/mitdb/*.hea") + glob.glob("data/qtdb/*.hea"))
names += ["data/ptb-xl/records100/00000/%05d_lr.hea" % i for i in (1, 2, 200, 400)]
for header in names:
    name = header[:-4]
    record = wfdb.rdrecord(name, physical=False, return_res=16)
    samples = np.ascontiguousarray(record.d_signal.T.astype("<i2"))
    entry = {
        "sampling_frequency": record.fs,
        "samples": record.sig_len,
        "signals": record.sig_name,
        "gain": record.adc_gain,
        "baseline": [int(b) for b in record.baseline],
        "digital_sha256": hashlib.sha256(samples.tobytes()).hexdigest(),
        "annotations": {},
    }
    for extension in ("atr", "q1c", "q2c", "pu0", "pu1", "man"):
        if not os.path.exists(f"{name}.{extension}"):
            continue
        marks = wfdb.rdann(name, extension)
        text = "".join(
            f"{s} {y} {t} {c} {n} {a.rstrip(chr(0))}\n"
            for s, y, t, c, n, a in zip(
                marks.sample, marks.symbol, marks.subtype, marks.chan, marks.num, marks.aux_note
            )
        )
        entry["annotations"][extension] = {
            "count": len(marks.sample),
            "sha256": hashlib.sha256(text.encode()).hexdigest(),
        }
    records[name] = entry
print(json.dumps(records, indent=1, sort_keys=True))
