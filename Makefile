# Every target does its own set-up: nothing but Python >= 3.11 and make is needed, and nothing is done twice.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
DBT_ENVIRONMENT := WAREHOUSE_HOME=$(CURDIR)/var

export DO_NOT_TRACK := 1
export DBT_SEND_ANONYMOUS_USAGE_STATS := false
export GX_ANALYTICS_ENABLED := false
export PYTHONWARNINGS := ignore
# Tests write and sync thousands of small files: in memory where there is room for them.
export PYTEST_DEBUG_TEMPROOT ?= $(shell [ "$$(df --output=avail /dev/shm 2>/dev/null | tail -1)" -gt 4000000 ] 2>/dev/null && echo /dev/shm || echo $${TMPDIR:-/tmp})

.PHONY: help setup refresh test test-fast test-slow test-celery test-spark spark-up spark-down test-postgres publish-postgres recompute chaos nights torn dev lint lint-python lint-sql lint-project lint-supply licences pictures format docs bench bench-reading bench-queries bench-lake bench-impact mutate fuzz simulate status clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk 'BEGIN {FS = ":.*## "} {printf "  make %-16s %s\n", $$1, $$2}'

$(STAMP): pyproject.toml uv.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed: set PYTHON=..."; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check 'uv>=0.9'
	@VIRTUAL_ENV=$(CURDIR)/.venv $(BIN)/uv sync --active --frozen --quiet --compile-bytecode
	@touch $@

setup: $(STAMP) ## Install the locked dependencies into .venv

refresh: $(STAMP) ## Run the nightly job now: landing area -> lake -> warehouse -> release (FROM=, TO=: read these deliveries again)
	@$(BIN)/asn refresh $(if $(FROM),--from $(FROM)) $(if $(TO),--to $(TO))

simulate: $(STAMP) ## Fill an empty landing area with simulated Medan extracts
	@$(BIN)/asn simulate

status: $(STAMP) ## Say what the present release is
	@$(BIN)/asn status

test: $(STAMP) ## Run all tests, with coverage
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder --cov --cov-report=term:skip-covered

test-fast: $(STAMP) ## Run the unit tests that take no second each
	@$(BIN)/python -m pytest -q -n 2 --dist loadfile --no-loadscope-reorder -m "not slow and not thorough" tests/unit

test-slow: $(STAMP) ## Run the drills that take minutes: restore, rebuild, faults of disks
	@$(BIN)/python -m pytest -q -m slow

test-postgres: $(STAMP) ## Run a night with Dagster's records in PostgreSQL, and publish to it, where Debian's is installed
	@ASN_TEST_POSTGRES=1 $(BIN)/python -m pytest -q tests/system/test_postgres.py tests/system/test_publish_postgres.py

.venv/.%: $(STAMP)
	@VIRTUAL_ENV=$(CURDIR)/.venv $(BIN)/uv sync --active --frozen --inexact --quiet --compile-bytecode --extra $*
	@touch $@

test-celery: .venv/.celery ## Run a night whose steps Celery workers carry out, where Debian's Redis is installed
	@$(BIN)/python -m pytest -q -m slow tests/system/test_celery.py

spark-up: .venv/.spark ## Start a Spark cluster of this machine: master, two workers, Connect server (LOCAL=2: one process; needs Java 17)
	@$(BIN)/python -m deploy.spark.cluster up $(if $(LOCAL),--local $(LOCAL))

spark-down: ## End the Spark cluster that `make spark-up` started
	@$(BIN)/python -m deploy.spark.cluster down

test-spark: .venv/.spark ## Build the small city on a Spark cluster that loses a worker, and compare every row with DuckDB (needs Java 17)
	@$(BIN)/python -m pytest -q -s -m "slow or not slow" tests/system/test_spark.py

publish-postgres: $(STAMP) ## Put the open tables into the PostgreSQL database of WAREHOUSE_POSTGRES_URL
	@$(BIN)/asn publish-postgres

recompute: $(STAMP) ## Compute the marts of the refreshed city a second time, in pandas, and compare every row
	@ASN_CITY=$${WAREHOUSE_HOME:-$(CURDIR)/var} $(BIN)/python -m pytest -q -k "agree or recomputation" tests/system

chaos: $(STAMP) ## Kill RUNS=200 nights of a small city at random, or strike them with a fault, and see that the next one mends it
	@$(BIN)/python -m benchmarks.chaos --runs $(or $(RUNS),200) --jobs $(or $(JOBS),2) --seed $(or $(SEED),1)

nights: $(STAMP) ## Thirty nights in a row with an injected clock: exactly the alerts that the faults call for, and the same marts
	@$(BIN)/python -m benchmarks.nights --nights $(or $(NIGHTS),30)

