# Two commands matter: `make demo` and `make test`. `make help` lists the rest.
# All that is needed is Python >= 3.11 and make; everything else goes into .venv.

.DEFAULT_GOAL := help
.PHONY: help demo test lint types contracts suite bench homeassistant upgrade clean
.DELETE_ON_ERROR:

VENV := .venv
BIN := $(VENV)/bin
CLI := $(VENV)/.cli-installed
DEV := $(VENV)/.dev-installed
HASS := $(VENV)-homeassistant/.installed
WORKERS ?= 3
# The first that runs: pyenv has a command for every version, also for one that is not chosen.
PYTHON_HASS ?= $(shell for name in python3.13 "$(HOME)"/.pyenv/versions/3.13.*/bin/python; do \
	"$$name" -c "" 2>/dev/null && { echo "$$name"; break; }; done)

# The first interpreter that is new enough; `make PYTHON=... demo` names another.
PYTHONS := python3 python3.13 python3.12 python3.11 python3.14
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for name in $(PYTHONS); do \
	"$$name" -c "$(NEW_ENOUGH)" 2>/dev/null && { echo "$$name"; break; }; done)

# Both names, since newer releases of pip take the pins of a build from the second.
export PIP_CONSTRAINT := constraints.txt
export PIP_BUILD_CONSTRAINT := constraints.txt
# Container images set it; without bytecode files each of hundreds of processes compiles everything anew.
unexport PYTHONDONTWRITEBYTECODE
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input

help: ## List what there is to make
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

demo: $(CLI) ## Start a simulated battery, read it, and show what it says
	@$(BIN)/homevolt demo

test: lint types contracts suite ## Everything a change must pass

lint: $(DEV) ## Style
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(DEV) ## Types
	$(BIN)/mypy

contracts: $(DEV) ## Which layer may import which
	$(BIN)/lint-imports --no-logo

suite: $(DEV) ## The tests, with branch coverage
	HYPOTHESIS_PROFILE=ci $(BIN)/pytest -n $(WORKERS) --cov

bench: $(DEV) ## What things cost, each beside a reference in the same run
	$(BIN)/pytest benchmarks -s

# Far too heavy for every run. It pins an aiohttp of its own, and takes no 3.13.0 by itself.
homeassistant: $(DEV) $(HASS) ## The bridge of MQTT, checked against a real Home Assistant
	$(BIN)/pytest acceptance -s

upgrade: ## Renew constraints.txt; name the oldest supported Python
	$(require_python)
	$(PYTHON) -m venv --clear $(VENV)-upgrade
	env -u PIP_CONSTRAINT -u PIP_BUILD_CONSTRAINT $(VENV)-upgrade/bin/python -m pip install \
		--quiet '.[dev]' hatchling editables colorama
	{ grep '^#' constraints.txt; \
		$(VENV)-upgrade/bin/python -m pip freeze --exclude homevolt | LC_ALL=C sort -f; } \
		> $(VENV)-upgrade/constraints.txt
	mv $(VENV)-upgrade/constraints.txt constraints.txt
	rm -rf $(VENV)-upgrade

clean: ## Remove everything that was made, the environments too
	rm -rf .venv .venv-* build dist .coverage .coverage.* .hypothesis
	rm -rf .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
	find src tests benchmarks acceptance -name __pycache__ -type d -prune -exec rm -rf {} +

define require_python
@$(PYTHON) -c "$(NEW_ENOUGH)" || { \
	echo "homevolt needs Python 3.11 or newer; '$(PYTHON)' is not." >&2; \
	echo "Name one that is: make PYTHON=/path/to/python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
endef

$(VENV)/pyvenv.cfg:
	$(if $(PYTHON),,$(error homevolt needs Python 3.11 or newer; none of these is: $(PYTHONS)))
	$(require_python)
	$(PYTHON) -m venv $(VENV)

$(CLI): pyproject.toml constraints.txt | $(VENV)/pyvenv.cfg
	$(INSTALL) --editable '.[cli]'
	@touch $@

$(HASS): acceptance/requirements.txt
	$(if $(PYTHON_HASS),,$(error Home Assistant needs CPython 3.13: make PYTHON_HASS=... $@))
	$(PYTHON_HASS) -m venv --clear $(@D)
	env -u PIP_CONSTRAINT -u PIP_BUILD_CONSTRAINT $(@D)/bin/python -m pip install --quiet \
		--disable-pip-version-check --no-input --ignore-requires-python --requirement $<
	@touch $@

# What the tests need holds what the demo needs, so one installation serves both.
$(DEV): pyproject.toml constraints.txt | $(VENV)/pyvenv.cfg
	$(INSTALL) --editable '.[dev]'
	@touch $(CLI) $@
