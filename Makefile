# Everything a newcomer needs. `make` lists the targets. Set-up needs the network once; nothing after it does.

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input --require-hashes --only-binary :all:
# The first Python that is new enough.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)

.DEFAULT_GOAL := help
.PHONY: help demo test faults sweep check interop torture bench lock clean

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(VENV)/run.stamp  ## a demo hotel on 127.0.0.1, with the link printed (ARGS="--lang en")
	@$(BIN)/discretion demo $(ARGS)

# What takes long has targets of its own: every page in every look, and whatever kills, fills or restores. CI runs them all.
SWEPT := tests/browser/test_every_page.py tests/browser/test_every_page_whole.py tests/browser/test_demo_pages.py

# The browser's tests run apart: their driver keeps an event loop in the thread, in which no other test could start one.
# Exit 5 of one half alone means that ARGS chose none of its tests.
test: $(VENV)/dev.stamp  ## the tests, the browser's included (ARGS="-k words")
	@$(BIN)/python -m pytest -n 2 --dist loadfile -m "not browser and not interop" --ignore tests/faults $(ARGS); first=$$?; \
	$(BIN)/python -m pytest -n 2 --dist loadfile -m browser $(addprefix --ignore ,$(SWEPT)) $(ARGS); second=$$?; \
	test $$first -eq 5 && exit $$second; test $$second -eq 5 && exit $$first; test $$first -eq 0 && exit $$second || exit $$first

check: $(VENV)/dev.stamp  ## lint, types, import fences, catalogues, policy
	$(BIN)/ruff check src tests $(wildcard bench)
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/discretion --lang en i18n check
	$(BIN)/discretion --lang en policy check

faults: $(VENV)/dev.stamp  ## processes killed, disks full, backups put back, ledgers changed, between any two steps
	@$(BIN)/python -m pytest -q -n 2 --dist loadfile tests/faults $(ARGS)

sweep: $(VENV)/dev.stamp  ## every page in every language, theme and size, with scripts and without
	@$(BIN)/python -m pytest -q -n 2 --dist loadfile -m browser $(SWEPT) $(ARGS)

interop: $(VENV)/dev.stamp  ## others' tools check what we publish (Go, Python, Node, openssl); says what it had to skip
	@$(BIN)/python -m pytest -q -m interop -rs tests/journeys/ledger tests/journeys/published $(ARGS)

torture: $(VENV)/dev.stamp  ## faults without end under load: kills, lost answers, witnesses away (FAULTS=10000 SEED=1)
	@FAULTS=$(or $(FAULTS),10000) SEED=$(or $(SEED),1) $(BIN)/python -m pytest -s -q -m torture tests/faults $(ARGS)

bench: $(VENV)/dev.stamp  ## measure; writes bench/latest.json (QUICK=1 ends within a minute)
	@$(BIN)/python -m bench $(if $(QUICK),--quick) $(ARGS)

lock:  ## pin the dependencies of pyproject.toml again (needs uv)
	uv pip compile pyproject.toml --universal --generate-hashes --no-emit-index-url --no-header --quiet --output-file requirements.lock
	uv pip compile pyproject.toml --extra dev --universal --generate-hashes --no-emit-index-url --no-header --quiet --output-file requirements-dev.lock

clean:  ## remove the virtual environment and caches
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis .schemathesis

$(VENV)/pyvenv.cfg:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed. / 需要 Python 3.11 或更新版本。" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "On Debian: apt install python3-venv / Debian 请安装 python3-venv" >&2; rm -rf $(VENV); exit 1; }

# The package is not built for the clone: a path file and a script put it in place, so edits count at once and
# no build program has to be fetched.
$(VENV)/placed.stamp: $(VENV)/pyvenv.cfg Makefile
	@echo "$(CURDIR)/src" > "$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/discretion.pth"
	@printf '#!/bin/sh\nexec "%s" -m discretion "$$@"\n' "$(CURDIR)/$(BIN)/python" > $(BIN)/discretion
	@chmod +x $(BIN)/discretion
	@touch $@

$(VENV)/run.stamp: requirements.lock $(VENV)/placed.stamp
	@test -e $(VENV)/dev.stamp -a ! requirements.lock -nt $(VENV)/dev.stamp || { \
		echo "Setting up $(VENV) … / 正在准备 $(VENV) …"; $(PIP) -r requirements.lock; }
	@touch $@

$(VENV)/dev.stamp: requirements-dev.lock $(VENV)/placed.stamp
	@echo "Setting up $(VENV) with the tools … / 正在准备 $(VENV) 和工具 …"
	@$(PIP) -r requirements-dev.lock
	@touch $@
