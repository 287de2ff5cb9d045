# Everything a newcomer needs: `make demo`, `make test`. Nothing is installed outside this folder.

# The first Python on this machine that is new enough; PYTHON=... chooses another.
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo $$python && break; done)
BIN := .venv/bin
INSTALLED := .venv/homewell-installed

.DEFAULT_GOAL := help

.PHONY: help setup demo test check faults soak format lock

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

setup: $(INSTALLED) ## prepare .venv and the local servers, start nothing
	@$(BIN)/python -m local setup

demo: setup ## run the whole system with thirty simulated homes; Ctrl-C stops it
	@$(BIN)/homewell demo

test: setup ## run the tests, against a real TimescaleDB and Mosquitto
	$(BIN)/pytest -m "not faults and not soak" -r s $(SIDE_BY_SIDE)

faults: setup ## run the tests that kill processes and servers
	$(BIN)/pytest -m faults -r s

soak: setup ## half an hour of load with a fault each minute; SOAK_MINUTES, SOAK_RATE
	$(BIN)/pytest -m soak

check: setup ## format, lint, types, import rules, duplicates, tests
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pylint --disable=all --enable=duplicate-code --score=n $(PACKAGES)
	$(BIN)/pytest -m "not faults and not soak" $(SIDE_BY_SIDE)

PACKAGES := core store gateway ingest detectors api weather local bench firmware-sim/firmware_sim
# Much of the tests' time is waiting. Each half has servers of its own, so not on given ones.
SIDE_BY_SIDE := $(if $(DATABASE_URL)$(MQTT_URL),,-n 2 --dist loadfile)

format: $(INSTALLED) ## put the code into its form
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

lock: $(INSTALLED) ## renew requirements.lock from pyproject.toml
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv pip compile pyproject.toml --universal --extra local --group dev --generate-hashes \
		--no-header --no-annotate --python-version 3.11 -o requirements.lock

# Stamped, so that a second run has nothing to do.
$(INSTALLED): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Homewell needs Python 3.11 or newer, and found none: install" \
		"it (on Debian: apt-get install python3 python3-venv)" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "$(PYTHON) cannot make virtual" \
		"environments: install python3-venv (on Debian: apt-get install python3-venv)" >&2; exit 1; }
	@echo "Preparing .venv with $$($(PYTHON) --version); this takes about half a minute"
	@$(BIN)/python -c '' 2>/dev/null || $(PYTHON) -m venv --clear .venv
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-input \
		--require-hashes -r requirements.lock
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-input \
		--no-deps --no-build-isolation --editable .
	@touch $@
