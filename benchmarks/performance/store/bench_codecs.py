#!/usr/bin/env python3
"""Ratio and speed of the store's codecs on real recordings, as a table.

Usage: bench_codecs.py STORE [STORE ...] [--json]

Each STORE is one that einthoven made with --codec none; its chunks are encoded and decoded by every codec and level on one
thread, in processor time, by bench_codecs.c with the kernels and libraries that einthoven uses.

Needs: pip install h5py; a C compiler (CC, else clang), libdeflate-dev, libaec-dev.
"""
import argparse
import glob
import json
import os
import subprocess
import tempfile

import h5py

HERE = os.path.dirname(os.path.abspath(__file__))
KERNELS = os.path.normpath(os.path.join(HERE, "..", "..", "..", "Sources", "CKernels"))


def write_chunks(store, path):
    """Writes the store's whole chunks, one after the other, and returns their rows and width."""
    shape = None
    with open(path, "wb") as out:
        for shard in sorted(glob.glob(os.path.join(store, "shard-*.h5"))):
            with h5py.File(shard) as file:
                signal = file["signal"]
                shape = signal.chunks[-2:]
                for chunk in signal.iter_chunks():
                    samples = signal[chunk]
                    if samples.shape[-2:] == shape:
                        out.write(samples.tobytes())
    return shape


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("stores", nargs="+", metavar="STORE")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    figures = {}
    with tempfile.TemporaryDirectory() as folder:
        program = os.path.join(folder, "bench_codecs")
        subprocess.run(
            [os.environ.get("CC", "clang"), "-O2", "-I", os.path.join(KERNELS, "include"),
             os.path.join(HERE, "bench_codecs.c"), os.path.join(KERNELS, "kernels.c"), "-o", program, "-ldeflate", "-lsz",
             "-laec", "-lm"], check=True)
        for store in options.stores:
            path = os.path.join(folder, "chunks")
            rows, width = write_chunks(store, path)
            told = subprocess.run([program, path, str(rows), str(width)], check=True, capture_output=True, text=True)
            figures[store] = [json.loads(line) for line in told.stdout.splitlines()]
    if options.json:
        print(json.dumps(figures, indent=1))
        return
    for store, lines in figures.items():
        print(f"{store}\n\n| codec | ratio | encode MB/s | decode MB/s |\n|---|---|---|---|")
        for line in lines:
            name = line["codec"] + (f" {line['level']}" if line["level"] else "")
            print(f"| {name} | {line['ratio']:.3f} | {line['encode_mb_per_second']:.0f} | "
                  f"{line['decode_mb_per_second']:.0f} |")
        print()


if __name__ == "__main__":
    main()
