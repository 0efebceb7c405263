# ruff: noqa: E501 - a case stands on one line
"""A rule means what it says: compiled, as PostgreSQL itself reads its text, and as the model of the session tells it."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sminion_guard import migrate
from sminion_guard.compiler.quoting import literal
from sminion_guard.compiler.rows import rows_condition
from sminion_guard.embedded import Server
from sminion_guard.policy import Policy, loads
from sminion_guard.policy.conditions.text import condition
from sminion_guard.policy.conditions.truth import UNTOLD, truth
from tests import servers

POLICY = """
[policy]
name = "NAME"
version = "1"
subject_key = "bigint"
ticket_lifetime = "15 minutes"

[ticket]
values = { n = "int", m = "bigint", s = "text", d = "date", u = "uuid", f = "boolean" }

[login.NAME_app]
purposes = ["work"]

[purpose.work]
title = "Work"
basis = "contract"
needs = []
may = ["use", "collect"]

[schema.app]
collected_for = ["work"]

[schema.app.thing]
subject = false
columns = { id = "key", n = "none", m = "none", s = "none", d = "none", u = "none", f = "none" }
rows = "RULE"
"""
FIRST = date(2026, 11, 1)
KEYS = [uuid.UUID(int=number) for number in (1, 2)]
CHOICES: dict[str, list[Any]] = {
    "n": [None, -1, 2], "m": [None, 2, 2**40], "s": [None, "a", "it's"], "d": [None, FIRST, FIRST + timedelta(days=1)],
    "u": [None, *KEYS], "f": [None, True, False],
}
NUMBERS, OTHERS = ("n", "m"), ("s", "d", "u", "f")


def text(value: object) -> str:
    """A constant as it is written in a rule."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, date):
        return f"date {literal(value.isoformat())}"
    if isinstance(value, uuid.UUID):
        return f"{literal(str(value))}::uuid"
    return literal(value) if isinstance(value, str) else str(value)


@st.composite
def operand(draw: st.DrawFn, column: str) -> str:
    names = NUMBERS if column in NUMBERS else (column,)
    constant = st.sampled_from([entry for name in names for entry in CHOICES[name] if entry is not None]).map(text)
    return draw(st.one_of(st.sampled_from(names), st.sampled_from([f":{name}" for name in names]), constant))


@st.composite
def predicate(draw: st.DrawFn) -> str:
    column = draw(st.sampled_from([*NUMBERS, *OTHERS]))
    one, two, three = (draw(operand(column)) for _ in range(3))
    operators = ["=", "<>", "!="] if column in ("s", "u", "f") else ["=", "<>", "!=", "<", "<=", ">", ">="]
    forms = [f"{one} {draw(st.sampled_from(operators))} {two}", f"{one} IN ({two}, {three})", f"{one} not in ({two},{three})",
             f"{one} IS NULL", f"{one} IS NOT NULL"]
    if column not in ("s", "u", "f"):
        forms += [f"{one} BETWEEN {two} AND {three}", f"{one} NOT BETWEEN {two} AND {three}"]
    if column == "f":
        forms += [one, f"{one} IS TRUE", f"{one} IS NOT TRUE", f"{one} IS FALSE", f"{one} IS NOT FALSE"]
    return draw(st.sampled_from(forms))


def joined(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.tuples(inner, st.sampled_from([" AND ", " or "]), inner).map("".join),
        inner.map(lambda said: f"NOT {said}"), inner.map(lambda said: f"({said})"),
    )


RULES = st.recursive(predicate(), joined, max_leaves=8)
VALUES = st.fixed_dictionaries({
    name: st.sampled_from([entry for entry in choices if entry is not None]) for name, choices in CHOICES.items()
})


class Things:
    """A table with every combination of values, and a ticket for any."""

    def __init__(self, database: servers.Database, name: str) -> None:
        self.database, self.name = database, name
        self.rows = {number: dict(zip(CHOICES, entry, strict=True)) for number, entry in enumerate(product(*CHOICES.values()))}
        self.connection = database.connect(f"{name}_app", prepare_threshold=None)

    def policy(self, rule: str) -> Policy:
        return loads(POLICY.replace("NAME", self.name).replace('"RULE"', f"'''{rule}'''"))

    def enter(self, values: dict[str, Any]) -> None:
        listed = ", ".join(f"'{name}', {text(value)}" for name, value in values.items())
        row = self.connection.execute(
            f"SELECT sminion.open_ticket('work', 'a', 'r', \"values\" => jsonb_build_object({listed}))".encode()).fetchone()
        assert row is not None
        self.connection.execute("BEGIN")
        self.connection.execute("SELECT sminion.enter(%s)", row)

    def where(self, said: str) -> set[int]:
        found = self.connection.execute(f"SELECT id FROM app.thing WHERE {said}".encode()).fetchall()
        return {number for (number,) in found}


@pytest.fixture(scope="module")
def things(server: Server) -> Iterator[Things]:
    with servers.new_guarded_database(server) as database:
        name = servers.unique_name("rul")
        with database.connect() as admin:
            admin.execute(f"CREATE ROLE {name}_app LOGIN NOINHERIT".encode())
            admin.execute("CREATE SCHEMA app; CREATE TABLE app.thing "
                          "(id integer PRIMARY KEY, n integer, m bigint, s text, d date, u uuid, f boolean)")
        made = Things(database, name)
        with database.connect() as admin, admin.cursor() as cursor:
            cursor.executemany("INSERT INTO app.thing VALUES (%s, %s, %s, %s, %s, %s, %s)",
                               [(number, *row.values()) for number, row in made.rows.items()])
        with database.connect() as admin:
            migrate.apply(admin, made.policy("n = :n OR true"))
        yield made
        made.connection.close()


def expected(rule: str, rows: dict[int, dict[str, Any]], values: dict[str, Any]) -> tuple[set[int], set[int]]:
    """The rows that the model says are seen, and those of which it cannot tell."""
    told = {number: truth(condition(rule), row, values) for number, row in rows.items()}
    return ({number for number, said in told.items() if said is True}, {number for number, said in told.items() if said is UNTOLD})


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rule=RULES, values=VALUES)
def test_a_rule_selects_the_rows_that_its_text_says(things: Things, rule: str, values: dict[str, Any]) -> None:
    plain = re.sub(r"(?<!:):([a-z])\b", lambda match: text(values[match[1]]), rule)
    try:
        policy = things.policy(rule)
    except Exception:
        assert not re.search(r"(?<![:\w'])[nmsduf]\b(?!')", rule), rule  # refused only where it tests no column
        return
    compiled = rows_condition(policy, policy.schemas["app"].tables["thing"], f"{things.name}_work")
    assert compiled is not None
    things.enter(values)
    try:
        found = things.where(compiled)
        assert found == things.where(plain), compiled
    finally:
        things.connection.execute("ROLLBACK")
    seen, untold = expected(rule, things.rows, values)
    assert seen <= found <= seen | untold, compiled


@pytest.mark.parametrize("rule, values", [
    ("n = :n", {"n": 2}), ("n IS NULL OR n = :n", {"n": -1}), ("m IN (:n, :m)", {"n": 2}), ("s = :s AND d < :d", {}),
    ("u = :u OR :f", {"f": False}), ("NOT (f IS TRUE) AND m BETWEEN :n AND 1099511627776", {"n": 2}),
])
def test_an_applied_rule_limits_what_is_seen_and_what_is_written(things: Things, rule: str, values: dict[str, Any]) -> None:
    said = {name: choices[-1] for name, choices in CHOICES.items()} | values
    with things.database.connect() as admin:
        migrate.apply(admin, things.policy(rule))
    wanted, untold = expected(rule, things.rows, said)
    things.enter(said)
    try:
        found = things.where("true")
        assert wanted <= found <= wanted | untold
        assert 0 < len(found) < len(things.rows)
        for number, row in [(number, things.rows[number]) for number in range(0, len(things.rows), 37)]:
            things.connection.execute("SAVEPOINT s")
            written = True
            try:
                things.connection.execute("INSERT INTO app.thing VALUES (%s, %s, %s, %s, %s, %s, %s)", [number + 10_000, *row.values()])
            except Exception:
                written = False
            things.connection.execute("ROLLBACK TO s")
            assert written is (number in found), row
    finally:
        things.connection.execute("ROLLBACK")
        with things.database.connect() as admin:
            migrate.apply(admin, things.policy("n = :n OR true"))
