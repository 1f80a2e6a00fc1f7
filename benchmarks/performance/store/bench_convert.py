#!/usr/bin/env python3
"""Compares the conversion of PTB-XL at 500 Hz by einthoven with wfdb-python and h5py, in one run.

Usage: bench_convert.py --ptb-xl FOLDER [--einthoven PATH] [--count 21799] [--peer-count 800] [--rounds 3]
                        [--folder /dev/shm] [--memory-counts 400 20000] [--json]

FOLDER is PTB-XL as published, or a part of it: its 500 Hz records are copied under new numbers until there are --count of
them, beside a table with as many rows. Everything lies in --folder, which should be in memory (6 GB): otherwise the disk is
what is measured, since a store is synced and what h5py writes is not.

Each round times
- wfdb + h5py in one process: wfdb.rdrecord(physical=False, return_res=16), then one int16 data set with a chunk for each
  recording: uncompressed, lzf, gzip 4 with shuffle, szip (nn, 8 pixels a block);
- wfdb in a pool of two processes that hand their samples to one with h5py, with the same codecs;
- the whole command `einthoven convert`, from start to sealed store, on all processors, for each codec. It also checks
  every sample against the header's checksum and hashes sources, contents and shards, which the others do not.

The figures are medians of recordings a second by the clock, and the least processor time a recording, which tells more
where the machine does other work meanwhile. Beside them stands what libcrypto alone needs on this machine for a recording's
two digests, one thread with nothing else running, and the processor time that the goal leaves on two processors for
everything: where the first is more than the second, no program that makes these digests with libcrypto reaches it. With
--memory-counts the peak memory of conversions of so many recordings is measured too. The exit status is 1 where a goal is
missed.

Needs: pip install h5py wfdb 'pandas<3' (wfdb reads headers several times faster with pandas 2 than with pandas 3).
"""
import argparse
import csv
import glob
import hashlib
import json
import multiprocessing
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import h5py
import numpy as np
import pandas
import wfdb

ROOT = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", ".."))
SAMPLES = 12 * 5000
PEERS = {
    "none": {},
    "lzf": dict(compression="lzf"),
    "deflate": dict(compression="gzip", compression_opts=4, shuffle=True),
    "szip": dict(compression="szip", compression_opts=("nn", 8)),
}
# Times one process of wfdb + h5py with the same codec; times the pool with its best codec.
GOALS = {"deflate": 10, "szip": 20, "none": 30}
POOL_GOAL = 6
MEMORY_GOAL = 300e6


def make_folder(published, folder, count):
    """PTB-XL's layout with `count` recordings: the published ones, copied as often as it takes."""
    with open(os.path.join(published, "ptbxl_database.csv"), newline="") as file:
        reader = csv.DictReader(file)
        fields = reader.fieldnames
        rows = [row for row in reader if os.path.exists(os.path.join(published, row["filename_hr"] + ".dat"))]
    shutil.copy(os.path.join(published, "scp_statements.csv"), folder)
    texts = {}
    for row in rows:
        path = os.path.join(published, row["filename_hr"])
        with open(path + ".hea") as header, open(path + ".dat", "rb") as signal:
            texts[row["filename_hr"]] = (os.path.basename(path), header.read(), signal.read())
    with open(os.path.join(folder, "ptbxl_database.csv"), "w", newline="") as file:
        writer = csv.DictWriter(file, fields)
        writer.writeheader()
        for number in range(1, count + 1):
            row = rows[(number - 1) % len(rows)]
            name, header, signal = texts[row["filename_hr"]]
            place = f"records500/{number // 1000 * 1000:05d}/{number:05d}_hr"
            path = os.path.join(folder, place)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path + ".hea", "w") as file_header:
                file_header.write(header.replace(name, os.path.basename(place)))
            with open(path + ".dat", "wb") as file_signal:
                file_signal.write(signal)
            writer.writerow({**row, "ecg_id": number, "filename_hr": place})
    return len(rows)


def decoded(path):
    return np.ascontiguousarray(wfdb.rdrecord(path, physical=False, return_res=16).d_signal.T)


