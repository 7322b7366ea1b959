# Everything runs through uv: an installed one, or else one put into .cache/uv.
SHELL := /bin/bash
UV := $(shell command -v uv 2>/dev/null || echo .cache/uv/bin/uv)
RUN := $(UV) run --no-sync --quiet

# Compiled modules are kept, also where the environment says not to: a command starts in a third of the time.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help run test test-slow check demo lint types imports format clean

help:
	@echo "make run    fetch with feeds.yaml and write the digest (the demo, if no feed can be reached)"
	@echo "make test   every test that needs no server, under two minutes"
	@echo "make check  lint, types, import rules, then all tests, the slow ones too"
	@echo "make demo   the whole flow on a small invented world, without a network"

.cache/uv/bin/uv:
	python3 -m venv .cache/uv
	.cache/uv/bin/pip install --quiet --disable-pip-version-check uv

.venv/.installed: pyproject.toml uv.lock | $(if $(findstring .cache,$(UV)),.cache/uv/bin/uv)
	$(UV) sync --quiet --locked --all-extras --compile-bytecode
	@touch $@

run: .venv/.installed
	@if $(RUN) monitor fetch --require-any; then \
	  $(RUN) monitor digest --send; \
	else \
	  echo "No feed could be reached: here is the demo instead."; \
	  $(RUN) monitor demo --keep demo-run; \
	fi

demo: .venv/.installed
	@$(RUN) monitor demo --keep demo-run

# Tests side by side; more than there are cores pays, since many wait for other processes.
WORKERS := 2
test: .venv/.installed
	$(RUN) pytest -q -n $(WORKERS) -m "not slow and not e2e and not browser"

lint: .venv/.installed
	$(RUN) ruff check .
	$(RUN) ruff format --check .

types: .venv/.installed
	$(RUN) mypy

imports: .venv/.installed
	$(RUN) lint-imports

# Whole days through the real commands, kill -9 at random moments, pages in a real browser.
SLOW := slow or e2e or browser
test-slow: .venv/.installed
	$(RUN) pytest -q -n $(WORKERS) --dist loadfile -m "$(SLOW)"

check: lint types imports test test-slow

format: .venv/.installed
	$(RUN) ruff format .
	$(RUN) ruff check --fix .

clean:
	rm -rf .venv .cache dist build demo-run
