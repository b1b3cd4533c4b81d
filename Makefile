# Every command a person or CI runs. `make` alone lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SERVICES := identity catalog applications funding
PACKAGES := kit $(SERVICES:%=services/%) gateway portal deploy/local deploy/stubs
STAMP := $(VENV)/.installed
PYTEST := $(BIN)/pytest
# Tests side by side, as conftest.py groups them. Journeys share one suite, so they take turns.
PARALLEL := -n 2 --dist loadgroup
export PATH := $(CURDIR)/$(BIN):$(PATH)
.DEFAULT_GOAL := help
.PHONY: help install run demo token sign reset lint test unit contracts integration journeys drill screenshots bench check lock openapi

help: ## list the targets
	@awk -F':.*## ' '/^[a-z%-]+:.*## /{printf "  %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(STAMP) ## make .venv with everything at its pinned, hashed version

$(STAMP): requirements/dev.txt $(addsuffix /pyproject.toml,$(PACKAGES))
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --require-hashes --requirement requirements/dev.txt
	$(BIN)/pip install --quiet --no-deps --no-build-isolation $(addprefix --editable ./,$(PACKAGES))
	@touch $@

run: $(STAMP) ## run the whole suite on this machine; Ctrl-C stops it
	@exec $(BIN)/ila-local run

demo: $(STAMP) ## the whole process, from institution to payment, told step by step
	@$(BIN)/ila-local with-running-suite $(BIN)/python tests/journeys/demo.py

token: $(STAMP) ## an access token of a persona: make token PERSONA=learner-01
	@$(BIN)/ila-local token $(PERSONA)

sign: $(STAMP) ## a container signed by a persona, for development: make sign FILE=a.pdf PERSONA=newcomer-admin
	@$(BIN)/python -m ila_stubs.signing sign "$(FILE)" "$(PERSONA)" --folder $${ILA_DATA_DIR:-.local}/signing --personas deploy/local/personas.toml

reset: $(STAMP) ## empty the data of `make run`
	@$(BIN)/ila-local reset

lint: $(STAMP) ## format, style, types, and the floors of every package
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	set -e; for package in kit $(SERVICES:%=services/%) gateway portal; do (cd $$package && lint-imports --no-logo); done

test: $(STAMP) ## everything that needs nothing but this checkout
	$(MAKE) --no-print-directory unit integration

unit: $(STAMP) ## rules, use cases, contracts and architecture, without a database
	$(PYTEST) $(PARALLEL) -m "not integration and not journey"

test-%: $(STAMP) ## one service: make test-funding
	$(BIN)/ila-local with-postgres $(PYTEST) -m "not drill" services/$*/tests

contracts: $(STAMP) ## the services still fit together
	$(PYTEST) tests/contracts tests/architecture

integration: $(STAMP) ## on PostgreSQL and a broker, then journeys on the running suite; ILA_DATABASE_URL, ILA_BROKER_URL choose them
	$(BIN)/ila-local with-postgres $(PYTEST) $(PARALLEL) $(ONLY) -m "integration and not journey and not drill"
	$(MAKE) --no-print-directory journeys

journeys: $(STAMP) ## end to end through the gateway and in a browser, on a suite of its own
	$(BIN)/ila-local with-suite $(PYTEST) $(ONLY) -m "journey and not drill" tests/journeys tests/pages

drill: $(STAMP) ## the long faults: every process killed in turn, every event told three times in any order
	$(BIN)/ila-local with-postgres $(PYTEST) -m drill services
	$(BIN)/ila-local with-suite $(PYTEST) -m drill tests/journeys tests/pages
	$(BIN)/python tests/faults/hostile.py $(PYTEST) -m journey tests/journeys/test_process.py

screenshots: $(STAMP) ## take the README's pictures of pages again, on a suite of its own
	$(BIN)/ila-local with-suite env PYTHONPATH=tests/journeys $(BIN)/python tests/pages/screenshots.py

bench: $(STAMP) ## ratios against bare Flask → Flask → PostgreSQL, and what the gateway promises, in one run
	$(BIN)/ila-local with-suite $(BIN)/python tests/load/bench.py

check: lint test drill ## what CI runs

openapi: $(STAMP) ## write every service's API document again
	for service in $(SERVICES); do $(BIN)/ila-$$service openapi > services/$$service/openapi.json; done

lock: ## compile the pinned, hashed requirements again
	for set in services dev; do $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-emit-find-links --no-header --output-file requirements/$$set.txt requirements/$$set.in; done
