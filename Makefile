# Everything runs in .venv, set up once from requirements.lock (names, versions and hashes).
# Needs Python 3.11 or newer with venv, git and make, and nothing else.
PYTHON ?= python3
BIN := .venv/bin
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.PHONY: help setup demo demo-recorded test test-faults test-working-time test-year lint test-specs test-recorded docs pictures bench bench-sync bench-growth bench-rules bench-alerts bench-report bench-peers lock clean

help:  ## show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 19

setup: .venv/.ready  ## create .venv with everything pinned in requirements.lock

.venv/.ready: requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --no-deps --no-build-isolation --no-index -e .
	@touch $@

demo: setup  ## the whole journey on this machine, with an invented firm
	$(BIN)/milepost demo

demo-recorded: setup  ## the same journey on records the vendors really sent: RECORDED=folder [OUT=folder]
	$(BIN)/milepost demo --recorded "$(RECORDED)" --once --out "$(or $(OUT),demo-recorded)"

test: setup lint  ## everything that has to be green: format, types, imports, tests
	$(BIN)/python -m pytest -n auto

test-faults: setup  ## the long form of the fault suite, for an hour or so: [MILEPOST_SEED=number]
	MILEPOST_FAULTS=long $(BIN)/python -m pytest -n auto tests/faults

test-year: setup  ## a year of 10,000 promises and tickets against a model of what should be told; takes an hour
	MILEPOST_YEAR=long $(BIN)/python -m pytest tests/alerts/year

test-working-time: setup  ## a million pairs of instants against a count minute by minute: [MILEPOST_SEED=number]
	MILEPOST_WORKING_TIME=long $(BIN)/python -m pytest tests/rules/test_working_time_count.py

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test-specs: setup  ## the sandbox's answers against the vendors' OpenAPI documents: SPECS=folder
	MILEPOST_TEST_SPECS="$(abspath $(SPECS))" $(BIN)/python -m pytest tests/specs

test-recorded: setup  ## records the vendors really sent, from HTTP to the page: RECORDED=folder
	MILEPOST_TEST_RECORDED="$(abspath $(RECORDED))" $(BIN)/python -m pytest tests/recorded

docs: setup  ## make the pages about rules and views anew (docs/rules)
	$(BIN)/python -m rules.pages docs/rules

pictures: setup  ## the pictures of messages and of pages anew; needs Chromium and a font with Chinese characters
	$(BIN)/python -m tests.alerts.pictures docs/pictures
	$(BIN)/python -m tests.browser.pictures docs/pictures

bench: bench-sync bench-rules bench-alerts bench-report  ## the benchmarks of a few minutes that need nothing from elsewhere

bench-sync: setup  ## N=10000 issues from loopback through the Jira connector, against a bare loop
	$(BIN)/python -m bench.sync $(if $(N),--issues $(N))

bench-growth: setup  ## what a changed issue costs in databases of 10,000 to 1,000,000: [SIZES="N N"]; takes ten minutes
	$(BIN)/python -m bench.growth $(if $(SIZES),--sizes $(SIZES))

bench-rules: setup  ## ITEMS=1000000 of which OPEN=50000 are open: the whole library of rules, and the working clock
	$(BIN)/python -m bench.rules $(if $(ITEMS),--items $(ITEMS)) $(if $(OPEN),--open $(OPEN))

bench-alerts: setup  ## N=5000 messages from the outbox into a list, a fifth of them over HTTP, and how long one is written
	$(BIN)/python -m bench.alerts $(if $(N),--deliveries $(N))

bench-report: setup  ## READERS=20 people on the report's pages over ITEMS=100000 while a sync runs
	$(BIN)/python -m bench.report $(if $(ITEMS),--items $(ITEMS)) $(if $(READERS),--readers $(READERS))

bench-peers: setup  ## N=10000 issues, and the demo's firm, beside what else reads these tools; uses the package index
	$(BIN)/python -m bench.peers $(if $(N),--issues $(N))

lock: setup  ## make requirements.lock anew (names, versions and hashes, no host)
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--no-emit-index-url --extra dev pyproject.toml -o requirements.lock

clean:
	rm -rf .venv .cache build dist demo-out demo-recorded
