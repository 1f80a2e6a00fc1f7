#!/usr/bin/env python3
"""Compares the speed of einthoven's WFDB reader with wfdb-python and, if given, the WFDB C library.

Usage: bench_read.py [--einthoven PATH] [--record PATH] [--annotations PATH] [--ptb-xl FOLDER] [--ptb-xl-500 FOLDER]
                     [--c-library PREFIX] [--rounds N] [--seconds S] [--core N] [--json]

One core for everything, files in the page cache, peers and einthoven in turn in every round; the table gives the
medians of the rounds. The exit status is 1 where a goal is missed. README.md beside this file says what is compared
with what.

Needs: pip install wfdb (numpy comes with it); for --c-library a C compiler (CC, or cc) and the library below PREFIX.
"""

import argparse
import collections
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.normpath(os.path.join(HERE, "..", "..", ".."))

# One comparison: `peer` and `ours` give the rate; `goal` is ours over the peer's at least, None without a goal.
Job = collections.namedtuple("Job", "title peer_name peer ours goal unit")


class Unit:
    """How a rate is shown: records a second as they are, samples in millions, annotation files as time for one."""

    def __init__(self, key, show):
        self.key, self.show = key, show


SAMPLES = Unit("samples_per_second", lambda rate: f"{rate / 1e6:.1f} Msamples/s")
RECORDS = Unit("records_per_second", lambda rate: f"{rate:,.0f} records/s")
ANNOTATIONS = Unit("annotation_files_per_second", lambda rate: f"{1e6 / rate:,.1f} µs")


def records_below(path):
    """A record itself, or every record of a folder in a fixed order."""
    if not os.path.isdir(path):
        return [os.path.abspath(path)]
    files = (os.path.join(parent, file) for parent, _, names in os.walk(path) for file in names)
    found = [file.removesuffix(".hea") for file in files if file.endswith(".hea")]
    if not found:
        sys.exit(f"bench_read.py: no records below {path}")
    return sorted(map(os.path.abspath, found))


def warm(files):
    """Reads all files once: the disk is nobody's merit."""
    for file in files:
        with open(file, "rb") as stream:
            while stream.read(1 << 20):
                pass


