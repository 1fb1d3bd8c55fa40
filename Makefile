# Everything that a developer of Demarc does, by name. `make` lists it.
# Needs Python 3.11 or newer with venv, and make. Nothing else for `make demo`.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
T ?= tests
JOBS ?= 2

.DEFAULT_GOAL := help
.PHONY: help demo test test-all check format lint types layers bench noninterference lock clean setup python

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

python:
	@$(PYTHON) -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo 'Demarc needs Python 3.11 or newer with its venv module (Debian: apt-get install python3-venv).' >&2; \
	  echo 'Found: '"$$($(PYTHON) --version 2>&1)"'. Name another one with: make PYTHON=python3.12 demo' >&2; exit 1; }

# The lock files hold hashes and no address: pip takes the packages from wherever this machine takes them.
$(VENV)/runtime: requirements/runtime.txt requirements/build.txt pyproject.toml | python
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo 'Installing what Demarc needs into $(VENV) ...'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/build.txt -r requirements/runtime.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/dev: requirements/dev.txt $(VENV)/runtime
	@echo 'Installing what its tests need ...'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

setup: $(VENV)/dev ## Install everything into .venv

demo: $(VENV)/runtime ## Two operators and a customer on this machine; ONCE=1 ends after the checks
	@$(BIN)/demarc demo $(if $(ONCE),--once,)

test: $(VENV)/dev ## Run the tests (T=path for some of them, JOBS=1 one by one); what this machine lacks is skipped and named
	@$(BIN)/python -m pytest --numprocesses $(JOBS) --dist loadfile --no-loadscope-reorder $(T)

test-all: check test ## Everything that a change must pass

check: lint types layers ## Format, lint, types and layering

format: $(VENV)/dev ## Format the code
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

lint: $(VENV)/dev
	@$(BIN)/ruff format --check . && $(BIN)/ruff check .

types: $(VENV)/dev
	@$(BIN)/mypy

layers: $(VENV)/dev
	@$(BIN)/lint-imports

bench: $(VENV)/dev ## Measure against floors of the same run; QUICK=1 for a short one
	@$(BIN)/python -m tests.bench $(if $(QUICK),--quick,)

noninterference: $(VENV)/dev ## Compare pairs of inside worlds, byte by byte; PAIRS=1000 SEED=0, MUTANTS=1 for planted leaks too
	@$(BIN)/python -m tests.noninterference --pairs $(or $(PAIRS),200) --seed $(or $(SEED),0) $(if $(MUTANTS),--mutants,)

lock: ## Renew the lock files (needs uv)
	@uv pip compile -q pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -o requirements/runtime.txt
	@uv pip compile -q pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -o requirements/dev.txt
	@uv pip compile -q requirements/build.in --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -o requirements/build.txt

clean: ## Remove what make made
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis dist
