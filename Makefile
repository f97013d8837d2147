# Everything a fresh machine with Python 3.11 or newer needs: `make demo` and `make test`.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes
JOBS   ?= 2

.PHONY: help demo test check bench docs lock clean

help:  ## list what can be made
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

$(VENV)/.run: requirements/run.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "crosstie needs Python 3.11 or newer: make PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "Python's venv is missing: install the package python3-venv"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) -r requirements/run.lock
	@echo "$(CURDIR)" > "$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/crosstie.pth"
	@printf '#!/bin/sh\nexec "$(CURDIR)/$(BIN)/python" -m crosstie "$$@"\n' > $(BIN)/crosstie && chmod +x $(BIN)/crosstie
	@touch $@

$(VENV)/.dev: requirements/dev.lock $(VENV)/.run
	$(PIP) -r requirements/dev.lock
	@touch $@

demo: $(VENV)/.run  ## set up, then run the main job on a small fictitious region
	@$(BIN)/crosstie demo demo

test: $(VENV)/.dev  ## set up, then run the checks and all tests
	@$(MAKE) --no-print-directory check
	$(BIN)/python -m pytest -n $(JOBS) --dist loadfile

check: $(VENV)/.dev  ## style, types, import directions
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.dev  ## figures side by side with peers (slow; needs the real lists)
	$(BIN)/python -m bench

docs: $(VENV)/.dev  ## write the generated pages of docs/ anew
	$(BIN)/python -m docs.generate

lock:  ## pin all requirements anew (needs uv)
	uv pip compile -q pyproject.toml requirements/wheels.in --extra postgres --override requirements/overrides.txt --universal --generate-hashes \
	  --python-version 3.11 --no-header --no-annotate -o requirements/run.lock
	uv pip compile -q pyproject.toml requirements/wheels.in --extra postgres --group dev --override requirements/overrides.txt --universal --generate-hashes \
	  --python-version 3.11 --no-header --no-annotate -c requirements/run.lock -o requirements/dev.lock

clean:  ## remove what was made
	rm -rf $(VENV) demo .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
