# The two commands everything starts with: `make demo` and `make test`. CONTRIBUTING.md tells the rest.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
JOBS ?= auto
SHELL := /bin/sh
PIP := $(BIN)/python -m pip install -q --disable-pip-version-check
LOCK := $(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	--no-emit-index-url --no-emit-find-links

.DEFAULT_GOAL := help
.PHONY: help install demo test chaos bench check coverage pictures screenshots lock format clean

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' Makefile

install: $(VENV)/.installed ## make .venv with seedream-bot in it
	@echo "seedream-bot is installed in $(VENV). Next: . $(BIN)/activate"

demo: $(VENV)/.installed ## show the main job end to end; no account, no token
	@$(BIN)/python -m bot demo $(ARGS)

test: $(VENV)/.installed-dev ## run the whole suite
	@$(BIN)/python -m pytest -n $(JOBS) -q $(ARGS)

chaos: $(VENV)/.installed-dev ## kill the bot 200 times while jobs stream in; CHAOS_KILLS, CHAOS_SEED
	@CHAOS_KILLS=$${CHAOS_KILLS:-200} CHAOS_SEED=$${CHAOS_SEED:-$$(date +%s)} \
	  $(BIN)/python -m pytest tests/chaos -n $(JOBS) -q $(ARGS)

bench: $(VENV)/.installed-dev ## measure the bot beside the smallest honest one; about ten minutes, ARGS=--quick for less
	@$(BIN)/python -m benchmarks $(ARGS)

check: $(VENV)/.installed-dev ## ruff, format check, mypy --strict, import-linter
	@$(BIN)/python -m ruff check .
	@$(BIN)/python -m ruff format --check .
	@$(BIN)/python -m mypy
	@$(BIN)/lint-imports

coverage: $(VENV)/.installed-dev ## the suite with branch coverage of bot/ and cogs/
	@$(BIN)/python -m coverage erase
	@$(BIN)/python -m coverage run -m pytest -n $(JOBS) -q $(ARGS)
	@$(BIN)/python -m coverage combine -q
	@$(BIN)/python -m coverage report

pictures: $(VENV)/.installed ## make the README's picture of the terminal anew
	@$(BIN)/python docs/images/make.py

screenshots: $(VENV)/.installed-dev ## make the screenshots of the sandbox's page anew; needs a Chromium
	@PYTHONPATH=. $(BIN)/python docs/images/screenshots.py

format: $(VENV)/.installed-dev ## put the code into shape
	@$(BIN)/python -m ruff check --fix .
	@$(BIN)/python -m ruff format .

lock: $(VENV)/.installed-dev ## renew requirements.lock and requirements-dev.lock
	@$(LOCK) --upgrade --extra postgres pyproject.toml -o requirements.lock
	@$(LOCK) --upgrade --extra dev --constraint requirements.lock pyproject.toml -o requirements-dev.lock

clean: ## remove what the commands above made
	rm -rf $(VENV) .foreign demo-output test-screenshots .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis .coverage .coverage.*

$(VENV)/bin/python:
	@command -v $(PYTHON) >/dev/null || { echo "'$(PYTHON)' cannot be found. Name a Python 3.11 or newer: make PYTHON=/path/to/python3 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "seedream-bot needs Python 3.11 or newer, and '$(PYTHON)' is not. Name one: make PYTHON=/path/to/python3 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

$(VENV)/.installed: requirements.lock pyproject.toml | $(VENV)/bin/python
	@echo "Installing into $(VENV); the first time this takes about a minute."
	@$(PIP) --require-hashes -r requirements.lock
	@$(PIP) --no-deps -e .
	@touch $@

$(VENV)/.installed-dev: requirements-dev.lock $(VENV)/.installed
	@echo "Installing the tools of the test suite."
	@$(PIP) --require-hashes -r requirements-dev.lock
	@touch $@
