# Each target does all the set-up it needs. `make demo` and `make test` are all that a newcomer has to know.
.PHONY: demo test build setup fuzz bench-wfdb bench-convert bench-training bench-synthesis bench-delineation
.PHONY: bench-beats bench-boundaries compare-pytorch test-slurm format lint clean

setup:
	@scripts/setup

build: setup
	swift build -c release --product einthoven

# The main job on the bundled real recordings: stores, splits, training, transfer, leaderboard.
demo: build
	.build/release/einthoven demo $(DEMO_FLAGS)

# Tests run in release: debug builds compile the C kernels without optimisation.
test: setup
	@scripts/setup-python
	swift test -c release

# Damaged records by the million; see docs/wfdb.md.
fuzz: setup
	swift build -c release --product wfdb-fuzz
	.build/release/wfdb-fuzz 2000000

# The reader against wfdb-python, and against the WFDB C library where C_LIBRARY names its installation.
bench-wfdb: build
	@scripts/setup-python
	.venv/bin/python benchmarks/performance/wfdb/bench_read.py $(if $(C_LIBRARY),--c-library $(C_LIBRARY)) $(BENCH_FLAGS)

# Conversion of PTB-XL at 500 Hz against wfdb-python with h5py; PTB_XL names a folder that has records500.
bench-convert: build
	@scripts/setup-python
	.venv/bin/pip install --quiet --disable-pip-version-check wfdb==4.3.1 'pandas<3'
	.venv/bin/python benchmarks/performance/store/bench_convert.py --ptb-xl $(PTB_XL) $(BENCH_FLAGS)

# Training and inference against PyTorch, which is installed for it: several gigabytes.
bench-training: build
	@scripts/setup-python-torch
	.venv-torch/bin/python benchmarks/performance/training/bench_train.py $(BENCH_FLAGS)

# The generator against NeuroKit2's, which is installed for it.
bench-synthesis: build
	@scripts/setup-python-neurokit
	.venv-neurokit/bin/python benchmarks/performance/synthesis/bench_synthesis.py $(BENCH_FLAGS)

# The delineator's speed against NeuroKit2's.
bench-delineation: build
	@scripts/setup-python-neurokit
	.venv-neurokit/bin/python benchmarks/performance/delineation/bench_delineate.py $(BENCH_FLAGS)

# Beats, clean and in noise, against NeuroKit2's; MITDB and NSTDB name folders of those two databases.
bench-beats: setup
	@scripts/setup-python-neurokit
	swift build -c release --product delineation-check
	.venv-neurokit/bin/python benchmarks/performance/delineation/beats_against_neurokit.py \
	  .build/release/delineation-check $(MITDB) $(NSTDB) $(BENCH_FLAGS)

# P, QRS and T against the published delineator's own program; QTDB and LUDB name folders, PYTHON a Python from 3.12 on.
bench-boundaries: build
	@scripts/setup-python-wavedet
	.venv-wavedet/bin/python benchmarks/performance/delineation/boundaries_against_wavedet.py --qtdb $(QTDB) \
	  $(if $(LUDB),--ludb $(LUDB)) $(BENCH_FLAGS)

# The engine's numbers against PyTorch's, layer by layer, as a whole, with the same choices; and training to the end.
compare-pytorch: setup
	@scripts/setup-python-torch
	swift build -c release --product training-check
	.venv-torch/bin/python benchmarks/performance/training/compare_with_pytorch.py layers
	.venv-torch/bin/python benchmarks/performance/training/compare_with_pytorch.py exact
	.venv-torch/bin/python benchmarks/performance/training/compare_with_pytorch.py choices
	.venv-torch/bin/python benchmarks/performance/training/compare_with_pytorch.py trained

# A conversion on two virtual Slurm nodes, one of which is killed; installs Slurm on Debian and Ubuntu. See docs/cluster.md.
test-slurm: build
	@benchmarks/cluster/test-on-one-machine

format:
	swift format --in-place --recursive Sources Tests Package.swift

lint:
	swift format lint --strict --recursive Sources Tests Package.swift

clean:
	rm -rf .build .venv demo-out