def write_h5(path, recordings, count, settings):
    """Seconds, how much smaller the samples are in the file, and this process's processor seconds."""
    if os.path.exists(path):
        os.remove(path)
    start, processor = time.perf_counter(), time.process_time()
    with h5py.File(path, "w") as file:
        signal = file.create_dataset("signal", (count, 12, 5000), np.int16, chunks=(1, 12, 5000), **settings)
        for index, samples in enumerate(recordings):
            signal[index] = samples
        size = signal.id.get_storage_size()
    seconds, processor = time.perf_counter() - start, time.process_time() - processor
    os.remove(path)
    return seconds, count * SAMPLES * 2 / size, processor


def stored_ratio(store):
    """As for h5py: bytes of the samples, over bytes of their chunks."""
    plain = stored = 0
    for path in glob.glob(os.path.join(store, "shard-*.h5")):
        with h5py.File(path) as file:
            plain += file["signal"].size * 2
            stored += file["signal"].id.get_storage_size()
    return plain / stored


def convert(einthoven, source, out, *options):
    """Seconds, peak memory in bytes and processor seconds of one conversion."""
    shutil.rmtree(out, ignore_errors=True)
    start = time.perf_counter()
    process = subprocess.Popen(
        [einthoven, "convert", source, "--dataset", "ptb-xl", "--rate", "500", "--out", out, *options],
        stdout=subprocess.DEVNULL)
    # What the system tells at the end counts this program's own memory too, which the child had before it began.
    peak, status = 0, None
    while status is None:
        try:
            with open(f"/proc/{process.pid}/status") as file:
                peak = max([peak] + [int(line.split()[1]) * 1024 for line in file if line.startswith("VmHWM")])
        except OSError:
            pass
        done, told, usage = os.wait4(process.pid, os.WNOHANG)
        if done:
            status = told
        else:
            time.sleep(0.005)
    seconds = time.perf_counter() - start
    if status != 0:
        sys.exit("einthoven convert failed")
    return seconds, peak or usage.ru_maxrss, usage.ru_utime + usage.ru_stime


def least_seconds(work, items):
    """Of five runs over all items, per item."""
    times = []
    for _ in range(5):
        start = time.perf_counter()
        for item in items:
            work(item)
        times.append(time.perf_counter() - start)
    return min(times) / len(items)


def digest_microseconds(paths):
    """What libcrypto alone takes for a recording's source file."""
    recordings = [decoded(path).tobytes() for path in paths]
    return least_seconds(lambda each: hashlib.sha256(each).digest(), recordings) * 1e6


