PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

help:  ## what can be made here
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' Makefile

demo: $(VENV)/installed  ## run the whole way of a letter on this machine; nothing leaves it
	$(BIN)/outreach demo

# The tests start the program often: what Python has compiled is kept, whatever the shell wants.
test: export PYTHONDONTWRITEBYTECODE =
test: check  ## everything that must hold: style, types, imports, tests
	$(BIN)/pytest -n auto --dist worksteal -ra $(PYTEST)

check: $(VENV)/ready  ## style, types and the direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/ready  ## put the code into the one format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

migration: $(VENV)/ready  ## write a migration for changed tables: make migration SAYS="add reply notes"
	$(BIN)/python -m tests.migration "$(SAYS)"

texts: $(VENV)/ready  ## bring the translations up to date with what the desk says in English
	$(BIN)/python -m tests.texts

glossary: $(VENV)/ready  ## write the definitions of the figures into docs/glossary.md
	$(BIN)/python -m tests.glossary

pins: $(VENV)/ready  ## pin the dependencies anew, with hashes
	$(BIN)/uv pip compile -q pyproject.toml --extra build --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-header --upgrade -o constraints.txt
	$(BIN)/uv pip compile -q pyproject.toml --extra build --extra dev -c constraints.txt --universal \
		--python-version 3.11 --generate-hashes --no-emit-index-url --no-header -o constraints-dev.txt

bench: $(VENV)/ready  ## measure what docs/performance.md tells; less: make bench ONLY="smtp events"
	$(BIN)/python -m tests.bench $(ONLY) $(BENCH)

crash: $(VENV)/ready  ## kill workers and break things around them through a long campaign (as root)
	$(BIN)/python -m tests.journeys.crash $(SEED)

clean:  ## forget what was installed and what the demo made
	rm -rf $(VENV) var .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis

$(VENV)/installed: constraints.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Outreach needs Python 3.11 or newer.")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r constraints.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

$(VENV)/ready: $(VENV)/installed constraints-dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r constraints-dev.txt
	touch $@

.PHONY: help demo test check format migration texts glossary pins bench crash clean
