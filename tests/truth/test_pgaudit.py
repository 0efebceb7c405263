"""A fourth witness where it is installed: pgaudit logs every relation that the executor checks, in functions too."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from sminion_guard.analyzer import analyze
from sminion_guard.embedded import Binaries, Server
from sminion_guard.policy.model import Operation
from tests import servers
from tests.truth import statements
from tests.truth.needs import PURPOSE, family, open_policy
from tests.truth.witness import Witness
from tests.truth.world import World, shop_world

KINDS = {"TABLE", "VIEW", "MATERIALIZED VIEW", "SEQUENCE", "FOREIGN TABLE"}


pytestmark = pytest.mark.postgres(15)
"""Debian's package is for that one; the binaries for 18 come without."""


@pytest.fixture(scope="module")
def audited(binaries: Binaries) -> Iterator[World]:
    """The world on a server with pgaudit; skipped where the extension is not installed."""
    settings = {**servers.SETTINGS, "shared_preload_libraries": "pgaudit", "pgaudit.log": "read, write",
                "pgaudit.log_relation": "on", "pgaudit.log_catalog": "off", "pgaudit.log_client": "on",
                "pgaudit.log_level": "notice"}
    if not installed(binaries):
        pytest.skip(f"no pgaudit for PostgreSQL {binaries.major} on this machine: install postgresql-15-pgaudit")
    with Server(binaries, durable=False, settings=settings) as server, servers.new_database(server) as database:
        yield shop_world(database)


def installed(binaries: Binaries) -> bool:
    libraries = {binaries.bin_dir.parent / "lib", Path(f"/usr/lib/postgresql/{binaries.major}/lib")}
    return any((place / "pgaudit.so").is_file() for place in libraries)


def test_every_relation_in_the_audit_log_is_named_by_the_analyzer(audited: World) -> None:
    policy, heard, missed = open_policy(audited.catalog), 0, []
    with audited.connection() as connection:
        witness = Witness(connection, audited.roles)
        for case in statements.own():
            if case.refuse is not None or case.since > 15:
                continue
            logged = audit(connection, witness, case.sql)
            verdict = analyze(case.sql, catalog=audited.catalog, policy=policy, purpose=PURPOSE)
            told = {(access.schema, access.relation): access.operation for judged in verdict.statements
                    for access in judged.statement.accesses}
            for key in tuple(told):
                if key in audited.catalog.relations:
                    told |= dict.fromkeys(family(audited.catalog, key), Operation.USE)
            heard += len(logged)
            keys = {other for pair in audited.keys for other in pair if set(pair) & told.keys()}
            missed += [f"{case.name}: {'.'.join(key)}" for key in sorted(logged - told.keys() - keys)]
    print(f"{heard} relations in the audit log, {len(missed)} of them not named")
    assert missed == []
    assert heard > 400


def audit(connection: psycopg.Connection, witness: Witness, statement: str) -> set[tuple[str, str]]:
    """The relations that pgaudit logs for a statement; those of pg_catalog are left out by it."""
    lines: list[str] = []

    def note(diagnostic: psycopg.errors.Diagnostic) -> None:
        lines.append(diagnostic.message_primary or "")

    connection.add_notice_handler(note)
    try:
        witness.error(statement)
    finally:
        connection.remove_notice_handler(note)
    found = set()
    for line in lines:
        if line.startswith("AUDIT: "):
            row = next(csv.reader(io.StringIO(line.removeprefix("AUDIT: "))))
            if row[5] in KINDS:
                schema, _, name = row[6].partition(".")
                found.add((schema.strip('"'), name.strip('"')))
    return found
