"""Runs the checkers: programs in virtual environments of their own, each made when it is missing."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sminion_guard.demo.shop import shop_policy
from tests.checkers import matrix
from tests.checkers.finding import Finding

PACKAGES = {
    # Beside pglast 8, which we need ourselves, pip would install an ancient pgrls without a word.
    "pgrls": ("pgrls==0.57.1", "pglast<8"),
    "rls-policy-tester": ("rls-policy-tester==0.1.0",),
    "pgspot": ("pgspot==0.9.4",),
    "squawk": ("squawk-cli==2.70.0",),
}
"""Program to what is installed for it. Pinned: another version finds other things."""

AUDITED = {
    "RLS DISABLED": "no row security", "^permissive policy": "permissive policy",
    "^view .* runs as its owner": "view as its owner", "SECURITY DEFINER": "definer function",
}
"""Messages of the audit to names of ours: it has no codes."""


def install(home: Path, program: str) -> Path:
    """The program, in an environment of its own below ``home``."""
    place = home / program
    ready = place / "-".join(("ready", *PACKAGES[program])).replace("<", "-before-")
    if not ready.exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", place], check=True)
        quietly = ("install", "--quiet", "--disable-pip-version-check", "--no-input")
        subprocess.run([place / "bin" / "pip", *quietly, *PACKAGES[program]], check=True)
        ready.touch()
    return place / "bin" / program


def output(command: Sequence[str | Path], expected: Sequence[int] = (0, 1)) -> str:
    """What a program prints.

    :raises RuntimeError: when it ends otherwise than with findings or without.
    """
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    if done.returncode not in expected:
        raise RuntimeError(f"{command[0]} failed with {done.returncode}: {done.stderr or done.stdout}")
    return done.stdout


def _json(command: Sequence[str | Path]) -> Any:
    return json.loads(output(command))


def pgrls(program: Path, url: str, schemas: Sequence[str]) -> Iterator[Finding]:
    """Its rules over all schemas, the guard's own too; its matrix over those of the application."""
    lint = [program, "lint", "--database-url", url, "--schemas", ",".join((*schemas, "sminion")), "--format", "json"]
    for entry in _json(lint)["violations"]:
        yield Finding("pgrls", entry["rule_id"], entry["location"])
    said = _json([program, "matrix", "--database-url", url, "--schemas", ",".join(schemas), "--format", "json"])
    yield from matrix.differences(said, shop_policy())


def rls_policy_tester(program: Path, url: str, schemas: Sequence[str]) -> Iterator[Finding]:
    """Its audit. Never `--include-controls`: that drops schema public."""
    for schema in (*schemas, "sminion"):
        for entry in _json([program, "--dsn", url, "--audit-schema", schema, "--json"])["findings"]:
            if entry["status"] != "PASS":
                rule = next((name for begin, name in AUDITED.items() if re.search(begin, entry["message"])), "another")
                yield Finding("rls-policy-tester", rule, entry["target"])


UNREADABLE = (
    "apply_changes", "change_state", "fold", "journal_number", "logged_subject", "mask", "open_ticket",
    "record_object", "record_objects",
    "ticket_append_only", "within_retention",
)
"""Functions that pgspot cannot parse: bodies of the SQL standard, fields of a variable whose type is a row of a table,
and words as names of fields. It gives up the rest of the file there, so they are left out."""
_UNREADABLE = re.compile(
    r"CREATE FUNCTION sminion\.(?:" + "|".join(UNREADABLE) + r")\((?:(?!\$sminion\$|;\n).)*"
    r"(?:\$sminion\$.*?\$sminion\$)?;\n", re.DOTALL)


def pgspot(program: Path, scripts: Sequence[Path]) -> Iterator[Finding]:
    """Over the scripts; a further function that it cannot parse is a finding too."""
    for script in scripts:
        readable = script.with_suffix(".pgspot")
        readable.write_text(_UNREADABLE.sub("", script.read_text(encoding="utf-8")), encoding="utf-8")
        for line in map(str.strip, output([program, readable]).splitlines()):
            if said := re.fullmatch(r"(PS\d+): [^:]*: (.*?)(?: at line \d+)?", line):
                yield Finding("pgspot", said[1], f"{script.name} {said[2]}")
            elif line and not line.startswith("Errors: "):
                yield Finding("pgspot", "not parsed", f"{script.name} {line}")


def squawk(program: Path, scripts: Sequence[Path]) -> Iterator[Finding]:
    """Over the scripts."""
    for script in scripts:
        lines = script.read_text(encoding="utf-8").splitlines()
        for entry in _json([program, "--pg-version", "15.0", "--reporter", "json", script]):
            said = " ".join(lines[entry["line"] : entry["line"] + 1]).strip()
            yield Finding("squawk", entry["rule_name"], f"{script.name} {said}")
