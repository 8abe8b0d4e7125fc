# Storyboard. `make film` sets everything up and renders the sample; `make test` runs the tests.
#
# MODELS=no leaves torch and diffusers out: everything but text-to-video models works without them.

MODELS ?= yes
VENV   := .venv
BIN    := $(VENV)/bin
# After a crash pytest-xdist would wait for ever.
PYTEST := -m pytest -n auto --dist loadfile --no-loadscope-reorder --max-worker-restart 0
ifeq ($(MODELS),no)
EXTRAS := dev
SIZE   := about 2 GB on disk (Qt, OpenVINO, codecs)
STAMP  := $(VENV)/.installed-light
else
EXTRAS := dev,models
SIZE   := about 3 GB on disk, and up to 5 GB more where PyTorch brings CUDA (MODELS=no leaves it out)
STAMP  := $(VENV)/.installed-models
endif

.DEFAULT_GOAL := help
.PHONY: help install film test test-long app check format bench bench-quality faults fuzz soak screenshots clean

help:
	@echo "make film    set up, and render projects/spaghetti to exports/spaghetti.mp4"
	@echo "make test    set up, and run the tests"
	@echo "make test-long  run the further cases of long tests"
	@echo "make app     open the window"
	@echo "make check   style and types"
	@echo "make bench   measure, and print ratios"
	@echo "make bench-quality  how good in-betweens are, on real clips and on sketches"
	@echo "make faults  kill the command line and the window 300 times, and see that nothing is lost"
	@echo "make fuzz    read 100,000 broken and hostile files"
	@echo "make soak    5,000 edits, 200 takes and 50 films in one process, and see that nothing leaks"
	@echo "make screenshots  make the pictures of the window in .github/screenshots"

install: $(STAMP)

$(STAMP): pyproject.toml .ci/constraints.txt
	@python=$$(.ci/python) && .ci/system "$$python" && { test -x $(BIN)/python || "$$python" -m venv $(VENV); }
	@echo "Installing into $(VENV): $(SIZE)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c .ci/constraints.txt -e '.[$(EXTRAS)]'
	@touch $@

film: install
	$(BIN)/storyboard render projects/spaghetti

test: install
	$(BIN)/python $(PYTEST) -m "not long"

test-long: install
	$(BIN)/python $(PYTEST) -m long

app: install
	$(BIN)/storyboard edit

check: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: install
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: install
	$(BIN)/python -m tests.bench

bench-quality: install
	$(BIN)/python -m tests.bench quality

faults: install
	$(BIN)/python -m tests.faults

fuzz: install
	$(BIN)/python -m tests.fuzz

soak: install
	$(BIN)/python -m tests.soak

screenshots: install
	$(BIN)/python -m tests.screenshots

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache
