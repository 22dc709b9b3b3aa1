# What a developer or an operator does with Escala. `make run` starts everything; `make test` checks everything.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SUFFIXES:

PYTHON ?= $(firstword $(foreach p,python3 python3.14 python3.13 python3.12 python3.11,\
	$(shell $(p) -c 'import sys; print("$(p)" if sys.version_info >= (3, 11) else "")' 2>/dev/null)))
VENV := .venv
BIN := $(VENV)/bin
# Servers and browsers work beside them, and some of them wait at most times: two more than there are cores.
PYTEST_WORKERS ?= $(shell echo $$(($$(nproc) + 2)))
PYTEST := $(BIN)/pytest -n $(PYTEST_WORKERS) --dist loadfile --no-loadscope-reorder
# Every process of a test imports the same modules: compile them once, whatever the shell says.
export PYTHONDONTWRITEBYTECODE :=
VENDOR := portal/frame/static/vendor
SOURCES := policy workflows activities desk wording storage api portal cli demo worker.py settings.py $(wildcard tests bench)

# Debian packages that the tests need: each while the file is missing whose presence says that it is there.
DEBIAN_PACKAGES = $(if $(wildcard /usr/lib/postgresql/*/bin/initdb),,postgresql) \
  $(if $(wildcard /usr/bin/chromium-headless-shell),,chromium-headless-shell) \
  $(if $(wildcard /usr/lib/*/libatomic.so.1),,libatomic1) \
  $(if $(wildcard /usr/lib/*/faketime/libfaketimeMT.so.1),,libfaketime) \
  $(if $(wildcard /usr/sbin/dovecot),,dovecot-imapd)

.PHONY: help run test pytest test-long durations lint screenshots conformance bench lock clean system-packages

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(VENV)/.runtime $(VENDOR)/.made ## start the whole desk here: Temporal, worker, API (Ctrl-C stops it)
	@exec $(BIN)/escala up

test: ## everything that has to hold: lint, types, layers, tests, conformance
	@$(MAKE) --no-print-directory -j2 $(VENV)/.development system-packages
	@$(MAKE) --no-print-directory $(VENDOR)/.made
	@$(MAKE) --no-print-directory -j2 lint pytest
	@$(BIN)/python -m cli.conformance

pytest:
	$(PYTEST)

test-long: $(VENV)/.development $(VENDOR)/.made system-packages ## random tests at full size with a new seed, and at other hours and days
	@seed="$${SEED:-$$(od -An -N3 -tu4 /dev/urandom | tr -d ' ')}"; \
	echo "To try the same again: make test-long SEED=$$seed"; \
	ESCALA_LONG_SEED="$$seed" $(PYTEST) --hypothesis-seed="$$seed"
	$(BIN)/python -m tests.support.other_clocks -n $(PYTEST_WORKERS) --dist loadfile --no-loadscope-reorder

durations: $(VENV)/.development $(VENDOR)/.made system-packages ## run the tests and keep what each file took, which orders later runs
	$(PYTEST) --keep-durations

lint: $(VENV)/.development ## ruff, mypy and the import layers
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/mypy $(SOURCES)
	$(BIN)/lint-imports --no-logo

screenshots: $(VENV)/.development $(VENDOR)/.made system-packages ## take the pictures of the main pages in docs/img anew
	ESCALA_SCREENSHOTS=1 $(BIN)/pytest -q tests/portal/frame/test_screenshots.py

conformance: $(VENV)/.runtime ## the policy's rules: where each is enforced and tested (from the last `make test`)
	@$(BIN)/python -m cli.conformance

bench: $(VENV)/.development ## measure, side by side with peers
	@for file in bench/[a-z]*.py; do name=$${file##*/}; echo "== $${name%.py}"; $(BIN)/python -m bench.$${name%.py}; done

lock: $(VENV)/.development ## write both lock files anew, with the newest versions that pyproject.toml allows
	$(call compile,requirements-dev.lock,pyproject.toml --group dev)
	$(call compile,requirements.lock,pyproject.toml --group build --constraint requirements-dev.lock)
	$(call compile,requirements-node.lock,--group node)
	$(call compile,requirements-client.lock,--group client --no-deps)

clean: ## remove what was generated; the desk's own data in .escala stays
	rm -rf $(VENV) .escala-test .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache build *.egg-info

# ---------------------------------------------------------------- the machinery

define compile
	$(BIN)/uv pip compile $(2) --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	  --no-annotate --no-emit-index-url --custom-compile-command 'make lock' --output-file $(1)
endef

# pip reads its own configuration on this machine: no index is named here.
define install
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input --require-hashes $(2) -r $(1)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input --no-deps --no-build-isolation -e .
endef

$(BIN)/python:
	@if [ -z "$(PYTHON)" ]; then echo "Escala needs Python 3.11 or newer; install it, or name it: make PYTHON=/path/to/python3" >&2; exit 1; fi
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Escala needs Python 3.11 or newer, and $(PYTHON) is older; name another one: make PYTHON=/path/to/python3" >&2; exit 1; }
	@"$(PYTHON)" -m venv $(VENV) || { rm -rf $(VENV); \
	  echo "$(PYTHON) cannot make virtual environments; on Debian: apt-get install python3-venv" >&2; exit 1; }

# The stamps: an install happens only when a lock or the project's own metadata changed.
$(VENV)/.runtime: requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing what Escala runs on (only after a change of requirements.lock) ..."
	@$(call install,requirements.lock)
	@touch $@

$(VENV)/.development: requirements-dev.lock requirements-client.lock requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing what Escala is developed with (only after a change of a lock) ..."
	@$(call install,requirements-dev.lock,--no-compile)  # half of the time: most of what is installed is never imported
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input --no-deps --require-hashes \
	  -r requirements-client.lock
	@touch $(VENV)/.runtime $@

# What pages load: pinned by package-lock.json, checked by npm against its digests, never committed, never from elsewhere.
$(VENDOR)/.made: package.json package-lock.json | $(BIN)/python
	@echo "Fetching what pages load in the browser (only after a change of package-lock.json) ..."
	@if ! command -v npm >/dev/null && [ ! -x $(BIN)/npm ]; then \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input --require-hashes -r requirements-node.lock; fi
	@PATH="$$PATH:$(CURDIR)/$(BIN)" npm ci --no-progress --loglevel=error >/dev/null
	@rm -rf $(VENDOR); mkdir -p $(VENDOR)
	@cp node_modules/htmx.org/dist/htmx.min.js $(VENDOR)/
	@PATH="$$PATH:$(CURDIR)/$(BIN)" node portal/frame/cut_font.mjs $(VENDOR)/inter.woff2
	@cp node_modules/bpmn-js/dist/bpmn-navigated-viewer.production.min.js $(VENDOR)/bpmn-viewer.min.js
	@cp node_modules/bpmn-js/dist/assets/diagram-js.css node_modules/bpmn-js/dist/assets/bpmn-js.css $(VENDOR)/
	@touch $@

system-packages:
	@if [ -z "$(strip $(DEBIAN_PACKAGES))" ]; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "Installing Debian packages: $(strip $(DEBIAN_PACKAGES)) ..."; \
	  export DEBIAN_FRONTEND=noninteractive; \
	  apt-get update -qq </dev/null; apt-get install -qq -y --no-install-recommends $(DEBIAN_PACKAGES) </dev/null >/dev/null; \
	else \
	  echo "Some tests are skipped without: sudo apt-get install $(strip $(DEBIAN_PACKAGES))"; \
	fi
