.PHONY: setup demo test proof lint
VENV := .venv
PY := $(VENV)/bin/python

setup: $(VENV)/.ready

$(VENV)/.ready: pyproject.toml
	@if command -v uv >/dev/null 2>&1; then \
	  test -x $(PY) || uv venv -q $(VENV); uv pip install -q --compile-bytecode --python $(PY) -e '.[dev]'; \
	else \
	  test -x $(PY) || python3 -m venv $(VENV); $(PY) -m pip install -q -e '.[dev]'; \
	fi
	@touch $@

demo: setup
	@$(VENV)/bin/digest demo

lint: setup
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports

test: lint
	$(VENV)/bin/pytest -n auto --cov --cov-report=

proof: setup
	$(VENV)/bin/pytest -m slow