class Bench:
    def __init__(self, options):
        self.options = options
        self.c_program = None
        self.c_version = None
        # Peers that stand in several comparisons run once a round.
        self.rates = {}

    # Each measurement is a key and a function that gives a rate; the key says that two are the same.

    def einthoven(self, path, unit, physical=False):
        arguments = ["bench", "read", path, "--json"] + ["--physical"] * physical

        def measure():
            return self.run([self.options.einthoven, *arguments])[unit.key]

        return ("einthoven", path, unit.key, physical), measure

    def c_library(self, unit, *arguments):
        def measure():
            result = self.run([self.c_program, arguments[0], str(self.options.seconds), *arguments[1:]])
            self.c_version = result["version"]
            return result[unit.key]

        return ("c", *arguments), measure

    def python(self, name, count, read):
        """`read` does one pass, which counts as `count` of the unit."""

        def measure():
            passes, start = 0, time.perf_counter()
            while True:
                read()
                passes += 1
                elapsed = time.perf_counter() - start
                if elapsed >= self.options.seconds:
                    return passes * count / elapsed

        return ("python", name, count), measure

    def run(self, command):
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"bench_read.py: {' '.join(command[:5])} failed: {done.stderr.strip()}")
        return json.loads(done.stdout)

    def compile(self, prefix, folder):
        self.c_program = os.path.join(folder, "bench_c")
        libraries = [f"-L{prefix}/lib", f"-Wl,-rpath,{os.path.abspath(prefix)}/lib", "-lwfdb", "-lm"]
        source = os.path.join(HERE, "bench_c.c")
        compiler = os.environ.get("CC", "cc")
        subprocess.run([compiler, "-O2", source, f"-I{prefix}/include", *libraries, "-o", self.c_program], check=True)

    def record_jobs(self, path):
        import wfdb

        title = f"record {os.path.basename(path)}"
        path = os.path.abspath(path)
        header = wfdb.rdheader(path)
        samples = header.sig_len * sum(header.samps_per_frame)
        ours = self.einthoven(path, SAMPLES)
        ours_physical = self.einthoven(path, SAMPLES, physical=True)
        fastest = self.python(f"{path} digital", samples, lambda: wfdb.rdrecord(path, physical=False, return_res=16))
        default = self.python(f"{path} default", samples, lambda: wfdb.rdrecord(path))
        yield Job(f"{title}, digital", "wfdb-python, digital 16 bit", fastest, ours, 6, SAMPLES)
        yield Job(f"{title}, digital", "wfdb-python, its default", default, ours, 15, SAMPLES)
        yield Job(f"{title}, physical", "wfdb-python, its default", default, ours_physical, None, SAMPLES)
        if self.c_program:
            library = self.c_library(SAMPLES, "samples", path)
            yield Job(f"{title}, digital", "WFDB C library", library, ours, None, SAMPLES)

    def folder_jobs(self, path, title, python_goal, c_goal):
        import wfdb

        records = records_below(path)
        path = os.path.abspath(path)

        def physical():
            for record in records:
                wfdb.rdsamp(record)

        def digital():
            for record in records:
                wfdb.rdrecord(record, physical=False, return_res=16)

        title = f"{title}, {len(records)} records"
        ours = self.einthoven(path, RECORDS)
        ours_physical = self.einthoven(path, RECORDS, physical=True)
        by_rdsamp = self.python(f"{path} physical", len(records), physical)
        by_rdrecord = self.python(f"{path} digital", len(records), digital)
        yield Job(f"{title}, physical", "wfdb-python, rdsamp", by_rdsamp, ours_physical, python_goal, RECORDS)
        yield Job(f"{title}, digital", "wfdb-python, digital 16 bit", by_rdrecord, ours, python_goal, RECORDS)
        if self.c_program:
            library = self.c_library(RECORDS, "samples", *records)
            yield Job(f"{title}, digital", "WFDB C library", library, ours, c_goal, RECORDS)

    def annotation_jobs(self, path):
        import wfdb

        title = f"annotations {os.path.basename(path)}"
        path = os.path.abspath(path)
        record, annotator = path.rsplit(".", 1)
        ours = self.einthoven(path, ANNOTATIONS)
        by_rdann = self.python(path, 1, lambda: wfdb.rdann(record, annotator))
        yield Job(title, "wfdb-python, rdann", by_rdann, ours, None, ANNOTATIONS)
        if self.c_program:
            library = self.c_library(ANNOTATIONS, "annotations", record, annotator)
            yield Job(title, "WFDB C library", library, ours, 1, ANNOTATIONS)

    def measure(self, jobs):
        """Every measurement once in each round, forwards and backwards by turns, so that none always comes last."""
        measurements = dict(pair for job in jobs for pair in (job.peer, job.ours))
        self.rates = {key: [] for key in measurements}
        for number in range(self.options.rounds):
            for key in list(measurements)[:: -1 if number % 2 else 1]:
                self.rates[key].append(measurements[key]())
            print(f"round {number + 1} of {self.options.rounds}", file=sys.stderr)

    def result(self, job):
        peer_rates, our_rates = self.rates[job.peer[0]], self.rates[job.ours[0]]
        peer, ours = statistics.median(peer_rates), statistics.median(our_rates)
        return {
            "job": job.title,
            "peer": job.peer_name,
            "unit": job.unit.key,
            "peer_median": peer,
            "median": ours,
            "ratio": ours / peer,
            "goal": job.goal,
            "met": None if job.goal is None else ours / peer >= job.goal,
            "peer_spread": (max(peer_rates) - min(peer_rates)) / peer,
            "spread": (max(our_rates) - min(our_rates)) / ours,
        }


