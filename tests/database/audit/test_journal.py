# ruff: noqa: E501 - statements and batches stand on one line
"""Whatever bytes a login writes into the journal: no view fails, and each shows after folding what it showed before."""

from __future__ import annotations

import json
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb

from tests import journal
from tests.session.shop import Shop

Connection = psycopg.Connection[Any]
VIEWS = {
    "statement_log": "*", "refusals": "*", "subject_access": "*",
    "log_faults": "login, writer, place, code, message, entry, size, digest",
}
SHAPE = {"codes": [], "operations": ["use"], "relations": ["crm.customer"], "columns": ["crm.customer.id"],
         "fingerprint": "f", "statement": "SELECT id FROM crm.customer"}
ANY = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3), max_leaves=6)


def member(good: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(good, good, good, ANY)


CODES = st.lists(st.sampled_from(["SG201", "57014", "a\x1b[2Jb"]), max_size=2)
CAME = {
    "outcome": member(st.sampled_from(["done", "refused", "failed"])), "codes": member(CODES),
    "rows": member(st.integers(0, 10**18)), "microseconds": member(st.integers(0, 10**18)),
    "bulk": member(st.integers(0, 10)), "subjects": member(st.lists(st.text(max_size=12), max_size=3)),
}
WHOLE = st.fixed_dictionaries({"outcome": st.just("done"), "codes": st.just([]), "microseconds": st.integers(0, 99)})
STATEMENT = st.fixed_dictionaries({"ticket": member(st.just("T")), "shape": member(st.just("S"))}, optional=CAME)
RESULT = st.fixed_dictionaries({"of": member(st.integers(1, 6))}, optional=CAME)
GOOD = st.builds(
    dict.__or__, st.fixed_dictionaries({"ticket": st.just("T"), "shape": st.just("S")}) | st.fixed_dictionaries({"of": st.integers(1, 4)}), WHOLE)
BATCH = st.one_of(st.lists(st.one_of(GOOD, GOOD, STATEMENT, RESULT, ANY), max_size=6), st.binary(max_size=40), ANY)
SENT = st.lists(st.tuples(st.integers(0, 12), BATCH, st.booleans(), st.booleans()), min_size=1, max_size=5)
"""First place, what is sent, whether the proof is right, whether it is folded afterwards."""


def ticket(connection: Connection) -> int:
    row = connection.execute("SELECT sminion.open_ticket('contract', 'any', 'r')").fetchone()
    assert row is not None
    return int(row[0].split(".")[0])


def shape(connection: Connection, **changed: object) -> int:
    row = connection.execute("SELECT sminion.log_shape(%s)", [Jsonb(SHAPE | changed)]).fetchone()
    assert row is not None
    return int(row[0])


def everything(connection: Connection, writer: int) -> dict[str, list[str]]:
    return {
        view: sorted(map(repr, connection.execute(f"SELECT {columns} FROM sminion.{view} WHERE writer = %s".encode(), [writer])))
        for view, columns in VIEWS.items()
    }


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sent=SENT)
def test_views_show_the_same_before_folding_and_after(
    shop: Shop, app: Connection, sent: list[tuple[int, Any, bool, bool]]
) -> None:
    own = journal.opened(app)
    values = {"T": ticket(app), "S": shape(app, codes=["SG101"] if len(sent) == 5 else [])}
    with shop.database.connect() as auditor:
        for first, batch, proved, folded in sent:
            if isinstance(batch, list):
                batch = [
                    {key: values.get(value, value) if isinstance(value, str) else value for key, value in entry.items()}
                    if isinstance(entry, dict) else entry for entry in batch
                ]
            data = batch if isinstance(batch, bytes) else json.dumps(batch).encode()
            if data:
                journal.write(app, own if proved else (own[0], "guess"), first, data)
            if folded:
                before = everything(auditor, own[0])
                journal.fold_all(auditor)
                assert everything(auditor, own[0]) == before
        before = everything(auditor, own[0])
        journal.fold_all(auditor)
        assert everything(auditor, own[0]) == before


def test_results_that_come_later_refusals_subjects_and_bulk_are_the_same_before_and_after(shop: Shop, app: Connection) -> None:
    own, number = journal.opened(app), ticket(app)
    came = {"outcome": "done", "codes": [], "rows": 2, "microseconds": 5, "bulk": 7, "subjects": ["7", "kind:8", "a\u202eb"]}
    failed = {"outcome": "failed", "codes": ["55P03"], "microseconds": 1}
    refused = {"outcome": "refused", "codes": ["SG201"], "microseconds": 1}
    statement = {"ticket": number, "shape": shape(app)}
    journal.write(app, own, 1, [statement | came, statement, {"ticket": number, "shape": shape(app, codes=["SG101"])}])
    with shop.database.connect() as auditor:
        before = everything(auditor, own[0])
        journal.fold_all(auditor)
        assert everything(auditor, own[0]) == before
        for first in (4, 8):  # the same again: sums and sets over what is in the log and what is in the journal
            journal.write(app, own, first, [{"of": 1} | came, {"of": 2} | failed, {"of": 2} | refused, {"of": 2} | failed])
            before = everything(auditor, own[0])
            if first == 8:
                journal.fold_all(auditor)
        assert everything(auditor, own[0]) == before
        assert len(before["refusals"]) == 3 and not before["log_faults"]
        assert len(before["subject_access"]) == 9 and any("'a b'" in row for row in before["subject_access"])
        query = "SELECT rows, bulk, microseconds, verdict, outcomes, codes FROM sminion.statement_log WHERE writer = %s ORDER BY place"
        assert auditor.execute(query.encode(), [own[0]]).fetchall() == [
            (6, 21, 15, "allowed", ["done"], []), (None, None, 6, "refused", ["failed", "refused"], ["55P03", "SG201"]),
            (None, None, None, "refused", None, ["SG101"]),
        ]


def test_both_batches_of_a_lost_answer_are_one_whoever_commits_first(shop: Shop, app: Connection) -> None:
    """The first one hangs in its connection, the second one goes through another, and others follow."""
    own, number = journal.opened(app), ticket(app)
    batch = [{"ticket": number, "shape": shape(app)}]
    with psycopg.connect(shop.dsn("app")) as stuck:
        journal.write(stuck, own, 1, batch)
        journal.write(app, own, 1, batch)
        journal.write(app, own, 2, batch)
        query = "SELECT place FROM sminion.statement_log WHERE writer = %s ORDER BY 1"
        assert shop.database.execute(query, own[0]) == [(1,), (2,)]
        stuck.commit()
    assert journal.shown(shop.database, query, own[0]) == [(1,), (2,)]
    assert journal.faults(shop.database, own) == []


@pytest.mark.parametrize("value", ["off", "local", "on", "remote_apply"])
def test_a_session_waits_for_the_disk(app: Connection, value: str) -> None:
    app.execute(f"SET synchronous_commit = {value}".encode())
    with app.transaction():
        journal.write(app, journal.opened(app), 1, [{}])
        assert app.execute("SHOW synchronous_commit").fetchone() == ("on" if value == "off" else value,)
    assert app.execute("SHOW synchronous_commit").fetchone() == (value,)
