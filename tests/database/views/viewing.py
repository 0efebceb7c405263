"""A world with tables to be seen in groups, and the policies of such views."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sminion_guard.embedded import Server
from sminion_guard.policy import loads
from tests import servers
from tests.world import World, acting, new_world, ticket

SQL = """
CREATE SCHEMA study;
CREATE TABLE study.person (
  id bigint PRIMARY KEY, city text, born date, income numeric, age integer, ill text,
  moment timestamptz, wed boolean, odd json
);
CREATE TABLE study.visit (id bigint PRIMARY KEY, person_id bigint, place text, ill text);
CREATE TABLE study.call (one bigint, other bigint, place text);
"""
TABLES = """
[purpose.research]
title = "Count people"
basis = "legitimate_interest"
needs = ["address", "birth", "family", "health", "income"]
may = ["use", "transfer"]

[purpose.survey]
title = "Fill the tables"
basis = "contract"
needs = "*"
may = ["collect", "use", "delete"]

[purpose.second]
title = "Count people otherwise"
basis = "legitimate_interest"
needs = ["address", "birth", "family", "health", "income"]
may = ["use"]

[hierarchy.region]
groups = { North = ["Oslo", "Bergen"], South = ["Rome"] }
other = "elsewhere"

[schema.study]
collected_for = ["survey", "research", "second"]

[schema.study.person]
subject = "id"
[schema.study.person.columns]
id = "key"
city = "address"
born = "birth"
income = "income"
age = "birth"
ill = "health"
moment = "none"
wed = "family"
odd = "none"

[schema.study.visit]
subject = "person_id"
columns = { id = "key", person_id = "key", place = "address", ill = "health" }

[schema.study.call]
subject = ["one", "other"]
columns = { one = "key", other = "key", place = "address" }

[login.NAME_counter]
purposes = ["research"]

[login.NAME_rival]
purposes = ["second"]

[login.NAME_sender]
transfers_to = ["university", "institute"]

[recipient.university]
title = "University"
contract = "U-1"
purposes = ["research"]
never = []
gives = ["key", "address"]

[recipient.institute]
title = "Institute"
contract = "I-1"
purposes = ["research"]
never = []
gives = ["key", "address"]
"""


def policy(world: World, *views: str, version: str = "2", more: str = "") -> str:
    """The text of the world's policy with these views: each `name columns...`."""
    return (
        world.text().replace('version = "1"', f'version = "{version}"\nwidens = "a test"')
        + TABLES.replace("NAME", world.name)
        + more
        + "".join(views)
    )


def view(
    columns: str,
    *,
    name: str = "people",
    source: str = "study.person",
    purpose: str = "research",
    k: int = 3,
    schema: str | None = None,
    more: str = "",
) -> str:
    return f"""
[view.{schema or "for_" + purpose}.{name}]
from = "{source}"
for = ["{purpose}"]
columns = {{ {columns} }}
k = {k}
{more}
"""


@contextmanager
def viewed(server: Server, *views: str) -> Iterator[World]:
    with new_world(server) as world:
        world.super(
            f"CREATE ROLE {world.name}_counter LOGIN NOINHERIT; CREATE ROLE {world.name}_rival LOGIN NOINHERIT;"
            f"CREATE ROLE {world.name}_sender LOGIN NOINHERIT;"
            f"SELECT sminion.suspend_ddl_guard('test', now() + interval '1 hour');"
            f"SET ROLE {world.name}_owner; {SQL}"
        )
        put(world, *views)
        yield world


def put(world: World, *views: str, version: str = "2", more: str = "") -> None:
    with world.database.connect() as admin:
        servers.apply_unrehearsed(admin, loads(policy(world, *views, version=version, more=more)))


def seen(world: World, query: str, *, login: str = "counter", purpose: str = "research") -> list[tuple[Any, ...]]:
    with world.connect(login) as connection, acting(connection, ticket(connection, purpose)):
        return connection.execute(query.encode()).fetchall()