def progress(text):
    print(f"bench-convert: {text}", file=sys.stderr, flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ptb-xl", required=True, metavar="FOLDER")
    parser.add_argument("--einthoven", default=os.path.join(ROOT, ".build", "release", "einthoven"))
    parser.add_argument("--count", type=int, default=21799, help="PTB-XL has so many")
    parser.add_argument("--peer-count", type=int, default=800)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", default="/dev/shm" if os.path.isdir("/dev/shm") else None)
    parser.add_argument("--memory-counts", type=int, nargs="*", default=[])
    parser.add_argument("--skip-peers", action="store_true", help="only einthoven, for work on it")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    figures = {"peer": {}, "pool": {}, "einthoven": {}, "memory": {}}
    missed = []
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        source, out = os.path.join(folder, "ptb-xl"), os.path.join(folder, "store")
        os.mkdir(source)
        figures["recordings"] = options.count
        figures["versions"] = {"wfdb": wfdb.__version__, "h5py": h5py.__version__, "pandas": pandas.__version__}
        figures["different_recordings"] = make_folder(options.ptb_xl, source, options.count)
        paths = [path[:-4] for path in sorted(glob.glob(source + "/records500/*/*.hea"))][:options.peer_count]
        h5 = os.path.join(folder, "peer.h5")
        times = {}

        def note(kind, codec, count, seconds, ratio, processor=None):
            times.setdefault((kind, codec), []).append(count / seconds)
            entry = figures[kind].setdefault(codec, {})
            entry["ratio"] = ratio
            if processor is not None:
                # The least of all rounds: what other programs do to the caches is not the codec's.
                cost = processor / count * 1e6
                entry["processor_microseconds"] = min(cost, entry.get("processor_microseconds", cost))

        for number in range(options.rounds):
            progress(f"round {number + 1} of {options.rounds}")
            for codec, settings in {} if options.skip_peers else PEERS.items():
                seconds, ratio, processor = write_h5(h5, map(decoded, paths), len(paths), settings)
                note("peer", codec, len(paths), seconds, ratio, processor)
                with multiprocessing.Pool(2) as pool:
                    seconds, ratio, _ = write_h5(h5, pool.imap(decoded, paths, 16), len(paths), settings)
                note("pool", codec, len(paths), seconds, ratio)
            for codec in GOALS:
                seconds, memory, processor = convert(options.einthoven, source, out, "--codec", codec)
                note("einthoven", codec, options.count, seconds, stored_ratio(out), processor)
                entry = figures["einthoven"][codec]
                entry["peak_memory_bytes"] = max(memory, entry.get("peak_memory_bytes", 0))
        shutil.rmtree(out, ignore_errors=True)
        for (kind, codec), rates in times.items():
            figures[kind][codec]["recordings_per_second"] = statistics.median(rates)
        digest = digest_microseconds(paths[:100])
        # The source file and the recording's share of its shard.
        figures["floors"] = {
            codec: {"digests": digest * (1 + 1 / figures["einthoven"][codec]["ratio"])} for codec in GOALS}
        shutil.rmtree(source)
        for count in options.memory_counts:
            progress(f"memory of {count} recordings")
            os.mkdir(source)
            make_folder(options.ptb_xl, source, count)
            for codec in GOALS:
                _, memory, _ = convert(options.einthoven, source, out, "--codec", codec)
                figures["memory"].setdefault(codec, {})[str(count)] = memory
                if memory >= MEMORY_GOAL:
                    missed.append(f"memory of {count} recordings with {codec}: {memory / 1e6:.0f} MB")
            shutil.rmtree(source)
            shutil.rmtree(out)
    if not options.skip_peers:
        best = max(entry["recordings_per_second"] for entry in figures["pool"].values())
        for codec, goal in GOALS.items():
            ours, peer = figures["einthoven"][codec], figures["peer"][codec]
            ours["times_peer"] = ours["recordings_per_second"] / peer["recordings_per_second"]
            ours["times_best_pool"] = ours["recordings_per_second"] / best
            figures["floors"][codec]["goal_leaves"] = 2e6 / (goal * peer["recordings_per_second"])
            if ours["times_peer"] < goal:
                missed.append(f"{codec}: {ours['times_peer']:.1f} times wfdb + h5py, {goal} wanted")
            if ours["ratio"] < peer["ratio"] * 0.9999:
                missed.append(f"{codec}: ratio {ours['ratio']:.3f}, the peer's is {peer['ratio']:.3f}")
        ours = max(entry["times_best_pool"] for entry in figures["einthoven"].values())
        if ours < POOL_GOAL:
            missed.append(f"{ours:.1f} times the best pool at einthoven's best codec, {POOL_GOAL} wanted")
    figures["missed"] = missed
    if options.json:
        print(json.dumps(figures, indent=1))
    else:
        for kind in ("peer", "pool", "einthoven"):
            for codec, entry in figures[kind].items():
                line = f"{kind:10}{codec:9}{entry['recordings_per_second']:8.0f} recordings/s  ratio {entry['ratio']:.3f}"
                if "times_peer" in entry:
                    line += f"  {entry['times_peer']:.1f} x peer  {entry['times_best_pool']:.1f} x best pool"
                if "processor_microseconds" in entry:
                    line += f"  {entry['processor_microseconds']:.0f} us of processor time"
                if "peak_memory_bytes" in entry:
                    line += f"  {entry['peak_memory_bytes'] / 1e6:.0f} MB"
                print(line)
        for codec, parts in figures["floors"].items():
            leaves = parts.get("goal_leaves")
            text = f"{parts['digests']:.0f} us of SHA-256"
            print(f"floor     {codec:9}{text}" + (f"; the goal leaves {leaves:.0f} us for everything" if leaves else ""))
        for codec, counts in figures["memory"].items():
            for count, memory in counts.items():
                print(f"memory    {codec:9}{int(count):8} recordings  {memory / 1e6:.0f} MB")
        for line in missed:
            print(f"missed: {line}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
