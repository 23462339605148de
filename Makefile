# The two commands everything starts with: `make demo` and `make test`. CONTRIBUTING.md tells the rest.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
JOBS ?= auto
SHELL := /bin/sh

.DEFAULT_GOAL := help
.PHONY: help install demo test check coverage pictures lock format clean

help: ## list the commands
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18

install: $(VENV)/.installed ## make .venv with seedream-bot in it

demo: $(VENV)/.installed ## show the main job end to end; no account, no token
	@$(BIN)/seedream-bot demo $(ARGS)

test: $(VENV)/.installed-dev ## run the whole suite
	@$(BIN)/python -m pytest -n $(JOBS) -q $(ARGS)

check: $(VENV)/.installed-dev ## ruff, format check, mypy --strict, import-linter
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

coverage: $(VENV)/.installed-dev ## the suite with branch coverage of bot/ and cogs/
	@$(BIN)/coverage erase
	@$(BIN)/coverage run -m pytest -n $(JOBS) -q $(ARGS)
	@$(BIN)/coverage combine -q
	@$(BIN)/coverage report

pictures: $(VENV)/.installed ## make the README's pictures anew
	@$(BIN)/python docs/images/make.py

format: $(VENV)/.installed-dev ## put the code into shape
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

lock: $(VENV)/.installed-dev ## renew requirements.lock and requirements-dev.lock
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url \
	  --no-emit-find-links --no-annotate --upgrade pyproject.toml -o requirements.lock
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url \
	  --no-emit-find-links --no-annotate --upgrade --extra dev --constraint requirements.lock pyproject.toml -o requirements-dev.lock

clean: ## remove what the commands above made
	rm -rf $(VENV) demo-output .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis .coverage .coverage.*

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "seedream-bot needs Python 3.11 or newer; '$(PYTHON)' is `$(PYTHON) --version 2>&1`. Try: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: requirements.lock pyproject.toml | $(VENV)/bin/python
	@echo "Installing into $(VENV) (a minute, the first time only) ..."
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps -e .
	@touch $@

$(VENV)/.installed-dev: requirements-dev.lock $(VENV)/.installed
	@echo "Installing the tools of the test suite ..."
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@