def processor():
    try:
        with open("/proc/cpuinfo") as lines:
            return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def versions(bench):
    import numpy
    import wfdb

    named = {"Python": platform.python_version(), "wfdb-python": wfdb.__version__, "numpy": numpy.__version__}
    if bench.c_version:
        named["WFDB C library"] = bench.c_version
    done = subprocess.run([bench.options.einthoven, "--version"], capture_output=True, text=True)
    if done.returncode == 0:
        named["einthoven"] = done.stdout.strip().removeprefix("einthoven ")
    return named


def table(results, jobs):
    lines = ["| job | peer | peer's median | einthoven | ratio | goal |", "|---|---|---:|---:|---:|---|"]
    for result, job in zip(results, jobs):
        goal = "" if job.goal is None else f"≥ {job.goal}×, {'met' if result['met'] else 'missed'}"
        cells = [job.title, job.peer_name, job.unit.show(result["peer_median"]), job.unit.show(result["median"])]
        lines.append(f"| {' | '.join(cells)} | {result['ratio']:.2f}× | {goal} |")
    return "\n".join(lines)


def default_einthoven():
    built = os.path.join(ROOT, ".build", "release", "einthoven")
    return built if os.path.exists(built) else "einthoven"


def main():
    data = os.path.join(ROOT, "data")
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--einthoven", default=default_einthoven(), help="command (default: the release build)")
    parser.add_argument("--record", default=os.path.join(data, "mitdb", "100"), help="record of format 212")
    parser.add_argument("--annotations", default=os.path.join(data, "mitdb", "100.atr"), help="annotation file")
    parser.add_argument("--ptb-xl", default=os.path.join(data, "ptb-xl", "records100"), help="folder at 100 Hz")
    parser.add_argument("--ptb-xl-500", help="folder at 500 Hz, which the goals are for (default: none)")
    parser.add_argument("--c-library", metavar="PREFIX", help="where the WFDB C library is installed")
    parser.add_argument("--rounds", type=int, default=7, help="rounds (default: 7)")
    parser.add_argument("--seconds", type=float, default=1, help="time of a peer in a round (default: 1)")
    parser.add_argument("--core", type=int, help="core to run on (default: the last allowed one)")
    parser.add_argument("--json", action="store_true", help="JSON instead of a table")
    options = parser.parse_args()

    if hasattr(os, "sched_setaffinity"):
        # Before numpy comes in, so that it starts no threads for other cores. Children inherit it.
        core = max(os.sched_getaffinity(0)) if options.core is None else options.core
        os.sched_setaffinity(0, {core})

    bench = Bench(options)
    with tempfile.TemporaryDirectory() as folder:
        if options.c_library:
            bench.compile(options.c_library, folder)
        jobs = [*bench.record_jobs(options.record)]
        jobs += bench.folder_jobs(options.ptb_xl, "PTB-XL 100 Hz", None, None)
        if options.ptb_xl_500:
            jobs += bench.folder_jobs(options.ptb_xl_500, "PTB-XL 500 Hz", 50, 5)
        jobs += bench.annotation_jobs(options.annotations)
        for path in filter(None, (options.record, options.ptb_xl, options.ptb_xl_500)):
            records = records_below(path)
            warm([record + extension for record in records for extension in (".hea", ".dat")])
        bench.measure(jobs)

    results = [bench.result(job) for job in jobs]
    description = {"processor": processor(), "rounds": options.rounds, "versions": versions(bench)}
    if options.json:
        print(json.dumps({**description, "results": results}, indent=2))
    else:
        named = ", ".join(f"{name} {version}" for name, version in description["versions"].items())
        widest = max(max(result["spread"], result["peer_spread"]) for result in results)
        print(f"{table(results, jobs)}\n\nOne core of {description['processor']}; {named}.")
        print(f"Medians of {options.rounds} rounds; fastest and slowest differ by up to {100 * widest:.0f}% of them.")
    sys.exit(1 if any(result["met"] is False for result in results) else 0)


if __name__ == "__main__":
    main()
