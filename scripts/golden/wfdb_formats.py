"""Small records in every signal format, written by wfdb-python, and digests of how it reads them.

Usage: python scripts/golden/wfdb_formats.py Tests/WFDBTests/Golden/Formats

wfdb-python does not write formats 8, 61, 160, 310 and 311: those files' bytes are made here from the definitions in
signal(5) and read back by it like the others.
"""
import hashlib
import json
import os
import sys

import numpy as np
import wfdb

BITS = {"8": 8, "16": 16, "24": 24, "32": 32, "61": 16, "80": 8, "160": 16, "212": 12, "310": 10, "311": 10,
        "508": 8, "516": 16, "524": 24}
FRAMES = 101


def samples(signal, count, bits, has_missing):
    """Regular numbers over the format's range, its lowest value (missing) now and then."""
    modulus = 2**bits - 1
    index = np.arange(count, dtype=np.int64)
    values = (index * 7919 + signal * 104729 + 31) % modulus - (modulus // 2)
    if has_missing:
        values[index % 17 == 5] = -(2 ** (bits - 1))
    return values


def packed(fmt, flat):
    """Samples in file order as the bytes of a format that wfdb-python does not write."""
    if fmt == "8":
        return flat.astype("i1").tobytes()
    if fmt == "61":
        return flat.astype(">i2").tobytes()
    if fmt == "160":
        return (flat + 32768).astype("<u2").tobytes()
    count = len(flat)
    ten = np.concatenate([flat & 0x3FF, np.zeros(-count % 3, dtype=np.int64)]).reshape(-1, 3)
    if fmt == "310":
        words = np.stack([ten[:, 0] << 1 | (ten[:, 2] & 0x1F) << 11, ten[:, 1] << 1 | (ten[:, 2] >> 5) << 11], axis=1)
        data = words.astype("<u2").tobytes()
        return data if count % 3 != 1 else data[:-2]
    data = (ten[:, 0] | ten[:, 1] << 10 | ten[:, 2] << 20).astype("<u4").tobytes()
    return data if count % 3 != 1 else data[:-2]


def write(folder, name, fmt, widths, skews):
    bits = BITS[fmt]
    if fmt in ("8", "61", "160", "310", "311"):
        # The samples of format 8 are steps.
        stored = [samples(s, FRAMES * w, bits, fmt != "8") for s, w in enumerate(widths)]
        signals = [np.cumsum(s) for s in stored] if fmt == "8" else stored
        frames = np.concatenate([s.reshape(FRAMES, w) for s, w in zip(stored, widths)], axis=1)
        with open(f"{folder}/{name}.dat", "wb") as file:
            file.write(packed(fmt, frames.reshape(-1)))
        with open(f"{folder}/{name}.hea", "w") as file:
            file.write(f"{name} {len(widths)} 250 {FRAMES}\n")
            for s, (w, k) in enumerate(zip(widths, skews)):
                first = 0 if fmt == "8" else signals[s][0]
                checksum = int(np.sum(signals[s]) % 65536)
                file.write(
                    f"{name}.dat {fmt}x{w}:{k} {200 + s}.5({s * 7 - 3})/mV {bits} 0 {first} {checksum} 0 signal {s}\n")
        return
    signals = [samples(s, FRAMES * w, bits, True) for s, w in enumerate(widths)]
    record = wfdb.Record(
        record_name=name, n_sig=len(widths), fs=250, sig_len=FRAMES, file_name=[f"{name}.dat"] * len(widths),
        fmt=[fmt] * len(widths), samps_per_frame=list(widths), skew=list(skews), byte_offset=[None] * len(widths),
        adc_gain=[200.5 + s for s in range(len(widths))], baseline=[s * 7 - 3 for s in range(len(widths))],
        units=["mV"] * len(widths), adc_res=[bits] * len(widths), adc_zero=[0] * len(widths),
        block_size=[0] * len(widths), sig_name=[f"signal {s}" for s in range(len(widths))], e_d_signal=signals,
        comments=[f"format {fmt}"])
    record.set_d_features(expanded=True)
    record.wrsamp(expanded=True, write_dir=folder)


def digest(arrays, kind):
    hasher = hashlib.sha256()
    for array in arrays:
        array = np.ascontiguousarray(array, dtype=kind)
        if kind == "<f8":
            array = np.where(np.isnan(array), np.float64("nan"), array)
        hasher.update(array.tobytes())
    return hasher.hexdigest()


folder = sys.argv[1]
os.makedirs(folder, exist_ok=True)
golden = {}
for fmt in BITS:
    layouts = [("s", (1, 1), (0, 0))]
    if fmt not in ("508", "516", "524"):
        layouts.append(("f", (1, 3, 2), (2, 0, 0)))
    else:
        layouts.append(("f", (2, 2), (0, 0)))
    for letter, widths, skews in layouts:
        name = f"{letter}{fmt}"
        write(folder, name, fmt, widths, skews)
        path = f"{folder}/{name}"
        entry = {}
        # Format 8 has no value for the samples that a skewed signal lacks at the end, so it is read as it stands.
        plain = fmt == "8"
        # Version 4.3.1 stumbles over the byte order of format 61 where it does not smooth.
        if fmt != "61":
            read = wfdb.rdrecord(path, physical=False, smooth_frames=False, ignore_skew=plain)
            entry["expanded_int32"] = digest(read.e_d_signal, "<i4")
            entry["slice_int32"] = digest([s[11 * w:64 * w] for s, w in zip(read.e_d_signal, widths)], "<i4")
        physical = wfdb.rdrecord(path, smooth_frames=False, ignore_skew=plain)
        entry["physical_float64"] = digest(physical.e_p_signal, "<f8")
        smooth = wfdb.rdrecord(path, physical=False, ignore_skew=plain)
        entry["smoothed_int32"] = digest(smooth.d_signal.T, "<i4")
        golden[name] = entry
with open(f"{folder}/golden.json", "w") as file:
    json.dump(golden, file, indent=1, sort_keys=True)
    file.write("\n")
