"""Attack: name two incompatible schemas in one statement, in every form there is. One file a form, below merge/.

A file holds the attack, and its control: the same access within one compartment, which works. In both `{a}` and `{b}`
are tables and `{s}` is the schema of `{b}`. `--@without S` leaves out the pairs of a schema that the attack names
itself; `--@control on N` runs the control on that server only, where the other one is built without what it needs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.world import INCOMPATIBLE, PRIVILEGE, PURPOSES, TABLES, Connection, acting, refusal, rows

LINE = re.compile(r"--@(without|control on) (\w+)\n")


@dataclass(frozen=True)
class Form:
    """One form of the attack."""

    attack: str
    control: str
    without: str | None
    control_on: int | None


def read(path: Path) -> Form:
    text = path.read_text(encoding="utf-8")
    options = dict(LINE.findall(text))
    _, attack, control = re.split(r"^--@(?:attack|control)\n", LINE.sub("", text), flags=re.MULTILINE)
    on = options.get("control on")
    return Form(attack.strip(), control.strip(), options.get("without"), int(on) if on else None)


FORMS = {path.stem: read(path) for path in sorted((Path(__file__).parent / "merge").glob("*.sql"))}


def pairs(form: Form) -> list[tuple[str, str]]:
    return [pair for pair in INCOMPATIBLE if form.without not in pair]


@pytest.mark.parametrize("name", FORMS)
def test_a_merge_is_refused_for_every_incompatible_pair(
    name: str, attacker: Connection, tokens: dict[str, str]
) -> None:
    form = FORMS[name]
    assert pairs(form)
    for left, right in pairs(form):
        statement = form.attack.format(a=TABLES[left], b=TABLES[right], s=right)
        with acting(attacker, tokens[PURPOSES[left]]):
            assert refusal(attacker, statement) == PRIVILEGE, (left, right)


@pytest.mark.parametrize("name", FORMS)
def test_the_same_access_works_within_one_compartment(
    name: str, attacker: Connection, tokens: dict[str, str]
) -> None:
    form = FORMS[name]
    if form.control_on and attacker.info.server_version // 10000 != form.control_on:
        # Not built in there: then the attack fails for that reason too, and the privilege was asked for first.
        form = FORMS["join"]
    statement = form.control.format(a="crm.customer", b="sales.orders", s="sales")
    with acting(attacker, tokens["contract"]):
        if statement.startswith("COPY"):
            with attacker.cursor().copy(statement.encode()) as copied:
                assert b"e40" in b"".join(copied)
        else:
            cursor = attacker.execute(statement.encode())
            assert cursor.description is None or cursor.rowcount != 0 or "ON false" in statement
        attacker.execute("DEALLOCATE ALL")


def test_every_schema_can_be_read_by_its_purpose(attacker: Connection, tokens: dict[str, str]) -> None:
    for schema, table in TABLES.items():
        with acting(attacker, tokens[PURPOSES[schema]]):
            assert rows(attacker, f"SELECT count(email) FROM {table}") == [(40,)]
