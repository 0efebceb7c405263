"""`make checkers`: runs every checker over the shop, and compares with what is explained."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg

from sminion_guard.embedded import EmbeddedServerError, find_binaries
from tests.checkers import plpgsql, tools
from tests.checkers.finding import Finding, explanations, gone, unexplained
from tests.checkers.shop import address, schemas, shop, write_scripts

Run = Callable[[], Iterator[Finding]]
WITH_PLPGSQL_CHECK = "15"
"""The server that has plpgsql_check as a Debian package; the embedded one has not."""
HINT = "install it (Debian: postgresql-15, postgresql-15-plpgsql-check), or `make checkers WITHOUT=plpgsql_check`"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.checkers", description=__doc__)
    parser.add_argument("--home", type=Path, default=Path(".venv-checkers"), help="where their environments are")
    parser.add_argument("--without", default="", help="checkers to leave out, with commas")
    asked = parser.parse_args()
    without = {name for name in asked.without.split(",") if name}
    programs = {name: tools.install(asked.home.resolve(), name) for name in tools.PACKAGES if name not in without}
    binaries = find_binaries(None if "plpgsql_check" in without else WITH_PLPGSQL_CHECK)
    with tempfile.TemporaryDirectory() as place, shop(binaries) as server:
        scripts = write_scripts(Path(place))
        url = address(server)
        runs: dict[str, Run] = {
            "pgrls": lambda: tools.pgrls(programs["pgrls"], url, schemas()),
            "rls-policy-tester": lambda: tools.rls_policy_tester(programs["rls-policy-tester"], url, schemas()),
            "pgspot": lambda: tools.pgspot(programs["pgspot"], scripts),
            "squawk": lambda: tools.squawk(programs["squawk"], scripts),
            "plpgsql_check": lambda: _checked(url),
        }
        found = {name: _timed(name, run) for name, run in runs.items() if name not in without}
    return _compared(found)


def _checked(url: str) -> Iterator[Finding]:
    with psycopg.connect(url, autocommit=True) as connection:
        yield from plpgsql.findings(connection)


def _timed(name: str, run: Run) -> list[Finding]:
    start = time.monotonic()
    found = list(run())
    print(f"{name}: {len(found)} findings, {time.monotonic() - start:.1f} s", flush=True)
    return found


def _compared(found: dict[str, list[Finding]]) -> int:
    findings = [finding for entries in found.values() for finding in entries]
    ran = {*found, *({"matrix"} if "pgrls" in found else ())}
    known = [entry for entry in explanations() if entry.checker in ran]
    new, old = list(unexplained(findings, known)), list(gone(findings, known))
    for finding in new:
        print(f"not explained: {finding}")
    for line in old:
        print(f"explained, and found no more: {line}")
    print(f"{len(findings)} findings, {len(new)} not explained, {len(old)} explanations of what is found no more")
    return 1 if new or old else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (EmbeddedServerError, psycopg.errors.UndefinedFile, psycopg.errors.FeatureNotSupported) as error:
        sys.exit(f"a checker cannot run: {error}\n{HINT}")
