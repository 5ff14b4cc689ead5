# Statewright. A fresh machine needs Python 3.11 to 3.13, Node 20.19 or newer, and make; then `make run`.
#
#   PORT=8001 HOST=0.0.0.0   where `make run` listens          PYTHON=python3.13   which Python to use
#   BROWSER=0                `make test` without a browser     ARGS="-k timer"     more for `make bench`, `make faults`

SHELL := /bin/sh
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

HOST ?= 127.0.0.1
PORT ?= 8000

VENV := .venv
RUN := $(VENV)/bin/python
RUNTIME := $(VENV)/.runtime-installed
DEVELOPMENT := $(VENV)/.development-installed
CLIENTS := $(VENV)/clients/.installed
PEERS := $(VENV)/.peers-installed
MODULES := static/node_modules/.installed
FRONT_END := static/dist/.built

# A function of the interpreter and not of its name: a launcher may exist without a Python behind it.
fits = $(1) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' >/dev/null 2>&1
find_python = for python in $(PYTHON) python3 python3.13 python3.12 python3.11 python; do \
	$(call fits,$$python) && break; python=; done

.PHONY: help run test check bench faults lock clean

help: ## say what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

run: $(RUNTIME) $(FRONT_END) ## install, build and start everything in one process, with the demo and the gallery
	@DEBUG="$${DEBUG:-1}" exec $(RUN) manage.py serve --host "$(HOST)" --port "$(PORT)" --migrate --demo --gallery

test: $(DEVELOPMENT) $(FRONT_END) $(CLIENTS) ## run every test, on SQLite, PostgreSQL, Redis and in a browser
	@$(RUN) -m tests.infrastructure.suite

check: $(DEVELOPMENT) $(MODULES) ## lint, formats, types, layers, migrations, deployment settings
	@$(RUN) -m tests.infrastructure.checks

bench: $(PEERS) ## measure against other engines
	@$(RUN) -m bench $(ARGS)

faults: $(DEVELOPMENT) $(FRONT_END) ## the whole programme of failures
	@FAULTS=all $(RUN) -m pytest tests/faults $(ARGS)

lock: $(DEVELOPMENT) ## resolve the pinned dependencies anew, with hashes
	@$(VENV)/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		pyproject.toml -o requirements.lock
	@$(VENV)/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock
	@$(VENV)/bin/uv pip compile -q --universal --python-version 3.12 --generate-hashes --no-header --no-annotate \
		--extra bench -c requirements-dev.lock pyproject.toml -o requirements-bench.lock

clean: ## remove what was installed and built, keep the data in var/
	@rm -rf $(VENV) static/node_modules static/dist

$(RUN):
	@$(find_python); \
	if [ -z "$$python" ]; then \
		echo "error: Python 3.11, 3.12 or 3.13 is needed and was not found; name one with PYTHON=/path/to/python." >&2; \
		exit 1; \
	fi; \
	echo "Making the environment with $$($$python --version) ..."; \
	$$python -m venv $(VENV) || { rm -rf $(VENV); \
		echo "error: $$python cannot make an environment; on Debian install python3-venv." >&2; exit 1; }

$(RUNTIME): requirements.lock | $(RUN)
	@$(call fits,$(RUN)) || { echo "error: $(VENV) has an unfit Python; run \`make clean\` first." >&2; exit 1; }
	@echo "Installing the locked packages ..."
	@$(RUN) -m pip install -q --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	@touch $@

$(DEVELOPMENT): requirements-dev.lock $(RUNTIME)
	@echo "Installing the locked packages for development ..."
	@$(RUN) -m pip install -q --disable-pip-version-check --no-deps --require-hashes -r requirements-dev.lock
	@touch $@

# Clients of other engines' APIs, each in a folder of its own: they are run unmodified, and two of them share a name.
# One asks for an older Python and runs on this one all the same.
$(CLIENTS): $(wildcard tests/clients/python/*.lock tests/clients/node/package-lock.json) $(DEVELOPMENT)
	@echo "Installing the clients that are tried ..."
	@for lock in tests/clients/python/*.lock; do \
		$(RUN) -m pip install -q --disable-pip-version-check --no-deps --require-hashes --ignore-requires-python --upgrade \
			--target "$(VENV)/clients/$$(basename "$$lock" .lock)" -r "$$lock" || exit 1; done
	@if command -v npm >/dev/null 2>&1; then \
		npm ci --prefix tests/clients/node --ignore-scripts --no-audit --no-fund --loglevel=error; fi
	@touch $@

# One of the engines that are measured asks for Python 3.12 and runs on 3.11 all the same.
$(PEERS): requirements-bench.lock $(DEVELOPMENT)
	@echo "Installing the locked engines to measure against ..."
	@$(RUN) -m pip install -q --disable-pip-version-check --no-deps --require-hashes --ignore-requires-python \
		-r requirements-bench.lock
	@touch $@

# A built front end is enough where there is no Node.
ifneq ($(shell command -v node 2>/dev/null),)
FRONT_END_SOURCES := $(shell find static -path static/node_modules -prune -o -path static/dist -prune -o -path static/test -prune -o \
	-type f -print 2>/dev/null)

$(MODULES): static/package-lock.json
	@node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)' || \
		{ echo "error: Node 20.19 or newer is needed; this is Node $$(node --version)." >&2; exit 1; }
	@echo "Installing the locked front-end packages ..."
	@cd static && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

$(FRONT_END): $(MODULES) $(FRONT_END_SOURCES)
	@echo "Building the front end ..."
	@cd static && env -u DEBUG npm run --silent build -- --logLevel warn
	@$(RUN) -m whitenoise.compress -q static/dist
	@touch $@
else
$(MODULES):
	@echo "error: Node 20.19 or newer is needed and was not found; install it from your system or nodejs.org." >&2; exit 1

$(FRONT_END):
	@if [ ! -e static/dist/manifest.json ] && [ ! -e static/dist/.vite/manifest.json ]; then \
		echo "error: Node 20.19 or newer is needed and was not found; install it from your system or nodejs.org." >&2; \
		exit 1; fi
	@touch $@
endif
