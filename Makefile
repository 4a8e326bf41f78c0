# Needs make and a Python of 3.11 or later; everything else is installed into $(VENV) on the first run.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help demo test lint simulate plants chaos bench fuzz soak wheelhouse shift venv clean FORCE

VENV ?= .venv
WHEELHOUSE ?= wheelhouse
UV ?= uv
PYTHON ?=
SEEDS ?= 200
JOBS ?= auto
FILE ?=
ARGS ?=

BIN := $(VENV)/bin
STAMPS := $(VENV)/.stamps
PACKAGES := scanner_client screens sync devices server_stub
EXTRAS := ledger,import,dev

export PYTHON UV WHEELHOUSE VENV
export PIP_DISABLE_PIP_VERSION_CHECK := 1

help:
	@echo 'make demo                 the first minute on a demo warehouse, then play on; no scanner needed'
	@echo 'make test [ARGS=…]        all tests, on every core (JOBS=n: on n); ARGS goes to pytest'
	@echo 'make lint                 style, types and borders between packages'
	@echo 'make shift [FILE=…]       pick invented orders, or every line of a file of orders, on three terminals'
	@echo 'make simulate SEEDS=n     n random worlds through the sync simulator'
	@echo 'make plants               break the product on purpose, each way in turn, and name what finds it'
	@echo 'make chaos [ARGS=…]       kill -9 and a failing network on real processes; ARGS=--help says with what'
	@echo 'make bench                the benchmarks of docs/performance.md'
	@echo 'make fuzz, make soak      long random input; long runs'
	@echo 'make wheelhouse           fill ./wheelhouse, so that the rest works without a network'
	@echo 'make clean                remove what make made (the wheelhouse stays)'

demo: $(STAMPS)/install
	$(BIN)/scanner demo $(ARGS)

test: $(STAMPS)/install
	$(BIN)/python -m pytest -n $(JOBS) --dist load --maxschedchunk 1 -m 'not fuzz and not soak' $(ARGS)

lint: $(STAMPS)/install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

simulate: $(STAMPS)/install
	$(BIN)/python tests/simulator/run.py --seeds $(SEEDS) $(ARGS)

plants: $(STAMPS)/install
	$(BIN)/python tests/plants/run.py $(ARGS)

chaos: $(STAMPS)/install
	$(BIN)/python tests/chaos/run.py $(ARGS)

shift: $(STAMPS)/install
	$(if $(FILE),$(BIN)/python tests/shift/run.py --file '$(FILE)' $(ARGS),$(BIN)/python -m scanner_client.rehearsal)

bench: $(STAMPS)/install
	$(BIN)/python benchmarks/run.py $(ARGS)

fuzz soak: $(STAMPS)/install
	@[ -d tests/$@ ] || { echo 'make $@: there is no tests/$@ yet' >&2; exit 2; }
	$(BIN)/python -m pytest -m $@ --timeout 0 tests/$@ $(ARGS)

wheelhouse: $(STAMPS)/venv
	@sh .ci/install wheelhouse

venv: $(STAMPS)/install

# Holds the folder the environment was made in: a copied checkout makes its own and never runs the original's code.
# The file keeps its time while it stays true, so nothing after it is done again.
$(STAMPS)/venv: FORCE
	@sh .ci/install venv

$(STAMPS)/install: $(STAMPS)/venv pyproject.toml constraints.txt
	@sh .ci/install packages -e '.[$(EXTRAS)]'
	@$(BIN)/python -m compileall -q $(PACKAGES)
	@touch $@

clean:
	rm -rf .venv .venv313 dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find $(PACKAGES) tests -name __pycache__ -type d -prune -exec rm -rf {} +
