"""What the tests of destruction share: a request that may be granted, and what is left of a person."""

from __future__ import annotations

from sminion_guard.subjects import Destruction, Destructions, Requests
from tests.world import Connection, World


def asked(officer: Connection, subject: int = 2) -> int:
    """A request of the person, who was identified."""
    requests = Requests(officer)
    number = requests.open(subject, "destroy", "letter of 3 May")
    requests.identify(number, "passport")
    return number


def destroyed(world: World, subject: int = 2) -> Destruction:
    with world.connect("officer") as officer:
        return Destructions(officer).destroy(asked(officer, subject), "asked by letter", patience=0)


def left(world: World, subject: int = 2) -> dict[str, int]:
    """Table to its rows about the person, as a superuser sees them."""
    found = {}
    every = "SELECT schema_name, table_name, subject_columns FROM sminion.protected_table"
    for schema, table, columns in world.super(every):
        named = " OR ".join(f"{column} = {subject}" for column in columns)
        ((count,),) = world.super(f"SELECT count(*) FROM {schema}.{table} WHERE {named}")
        if count:
            found[f"{schema}.{table}"] = count
    return found


def states(found: Destruction) -> dict[str, str]:
    return {f"{table.schema_name}.{table.table_name}": table.state for table in found.tables}
