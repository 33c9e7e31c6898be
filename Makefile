# `make report` builds the report, `make test` tests it; both make their own virtual environment first.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
BENCH_VENV ?= .venv-bench
BENCH_READY := $(BENCH_VENV)/.ready
export OMP_NUM_THREADS ?= 1

.DEFAULT_GOAL := help
.PHONY: help env standins report pdf serve test test-fast bench check clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

env: $(READY) ## make the virtual environment with the exact versions of requirements.txt

$(READY): requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed (PYTHON=...)"; exit 1; }
	@echo "== making the virtual environment in $(VENV): about a minute, longer where packages must be downloaded"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --disable-pip-version-check --progress-bar off -q -r requirements.txt
	@touch $(READY)

standins: env ## generate the synthetic stand-ins
	@$(BIN)/python -m analysis data make

report: env ## build the whole report: _build/html/index.html, and _build/pdf/report.pdf where Pango is installed
	@echo "== stand-ins and results of the strands"
	@$(BIN)/python -m analysis results
	@echo "== pages"
	@$(BIN)/jupyter-book build . -W -n --keep-going
	@$(BIN)/python -m analysis check
	@echo "== PDF"
	@$(BIN)/python -m analysis pdf --where-possible
	@echo "== open _build/html/index.html"

pdf: report ## make the report as a PDF: _build/pdf/report.pdf
	@$(BIN)/python -m analysis pdf

serve: env ## serve the pages on this machine, make them again when a source changes, and reload them
	@$(BIN)/python -m analysis serve

test: env ## run all tests (builds the report when it is not there)
	@$(BIN)/python -m pytest -n auto --dist loadfile

test-fast: env ## run the tests that take less than a minute
	@$(BIN)/python -m pytest -n auto --dist loadfile -m "not slow and not book"

bench: env $(BENCH_READY) ## measure speed and memory against other packages (about twenty minutes)
	@$(BIN)/python -m analysis bench --peers $(BENCH_VENV)/bin/python

$(BENCH_READY): requirements-bench.txt
	@echo "== making the virtual environment of the packages compared with in $(BENCH_VENV)"
	@test -x $(BENCH_VENV)/bin/python || $(PYTHON) -m venv $(BENCH_VENV)
	@$(BENCH_VENV)/bin/python -m pip install --disable-pip-version-check --progress-bar off -q -r requirements-bench.txt
	@touch $(BENCH_READY)

check: env ## check that the built report is whole
	@$(BIN)/python -m analysis check

clean: ## remove what was built (not the environment, not the data)
	@rm -rf _build