torn: $(STAMP) ## CITIES=20 cities of which whole extracts, deliveries and rows are missing: each must be released
	@$(BIN)/python -m benchmarks.torn --cities $(or $(CITIES),20) --seed $(or $(SEED),1)

dev: $(STAMP) ## Open the Dagster UI on http://127.0.0.1:3000
	@$(BIN)/asn prepare
	@DAGSTER_HOME=$${WAREHOUSE_HOME:-$(CURDIR)/var}/dagster $(BIN)/dagster dev --host 127.0.0.1 --workspace workspace.yaml

lint: lint-python lint-sql lint-project lint-supply ## Check style, types, SQL, import arrows, definitions, dependencies and the history

lint-python: $(STAMP)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/bandit --quiet --configfile pyproject.toml --recursive pipelines data_quality simulation

lint-sql: $(STAMP)
	@mkdir -p var/build
	@$(DBT_ENVIRONMENT) $(BIN)/sqlfluff lint dbt_project/models dbt_project/tests --config dbt_project/.sqlfluff --processes 2

lint-project: $(STAMP)
	@mkdir -p var/build
	@$(BIN)/python -m data_quality.seeds
	@$(BIN)/python -m data_quality.dbt_sources --check
	@$(DBT_ENVIRONMENT) $(BIN)/dbt parse --quiet --no-partial-parse --project-dir dbt_project --profiles-dir dbt_project --target-path $(CURDIR)/var/build/lint --log-path $(CURDIR)/var/logs
	@$(BIN)/dbt-bouncer run --config-file dbt_project/dbt-bouncer.yml --show-all-failures
	@$(DBT_ENVIRONMENT) $(BIN)/dbt-score lint --manifest var/build/lint/manifest.json
	@$(BIN)/python -m pipelines.publishing.pages --check --manifest var/build/lint/manifest.json
	@$(BIN)/dagster definitions validate 2>/dev/null

lint-supply: $(STAMP)
	@$(BIN)/python -m tests.supply_chain dependencies
	@$(BIN)/python -m tests.supply_chain secrets

licences: .venv/.celery .venv/.kubernetes .venv/.postgres .venv/.spark ## Write which licences the dependencies have (docs/licences.md)
	@$(BIN)/python -m tests.licences

pictures: $(STAMP) ## Draw the graph of assets for the README (docs/images/asset-graph.svg)
	@$(BIN)/python -m tests.asset_graph

format: $(STAMP) ## Put code into the common form
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .

docs: $(STAMP) ## Write the pages of docs/ and dbt's own pages of every table (var/build/docs)
	@$(BIN)/python -m pipelines.publishing.pages
	@WAREHOUSE_HOME=$${WAREHOUSE_HOME:-$(CURDIR)/var} $(BIN)/dbt docs generate --static --quiet --project-dir dbt_project --profiles-dir dbt_project \
		--target-path $(CURDIR)/var/build/docs --log-path $(CURDIR)/var/logs

bench: $(STAMP) ## Measure the nightly job at several sizes beside a floor and a rival: SIZES="20000 60000 200000", WORK=
	@$(BIN)/python -m benchmarks --employees $(or $(SIZES),20000 60000 200000) $(if $(WORK),--work $(WORK)) --json $(or $(JSON),var/bench.json)

bench-queries: $(STAMP) ## Time ten typical questions to the current release, each over a new connection
	@$(BIN)/python -m benchmarks.queries

bench-lake: $(STAMP) ## Measure by how much thirty nights of unchanged personnel make the lake grow
	@$(BIN)/python -m benchmarks.lake_growth

bench-reading: $(STAMP) ## Time the reading of one large file, and its memory
	@$(BIN)/python -m benchmarks.reading

bench-impact: $(STAMP) ## Time the estimates of training impact, and hold them to what is planted in ten cities (an hour)
	@$(BIN)/python -m benchmarks.impact
	@$(BIN)/python -m benchmarks.impact_city

mutate: $(STAMP) ## Change MODULE= by one operator or bound at a time, and name the changes that TESTS= do not notice
	@$(BIN)/python -m tests.mutate $(or $(MODULE),pipelines/privacy/identifiers.py) $(or $(TESTS),tests/unit/test_masking.py)

fuzz: $(STAMP) ## Load 20,000 damaged and hostile files beside healthy ones
	@$(BIN)/python -m benchmarks.fuzz --files 20000 --seed 1 --home $${TMPDIR:-/tmp}/asn-fuzz

clean: ## Remove what can be made again (never var/)
	@rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis
