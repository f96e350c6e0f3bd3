# `make demo` and `make test` do everything from a fresh clone: Python 3.11 or newer, git and make are enough.
PYTHON ?= python3
VENV ?= .venv
SOAK ?= long
BIN = $(VENV)/bin
PIP = $(BIN)/pip --disable-pip-version-check --quiet
PIP_COMPILE = $(BIN)/pip-compile --quiet --strip-extras --generate-hashes --no-emit-index-url --no-emit-find-links --allow-unsafe

.PHONY: help demo test test-all lint types unit golden bench fuzz mutants soak lock clean

help:
	@echo "make demo      the whole story against the simulator, offline"
	@echo "make test      lint, types, all tests"
	@echo "make test-all  make test on every Python from 3.11 to 3.13 that this machine has"
	@echo "make golden    rewrite the golden files; read the difference before you commit it"
	@echo "make bench     speed as ratios, measured in one run"
	@echo "make fuzz      strange inputs until stopped; what fails is kept in tests/fuzz/corpus"
	@echo "make mutants   mistakes put into the modules that matter most; MODULES=\"core/guard core/diff\" for some of them"
	@echo "make soak      the long run for the table in the README, an hour or two; SOAK=short for some minutes"
	@echo "make lock      compile the hash-locked requirements anew"

demo: $(VENV)/.installed
	$(BIN)/reconciler demo

test: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest -n auto

test-all:
	@set -e; for version in 3.11 3.12 3.13; do \
	  if python$$version --version >/dev/null 2>&1; then \
	    $(MAKE) test PYTHON=python$$version VENV=.venv-$$version; \
	  else echo "python$$version is not on this machine: left out"; fi; done

golden: $(VENV)/.installed-dev
	$(BIN)/pytest -q --update-golden tests

bench: $(VENV)/.installed-dev
	$(BIN)/python -m tests.bench

fuzz: $(VENV)/.installed-dev
	$(BIN)/python -m tests.fuzz

mutants: $(VENV)/.installed-dev
	nice $(BIN)/python -m tests.mutants $(MODULES)

soak: $(VENV)/.installed-dev
	nice $(BIN)/python -m tests.soak $(SOAK)

lock:
	$(PYTHON) -m venv $(VENV)
	$(PIP) install pip-tools
	$(PIP_COMPILE) --output-file=requirements/build.txt requirements/build.in
	$(PIP_COMPILE) --output-file=requirements/run.txt pyproject.toml
	$(PIP_COMPILE) --output-file=requirements/dev.txt requirements/dev.in
	$(PIP_COMPILE) --output-file=requirements/audit.txt requirements/audit.in

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "reconciler needs Python 3.11 or newer; $(PYTHON) is older. Name another:  make PYTHON=python3.12 ..."; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(VENV)/bin/python requirements/build.txt requirements/run.txt pyproject.toml
	$(PIP) install --require-hashes -r requirements/build.txt -r requirements/run.txt
	$(PIP) install --no-deps --no-build-isolation --no-index --editable .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed requirements/dev.txt
	$(PIP) install --require-hashes -r requirements/dev.txt
	@touch $@

clean:
	rm -rf .venv .venv-* .cache build *.egg-info
