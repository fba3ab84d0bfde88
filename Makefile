.PHONY: setup demo test proof crash browser audit bench quality lint
VENV := .venv
PY := $(VENV)/bin/python
AXE := 4.14.1

setup: $(VENV)/.ready

$(VENV)/.ready: pyproject.toml
	@echo "Setting up $(VENV); the first time it takes a minute."
	@if command -v uv >/dev/null 2>&1; then \
	  { test -x $(PY) || uv venv -q $(VENV); } && \
	  uv pip install -q --compile-bytecode --python $(PY) -e '.[dev]'; \
	else \
	  python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "Python 3.11 or newer is needed; python3 is $$(python3 --version 2>&1)."; exit 1; }; \
	  { test -x $(VENV)/bin/pip || python3 -m venv --clear $(VENV); } && \
	  $(PY) -m pip install -q -e '.[dev]'; \
	fi
	@touch $@

demo: setup
	@$(VENV)/bin/digest demo

lint: setup
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports

# What decides about papers and mails is also measured for what the tests reach; measuring the rest would cost a minute.
test: lint
	$(VENV)/bin/pytest -n auto --cov --cov-report= tests/core tests/mail
	@printf 'Coverage of digest/core and digest/mail, branches included, per cent: '
	@$(VENV)/bin/coverage report --include='digest/core/*,digest/mail/*' --fail-under=90 --format=total
	$(VENV)/bin/pytest -n auto --ignore=tests/core --ignore=tests/mail

# The slow proofs: recorded days hour by hour, every fault of the replayed world.
proof: setup
	$(VENV)/bin/pytest -n auto -m slow

# The kill proof: 200 kills and more over 2,000 deliveries and more. `make crash SEED=…` draws the same again.
crash: setup
	$(PY) -m tests.crash --whole $(if $(SEED),--seed $(SEED))

# The web side in a real browser: the journeys of a reader, every page under axe-core. Needs chromium, npm.
browser: setup $(VENV)/axe.min.js
	AXE_CORE=$(VENV)/axe.min.js $(VENV)/bin/pytest -m browser tests/browser

$(VENV)/axe.min.js: $(VENV)/.ready
	@cd $(VENV) && npm pack --silent axe-core@$(AXE) >/dev/null && \
	  tar -xzf axe-core-$(AXE).tgz package/axe.min.js --strip-components=1 && rm axe-core-$(AXE).tgz && touch axe.min.js

# What is known against the libraries that we stand on. It is shown, and decides nothing.
audit: setup
	-$(VENV)/bin/pip-audit --progress-spinner off

bench: setup
	$(PY) benchmarks/startup.py
	$(PY) benchmarks/rank.py
	$(PY) benchmarks/compose.py
	$(PY) benchmarks/deliveries.py
	@mkdir -p bench
	$(PY) benchmarks/web.py --database bench/library.db

# How good the ranking is, beside other ways to rank, on the readers and papers in DATA; written into docs/ranking.md.
quality: setup
	@test -n "$(DATA)" || { echo "Say where the readers and papers are: make quality DATA=FOLDER"; exit 2; }
	$(PY) benchmarks/quality.py --data $(DATA) --report docs/ranking.md
