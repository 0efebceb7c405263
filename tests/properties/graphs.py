"""Random tables below random people: how a policy may lead from a row to whom it is about."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from hypothesis import strategies as st

PEOPLE = range(1, 7)
"""Keys of people whom the world knows."""
OLD = "now() - interval '4 years'"


@dataclass(frozen=True)
class Node:
    """A table that others may lead to.

    :param key: how the row of a person is numbered, as text.
    """

    schema: str
    name: str
    column: str
    type: str
    key: Callable[[int], str]

    @property
    def sql(self) -> str:
        return f"{quoted(self.schema)}.{quoted(self.name)}"


WORLD = (
    Node("crm", "customer", "id", "bigint", str),
    Node("sales", "orders", "id", "bigint", str),
    Node("sales", "item", "id", "bigint", lambda person: str(person + 39)),
)
"""Tables of the world: a person's own row, a row about one, and one that is two steps away."""
KEYS: dict[str, Callable[[int], str]] = {
    "bigint": lambda person: str(person * 1000),
    "text": lambda person: f"k{person}",
    "uuid": lambda person: str(hashlib.md5(str(person).encode()).hexdigest()),
}


@dataclass(frozen=True)
class Drawn:
    """A table as it was drawn: each person has one row in it.

    :param up: the table that leads to the person; None where the row has the key itself.
    :param pair: the rows of people with odd keys are about the next one too.
    :param kept: it has a retention, and a row of each person that is past it.
    """

    node: Node
    up: Node | None
    pair: bool
    kept: bool
    divided: bool

    def people(self, person: int) -> set[int]:
        """Whom the row of a person is about."""
        return {person, person + 1} if self.pair and person % 2 else {person}

    def about(self, person: int) -> set[int]:
        """Whose rows are about a person."""
        return {one for one in PEOPLE if person in self.people(one)}

    def row(self, person: int, key: str, handler: str, seen: str = "now()") -> str:
        """A row of a person, as VALUES has it."""
        parent = self.up.key(person) if self.up else str(person)
        other = str(person + 1) if self.pair and person % 2 else None
        values = ", ".join("NULL" if value is None else literal(value) for value in (
            key, parent, other, f"{person}", handler))
        return f"({values}, {seen})"

    def insert(self, rows: list[str]) -> str:
        return (f"INSERT INTO {self.node.sql} ({quoted(self.node.column)}, up, other, note, handler, seen)"
                f" VALUES {', '.join(rows)}")

    def make(self, who: int) -> Iterator[str]:
        node, key = self.node, quoted(self.node.column)
        yield (f"CREATE TABLE {node.sql} ({key} {node.type} NOT NULL, up {self.up.type if self.up else 'bigint'},"
               f" other bigint, note text, handler text, seen timestamptz, unlisted text, UNIQUE ({key}))"
               + (f" PARTITION BY HASH ({key})" if self.divided else ""))
        for part in range(2 if self.divided else 0):
            yield (f"CREATE TABLE {quoted(node.schema)}.{quoted(f'{node.name} {part}')} PARTITION OF {node.sql}"
                   f" FOR VALUES WITH (MODULUS 2, REMAINDER {part})")
        rows = [self.row(one, node.key(one), "attacker" if one == who else "nobody") for one in PEOPLE]
        if self.kept:
            rows += [self.row(one, node.key(one + 20), "nobody", OLD) for one in PEOPLE]
        yield self.insert(rows)

    def policy(self) -> str:
        node = self.node
        if self.up:
            subject = f"up -> {quoted(self.up.schema)}.{quoted(self.up.name)}.{quoted(self.up.column)}"
        text = f"[schema.{json.dumps(node.schema)}.{json.dumps(node.name)}]\n"
        text += f"subject = {json.dumps(subject if self.up else ['up', 'other?'] if self.pair else 'up')}\n"
        if self.kept:
            text += 'retention = { after = "seen", keep = "3 years", then = "destroy" }\n'
        return text + (f'columns = {{ {json.dumps(node.column)} = "key", up = "key", other = "key", note = "contact",'
                       ' handler = "contact", seen = "none" }\n')


@dataclass(frozen=True)
class Graph:
    """Tables, each below one of the world or one that was drawn before it."""

    tables: tuple[Drawn, ...]

    def sql(self, who: int) -> list[str]:
        schemas = [f"CREATE SCHEMA {quoted(name)}" for name in dict.fromkeys(one.node.schema for one in self.tables)]
        return schemas + [statement for one in self.tables for statement in one.make(who)]

    def policy(self, purposes: list[str]) -> str:
        text = ""
        for schema in dict.fromkeys(one.node.schema for one in self.tables):
            text += f"\n[schema.{json.dumps(schema)}]\ncollected_for = {json.dumps(purposes)}\n"
            text += "".join(one.policy() for one in self.tables if one.node.schema == schema)
        return text


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def literal(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


names = st.text(alphabet="abZ9 .é'-_", min_size=1, max_size=12).map(lambda name: f"t{name}x")


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """One to three tables."""
    schemas = draw(st.lists(names.map(lambda name: f"s{name}"), min_size=1, max_size=2, unique=True))
    made: list[Drawn] = []
    for name in draw(st.lists(names, min_size=1, max_size=3, unique=True)):
        parents = [*WORLD, *(one.node for one in made if not one.pair)]
        kind = draw(st.sampled_from(sorted(KEYS)))
        node = Node(draw(st.sampled_from(schemas)), name, draw(names), kind, KEYS[kind])
        up = draw(st.sampled_from([None, *parents]))
        made.append(Drawn(node, up, up is None and draw(st.booleans()), draw(st.booleans()), draw(st.booleans())))
    return Graph(tuple(made))
