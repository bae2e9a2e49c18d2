# What people type. `make run` needs Python 3.11 or newer, make, and a network to the package registries; nothing else.
SHELL := /bin/bash
.DEFAULT_GOAL := help

PYTHON ?= $(firstword $(shell for p in python3.13 python3.12 python3.11 python3; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p; done))
VENV := .venv
BIN := $(VENV)/bin
PYTEST := $(BIN)/pytest

.PHONY: help run assets test test-full check bench format clean

help:
	@echo "make run        the desk at http://127.0.0.1:8000, with demo people and orders"
	@echo "make test       the test suite"
	@echo "make test-full  what takes longer"
	@echo "make check      linters, types, import rules, diagrams, translations"
	@echo "make bench      the benchmarks"

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "Kefuflow needs Python 3.11 or newer with venv (Debian: apt install python3-venv)."; exit 1; }
	@echo "==> Making a virtual environment in $(VENV) with $(PYTHON)"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(VENV)/bin/python pyproject.toml constraints.txt
	@echo "==> Installing Kefuflow's packages (a minute or two the first time)"
	@$(BIN)/python -m pip install --disable-pip-version-check --progress-bar on -q -c constraints.txt -e .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	@echo "==> Installing what the tests need"
	@$(BIN)/python -m pip install --disable-pip-version-check -q -c constraints.txt -e '.[dev]'
	@touch $@

assets: $(VENV)/bin/python
	@$(BIN)/python hatch_build.py

run: $(VENV)/.installed assets
	@KEFUFLOW_MODE=$${KEFUFLOW_MODE:-demo} $(BIN)/kefuflow run

test: $(VENV)/.installed-dev assets
	@$(PYTEST) -m "not full" -n 2 --dist loadscope

test-full: $(VENV)/.installed-dev assets
	@$(PYTEST) -m full

check: $(VENV)/.installed-dev assets
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy engine
	@$(BIN)/lint-imports
	@$(BIN)/python hatch_build.py lint
	@$(BIN)/kefuflow check processes
	@$(PYTEST) -q tests/architecture

bench: $(VENV)/.installed-dev assets
	@$(BIN)/python -m benchmarks
	@$(BIN)/python -m tests.torture --kills 300

format: $(VENV)/.installed-dev
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

clean:
	rm -rf $(VENV) web/static/dist web/frontend/node_modules build dist .mypy_cache .ruff_cache .pytest_cache
