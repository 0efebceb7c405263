"""Attack: name two incompatible schemas in one statement, in every form there is. One file a form, below merge/.

A file holds the attack, and its control: the same access within one compartment, which works. In both `{a}` and `{b}`
are tables and `{s}` is the schema of `{b}`. `--@without S` leaves out the pairs of a schema that the attack names
itself; `--@control on N` runs the control on that server only, where the other one is built without what it needs;
`--@among schemas` leaves the attack out where all tables are in one; `--@tables on N` tries it there on that server
only.

Everything runs twice: in a world of schemas, and in one whose tables are all in `public` and say themselves what they
were collected for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from sminion_guard.embedded import Server
from tests.world import (
    INCOMPATIBLE,
    PRIVILEGE,
    PURPOSES,
    TABLES,
    Connection,
    World,
    acting,
    new_world,
    open_tickets,
    refusal,
    rows,
)  # fmt: skip

LINE = re.compile(r"--@(without|control on|among|tables on) (\w+)\n")


@dataclass(frozen=True)
class Form:
    """One form of the attack."""

    attack: str
    control: str
    without: str | None
    control_on: int | None
    among: str | None
    tables_on: int | None


def read(path: Path) -> Form:
    text = path.read_text(encoding="utf-8")
    options = dict(LINE.findall(text))
    _, attack, control = re.split(r"^--@(?:attack|control)\n", LINE.sub("", text), flags=re.MULTILINE)
    servers = [int(options[key]) if key in options else None for key in ("control on", "tables on")]
    return Form(attack.strip(), control.strip(), options.get("without"), servers[0], options.get("among"), servers[1])


FORMS = {path.stem: read(path) for path in sorted((Path(__file__).parent / "merge").glob("*.sql"))}


@pytest.fixture(scope="module", params=["schemas", "tables"])
def world(request: pytest.FixtureRequest, server: Server) -> Iterator[World]:
    with new_world(server, one_schema=request.param == "tables") as world:
        yield world


@pytest.fixture(scope="module")
def tokens(world: World) -> dict[str, str]:
    """Of this world: those of conftest.py are kept for all files, and for the world that was there first."""
    return open_tickets(world)


def pairs(form: Form) -> list[tuple[str, str]]:
    return [pair for pair in INCOMPATIBLE if form.without not in pair]


@pytest.mark.parametrize("name", FORMS)
def test_a_merge_is_refused_for_every_incompatible_pair(
    name: str, world: World, attacker: Connection, tokens: dict[str, str]
) -> None:
    form = FORMS[name]
    if form.among == "schemas" and world.one_schema:
        pytest.skip("among tables of one schema it is another form: see its file")
    if form.tables_on and world.one_schema and attacker.info.server_version // 10000 != form.tables_on:
        pytest.skip("this server is built without what it needs")
    assert pairs(form)
    for left, right in pairs(form):
        schema = "public" if world.one_schema else right
        statement = world.at_home(form.attack.format(a=TABLES[left], b=TABLES[right], s=schema))
        with acting(attacker, tokens[PURPOSES[left]]):
            assert refusal(attacker, statement) == PRIVILEGE, (left, right)
        attacker.execute("DEALLOCATE ALL")


@pytest.mark.parametrize("name", FORMS)
def test_the_same_access_works_within_one_compartment(
    name: str, world: World, attacker: Connection, tokens: dict[str, str]
) -> None:
    form = FORMS[name]
    if form.control_on and attacker.info.server_version // 10000 != form.control_on:
        # Not built in there: then the attack fails for that reason too, and the privilege was asked for first.
        form = FORMS["join"]
    schema = "public" if world.one_schema else "sales"
    statement = world.at_home(form.control.format(a="crm.customer", b="sales.orders", s=schema))
    with acting(attacker, tokens["contract"]):
        if statement.startswith("COPY"):
            with attacker.cursor().copy(statement.encode()) as copied:
                assert b"e40" in b"".join(copied)
        else:
            cursor = attacker.execute(statement.encode())
            assert cursor.description is None or cursor.rowcount != 0 or "ON false" in statement
        attacker.execute("DEALLOCATE ALL")


def test_every_schema_can_be_read_by_its_purpose(world: World, attacker: Connection, tokens: dict[str, str]) -> None:
    for schema, table in TABLES.items():
        with acting(attacker, tokens[PURPOSES[schema]]):
            assert rows(attacker, world.at_home(f"SELECT count(email) FROM {table}")) == [(40,)]


@pytest.mark.parametrize("function", ["schema_to_xml('{home}', true, true, '')", "database_to_xml(true, true, '')"])
def test_a_whole_schema_as_xml_shows_nothing_of_a_table_in_it(
    world: World, attacker: Connection, tokens: dict[str, str], function: str
) -> None:
    """It passes over tables of which the role may not read all columns: in one schema there is nothing to refuse."""
    if attacker.info.server_version >= 160000:
        pytest.skip("this server is built without XML")
    function = function.format(home="public" if world.one_schema else "hr")
    for purpose in {"personnel"} if "hr" in function else set(PURPOSES.values()):
        with acting(attacker, tokens[purpose]):
            ((text,),) = rows(attacker, f"SELECT {function}::text")
            assert "<email>" not in text
    assert "<email>" in str(world.super(f"SELECT {function}::text"))
