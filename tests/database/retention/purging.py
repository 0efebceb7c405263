"""What the tests of retention share."""

from __future__ import annotations

from sminion_guard.subjects import Expiring, Purged, Retentions
from tests.world import World

WEB = """
CREATE SCHEMA web;
CREATE TABLE web.stamp (id bigint PRIMARY KEY, customer_id bigint, at timestamptz);
CREATE TABLE web.plain (id bigint PRIMARY KEY, customer_id bigint, at timestamp);
CREATE TABLE web.day (id bigint PRIMARY KEY, customer_id bigint, at date);
CREATE TABLE web.part (id bigint, customer_id bigint, at timestamptz NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE web.part_old PARTITION OF web.part FOR VALUES FROM ('2001-01-01') TO ('2020-01-01');
CREATE TABLE web.part_rest PARTITION OF web.part DEFAULT;
CREATE TABLE web.hit (id bigint PRIMARY KEY, at timestamptz, address text);
CREATE TABLE web.parent (id bigint PRIMARY KEY, customer_id bigint, above bigint REFERENCES web.parent, at timestamptz);
CREATE TABLE web.child (id bigint PRIMARY KEY, parent_id bigint REFERENCES web.parent, at timestamptz);
"""
KINDS = ("stamp", "plain", "day", "part")
"""Tables with one subject, by the type of the column that retention counts from; the last one is partitioned."""


def keeping(world: World, keep: str = "1 month", zone: str = "UTC") -> str:
    """The world's policy, with the tables of schema `web`."""
    kept = f'{{ after = "at", keep = "{keep}", then = "destroy" }}'
    tables = "".join(f"""
[schema.web.{name}]
subject = "customer_id"
retention = {kept}
columns = {{ id = "key", customer_id = "key", at = "none" }}
""" for name in KINDS)
    text = world.text().replace("[policy]", f'[policy]\ntimezone = "{zone}"')
    return text + f"""
[schema.web]
collected_for = []
{tables}
[schema.web.hit]
subject = false
retention = {kept}
columns = {{ id = "key", at = "none", address = "device" }}

[schema.web.parent]
subject = "customer_id"
retention = {kept}
columns = {{ id = "key", customer_id = "key", above = "key", at = "none" }}

[schema.web.child]
subject = "parent_id -> web.parent"
retention = {kept}
columns = {{ id = "key", parent_id = "key", at = "none" }}
"""


def ids(world: World, table: str) -> set[int]:
    return {one for (one,) in world.super(f"SELECT id FROM {table}")}


def status(world: World, table: str = "crm.customer") -> Expiring:
    with world.connect("officer") as officer:
        (found,) = (entry for entry in Retentions(officer).status() if entry.qualified == table)
    return found


def run(world: World, table: str = "crm.customer", *, slow: bool = False) -> Purged:
    with world.connect("officer") as officer:
        (found,) = Retentions(officer).run(table=table, slow=slow, patience=0)
    return found


def expire(world: World, *people: int) -> None:
    """Customers who were last seen four years ago; rows are kept for three."""
    world.super("UPDATE crm.customer SET last_seen_at = now() - interval '4 years' WHERE id = ANY (%s)", list(people))


def old(world: World, table: str = "crm.customer", days: int = 3) -> None:
    """Let the rule of a table have been in force for days."""
    world.super("UPDATE sminion.retention_rule SET since = since - make_interval(days => %s)"
                " WHERE schema_name || '.' || table_name = %s", days, table)


def maintained(world: World, login: str = "keeper") -> None:
    with world.connect(login) as keeper:
        for _ in range(100):
            ((more,),) = keeper.execute("CALL sminion.maintain()").fetchall()
            if not more:
                return
    raise AssertionError("there is always more to do")
